/** How every kind of stream ends, for every way in which its source can go away. */
import { HEARTBEAT, splitFrames, type ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import { LOCAL_PRINCIPAL as ME } from '../store/principal.ts'
import { runEvents } from './frame-filter.ts'
import { createLooseWorld } from './testing/loose-world.ts'
import { createScriptedSink } from './testing/scripted-sink.ts'

const KEY: ThreadKey = { roomId: 'r1', threadId: 't1' }

type World = Awaited<ReturnType<typeof createLooseWorld>>

async function settled() {
  for (let round = 0; round < 30; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Each kind of stream on the same thread, opened at its start. */
const STREAMS = {
  'the one connection': (world: World, sink: ReturnType<typeof createScriptedSink>) =>
    world.feed.open({ principal: ME, threads: [{ ...KEY, after: 0 }] }, () => sink.sink),
  'the one connection with the inbox': async (world: World, sink: ReturnType<typeof createScriptedSink>) =>
    world.feed.open({ principal: ME, inbox: await world.cursor(), threads: [{ ...KEY, after: 0 }] }, () => sink.sink),
  'a log': (world: World, sink: ReturnType<typeof createScriptedSink>) =>
    world.feed.follow({ principal: ME, key: KEY, after: 0 }, () => sink.sink),
  'a run’s events': (world: World, sink: ReturnType<typeof createScriptedSink>) =>
    world.feed.follow({ principal: ME, key: KEY, after: 0, filter: runEvents('run-1') }, () => sink.sink),
} as const

const READERS = { 'at the head': Number.POSITIVE_INFINITY, behind: 1_000 } as const

/** Ends of a stream that are no deletion. */
const ENDS = {
  'the service stops': async (world: World) => world.feed.close(),
  'the service stops while a commit is announced': async (world: World) => {
    await world.commit(KEY, 3, 500)
    world.feed.close()
  },
  'the store is closed first': async (world: World) => {
    await world.store.close()
    world.clock.advance(30_000)
    await settled()
    world.feed.close()
  },
  'a reading fails': async (world: World) => {
    world.answerReadings(async () => {
      throw new StoreFault('storage_failed', 'the disk is gone')
    })
    world.clock.advance(30_000)
    await settled()
    world.feed.close()
  },
  'the store does not know the thread any more': async (world: World) => {
    world.answerReadings(async () => ({ type: 'not_found' }))
    world.clock.advance(30_000)
    await settled()
    world.feed.close()
  },
  'older data was put back': async (world: World) => {
    world.answerReadings(async () => ({ type: 'cursor_ahead', head: 0 }))
    world.clock.advance(30_000)
    await settled()
    world.feed.close()
  },
  'the log was trimmed': async (world: World) => {
    world.answerReadings(async () => ({ type: 'cursor_gone', firstSeq: 9_999 }))
    world.clock.advance(30_000)
    await settled()
    world.feed.close()
  },
} as const

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T)[]
const cases = names(STREAMS).flatMap((stream) =>
  names(READERS).flatMap((reader) => names(ENDS).map((end) => [stream, reader, end] as const)),
)

async function begin(stream: keyof typeof STREAMS, reader: keyof typeof READERS) {
  const world = await createLooseWorld()
  await world.commit(KEY, 20, 500)
  const sink = createScriptedSink(READERS[reader])
  await STREAMS[stream](world, sink)
  await settled()
  await world.commit(KEY, 5, 500)
  await settled()
  return { world, sink }
}

describe('a stream whose thread was not deleted', () => {
  it.each(cases)('%s, its reader %s, ends without reporting a deletion when %s', async (stream, reader, end) => {
    const { world, sink } = await begin(stream, reader)
    await ENDS[end](world)
    await settled()
    sink.drain()
    await settled()
    expect(sink.text()).not.toContain('deleted')
    expect(sink.state.ended, 'it has ended').toBe(1)
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it.each(names(READERS))(
    'a feed connection, its reader %s, says nothing about a thread when the service stops',
    async (reader) => {
      const { world, sink } = await begin('the one connection', reader)
      const before = sink.text()
      world.feed.close()
      await settled()
      expect(sink.text()).toBe(before)
    },
  )

  it('a wait for the next record ends empty when the service stops, and fails when its read fails', async () => {
    const { world } = await begin('a log', 'at the head')
    const head = (await world.log(KEY))?.length ?? 0
    const wait = () =>
      world.feed.next({ principal: ME, key: KEY, after: head, maxBytes: 1e6, maxRecords: 9, waitMs: 25_000 })
    const stopped = wait()
    await settled()
    world.feed.close()
    expect(await stopped).toMatchObject({ type: 'chunk', lastSeq: head })
    await world.store.close()
    await expect(wait()).rejects.toMatchObject({ code: 'storage_closed' })
  })
})

describe('a stream whose thread was deleted', () => {
  it.each(names(READERS))('reports it by the record of the deletion or by a resync, its reader %s', async (reader) => {
    for (const stream of names(STREAMS)) {
      const { world, sink } = await begin(stream, reader)
      await world.remove(KEY)
      for (let round = 0; round < 20; round++) {
        sink.drain()
        await settled()
      }
      const frames = splitFrames(sink.text().replaceAll(HEARTBEAT, ''))
      const resyncs = frames.filter((frame) => frame.startsWith('event: resync'))
      if (stream.startsWith('the one')) {
        expect(resyncs).toEqual([`event: resync\ndata: ${JSON.stringify({ ...KEY, reason: 'deleted' })}\n\n`])
      } else {
        expect(resyncs).toEqual([])
        if (stream === 'a log') expect(frames.at(-1)).toContain('"event":{"type":"thread.deleted"}')
        expect(sink.state.ended).toBe(1)
      }
    }
  })
})
