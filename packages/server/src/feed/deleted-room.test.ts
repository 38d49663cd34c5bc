/** What a reader of a thread that never existed gets when its room is deleted. */
import { HEARTBEAT, type ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { LOCAL_PRINCIPAL as ME } from '../store/principal.ts'
import { readPage } from './page.ts'
import { createLooseWorld } from './testing/loose-world.ts'
import { createScriptedSink } from './testing/scripted-sink.ts'

const NEVER: ThreadKey = { roomId: 'r1', threadId: 'never' }
const ELSEWHERE: ThreadKey = { roomId: 'r2', threadId: 'never' }
const CAUGHT_UP = `event: caught-up\ndata: ${JSON.stringify({ ...NEVER, seq: 0 })}\n\n`
const RESYNC = `event: resync\ndata: ${JSON.stringify({ ...NEVER, reason: 'deleted' })}\n\n`

type World = Awaited<ReturnType<typeof createLooseWorld>>

async function settled() {
  for (let round = 0; round < 60; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}

const remove = (world: World) => world.store.rooms.delete(ME, NEVER.roomId, false)
const whenMissing = async () => 'waits' as const
const written = ({ text }: ReturnType<typeof createScriptedSink>) => text().replaceAll(HEARTBEAT, '')

async function connected(world: World, key: ThreadKey, after = 0) {
  const sink = createScriptedSink()
  await world.feed.open({ principal: ME, threads: [{ ...key, after }] }, () => sink.sink)
  await settled()
  return sink
}

/** As a log stream or a long-poll of a client does. */
const asked = (key: ThreadKey) => ({ principal: ME, key, after: 0, whenMissing })
const waited = (world: World, key: ThreadKey) =>
  world.feed.next({ ...asked(key), maxBytes: 1e6, maxRecords: 9, waitMs: 25_000 })

describe('a thread that never existed in a deleted room', () => {
  it('is reported at once to every reader that waits for it, and to no reader of another room', async () => {
    const world = await createLooseWorld()
    const connection = await connected(world, NEVER)
    const other = await connected(world, ELSEWHERE)
    const stream = createScriptedSink()
    await world.feed.follow(asked(NEVER), () => stream.sink)
    const wait = waited(world, NEVER)
    const otherWait = waited(world, ELSEWHERE)
    await settled()
    const before = other.text()
    await remove(world)
    await settled()
    expect(written(connection)).toBe(CAUGHT_UP + RESYNC)
    expect(stream.state.ended).toBe(1)
    expect(await wait).toEqual({ type: 'deleted' })
    expect(other.text()).toBe(before)
    expect(world.feed.watching).toEqual({ threads: 1, readers: 0 })
    world.feed.close()
    expect(await otherWait).toMatchObject({ type: 'chunk', head: 0 })
    expect(world.faults).toEqual([])
  })

  it('is reported within two heartbeats if the notice of the deletion is lost', async () => {
    const world = await createLooseWorld()
    const connection = await connected(world, NEVER)
    world.deliver('lost')
    await remove(world)
    for (let beat = 0; beat < 2; beat++) {
      world.clock.advance(15_000)
      await settled()
    }
    expect(written(connection)).toBe(CAUGHT_UP + RESYNC)
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it('is reported once if the notice of the deletion arrives twice', async () => {
    const world = await createLooseWorld()
    world.deliver('twice')
    const connection = await connected(world, NEVER)
    await remove(world)
    await settled()
    expect(written(connection)).toBe(CAUGHT_UP + RESYNC)
  })

  it.each([0, 3])('is refused as deleted to every reader that asks for it later, at cursor %i', async (after) => {
    const world = await createLooseWorld()
    await remove(world)
    expect(written(await connected(world, NEVER, after))).toBe(RESYNC)
    const { log, inbox } = world.store
    const page = await readPage({ principal: ME, threads: [{ ...NEVER, after }] }, { log, inbox, maxBytes: 1e6 })
    expect(page).toEqual({
      type: 'page',
      frames: [{ event: 'resync', json: JSON.stringify({ ...NEVER, reason: 'deleted' }) }],
      more: false,
    })
    const range = { maxBytes: 1e6, maxRecords: 9 }
    for (const waitMs of [0, 25_000]) {
      expect(await world.feed.next({ ...asked(NEVER), after, ...range, waitMs })).toEqual({ type: 'deleted' })
    }
    const unopened = () => {
      throw new Error('A refused stream was opened.')
    }
    expect(await world.feed.follow({ ...asked(NEVER), after }, unopened)).toEqual({ type: 'deleted' })
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
  })
})
