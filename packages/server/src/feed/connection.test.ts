import { type Envelope, HEARTBEAT, type InboxFrame, keyString, splitFrames, type ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOCAL_PRINCIPAL as ME } from '../store/principal.ts'
import { SINK_BYTES } from './sink.ts'
import { createLooseWorld, type Delivery } from './testing/loose-world.ts'
import { createScriptedSink, type ScriptedSink } from './testing/scripted-sink.ts'

const KEYS = ['r1', 'r2'].flatMap((roomId) => ['t1', 't2'].map((threadId) => ({ roomId, threadId })))
const [A, B, C] = KEYS as [ThreadKey, ThreadKey, ThreadKey]

interface Shown {
  readonly event: string
  readonly data: string
}

/** The written frames, event by event. */
function framesOf(sink: ScriptedSink): readonly Shown[] {
  return splitFrames(sink.text()).map((stored) => {
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)\n\n$/.exec(stored) ?? []
    return { event, data }
  })
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
async function settled(rounds = 60) {
  for (let round = 0; round < rounds; round++) await settle()
}

const keyIn = (data: string) => keyString(JSON.parse(data) as ThreadKey)
const of = (frames: readonly Shown[], event: string, key?: ThreadKey) =>
  frames
    .filter((frame) => frame.event === event && (!key || keyIn(frame.data) === keyString(key)))
    .map(({ data }) => data)
const watching = (keys: readonly ThreadKey[], after = 0) => keys.map((key) => ({ ...key, after }))

describe('a feed connection', () => {
  it('S001-51 S001-26 G3 I3 delivers each thread’s own log and the inbox entries, once and in order, whatever happens', async () => {
    const key = fc.constantFrom(...KEYS)
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('commit' as const),
          key,
          records: fc.integer({ min: 1, max: 5 }),
          size: fc.constantFrom(1, 300, 30_000),
          delivery: fc.constantFrom<Delivery>('whole', 'bare', 'lost', 'twice'),
        }),
      },
      fc.record({
        do: fc.constantFrom('finish', 'remove' as const),
        key,
        delivery: fc.constantFrom<Delivery>('whole', 'lost'),
      }),
      fc.record({
        do: fc.constant('open' as const),
        keys: fc.uniqueArray(key, { selector: keyString }),
        back: fc.integer({ min: -1, max: 12 }),
        capacity: fc.constantFrom(100, 50_000, 1e9),
      }),
      fc.record({ do: fc.constantFrom('drain', 'beat', 'settle' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = await createLooseWorld()
        const open: {
          sink: ScriptedSink
          inbox: string
          threads: (ThreadKey & { after: number; head: number })[]
        }[] = []
        const before = new Map<string, string[]>()
        for (const one of steps) {
          if (one.do === 'open') {
            const threads = []
            for (const watched of one.keys) {
              const head = (await world.log(watched))?.length ?? 0
              threads.push({ ...watched, after: Math.max(0, head - one.back), head })
            }
            const inbox = await world.cursor()
            const sink = createScriptedSink(one.capacity)
            open.push({ sink, inbox, threads })
            await world.feed.open({ principal: ME, inbox, threads }, () => sink.sink)
          } else if (one.do === 'commit') {
            world.deliver(one.delivery)
            await world.commit(one.key, one.records, one.size)
          } else if (one.do === 'finish' || one.do === 'remove') {
            world.deliver(one.delivery)
            if (one.do === 'finish') await world.finish(one.key)
            else {
              const name = keyString(one.key)
              before.set(name, (await world.log(one.key)) ?? before.get(name) ?? [])
              await world.remove(one.key)
            }
          } else if (one.do === 'drain') for (const { sink } of open) sink.drain()
          else if (one.do === 'beat') world.clock.advance(15_000)
          else await settle()
        }
        for (let round = 0; round < 300; round++) {
          for (const { sink } of open) sink.drain()
          if (round % 75 === 0) world.clock.advance(15_000)
          await settle()
        }
        expect(world.faults).toEqual([])
        for (const { sink, inbox, threads } of open) {
          const frames = framesOf(sink)
          const asked = new Set(threads.map(keyString))
          for (const data of of(frames, 'log')) expect(asked).toContain(keyIn(data))
          for (const watched of threads) {
            const logged = of(frames, 'log', watched)
            const whole = await world.log(watched, 0)
            const resync = of(frames, 'resync', watched)
            // Ahead when it was opened; whether it still is at the first read depends on the commits in between.
            const ahead = watched.after > watched.head && resync.length > 0
            if (ahead && !resync[0]?.includes('deleted')) {
              expect(resync.map((data) => JSON.parse(data).reason)).toEqual(['cursor_ahead'])
              expect(logged).toEqual([])
            } else if (whole === undefined) {
              expect(resync).toEqual([
                JSON.stringify({ roomId: watched.roomId, threadId: watched.threadId, reason: 'deleted' }),
              ])
              const kept = before.get(keyString(watched)) ?? []
              const told = logged.filter((data) => kept.includes(data))
              expect(told).toEqual(kept.slice(watched.after, watched.after + told.length))
              // After them only how its run was stopped and that it was deleted, in order.
              const seqs = logged.map((data) => (JSON.parse(data) as Envelope).seq)
              expect(seqs).toEqual(seqs.map((_, index) => watched.after + 1 + index))
            } else {
              expect(resync).toEqual([])
              expect(logged).toEqual(whole.slice(watched.after))
              expect(of(frames, 'caught-up', watched)).toHaveLength(1)
            }
          }
          const told = of(frames, 'inbox').map((data) => {
            const { cursor } = JSON.parse(data) as InboxFrame
            return { cursor, json: data.replace(`"cursor":"${cursor}",`, '') }
          })
          const now = (await world.inbox(inbox)).map(({ json }) => json)
          // A thread deleted in the meantime may have been delivered before its deletion.
          expect(told.map(({ json }) => json).filter((json) => now.includes(json))).toEqual(now)
          expect(new Set(told.map(({ json }) => json)).size).toBe(told.length)
          for (const { cursor } of told.slice(-1)) expect(await world.inbox(cursor)).toEqual([])
        }
        for (const { sink } of open) sink.close()
        expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
        expect(world.listeners.size + world.clock.waiting).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('subscribes, catches up, says so once, then is live; a thread that does not exist yet is caught up at 0', async () => {
    const world = await createLooseWorld()
    await world.commit(A, 3)
    const sink = createScriptedSink()
    await world.feed.open({ principal: ME, threads: watching([A, B]) }, () => sink.sink)
    await settled()
    const head = (await world.log(A))?.length
    expect(of(framesOf(sink), 'caught-up').map((data) => JSON.parse(data))).toEqual(
      expect.arrayContaining([
        { ...A, seq: head },
        { ...B, seq: 0 },
      ]),
    )
    await world.commit(B, 2)
    await settled()
    expect(of(framesOf(sink), 'log', A)).toEqual(await world.log(A))
    expect(of(framesOf(sink), 'log', B)).toEqual(await world.log(B))
    expect(of(framesOf(sink), 'caught-up')).toHaveLength(2)
    expect(of(framesOf(sink), 'inbox'), 'nobody asked for it').toEqual([])
  })

  it('S001-52 resyncs a thread that it cannot continue exactly once, and leaves the others alone', async () => {
    const world = await createLooseWorld()
    for (const key of [A, B, C]) await world.commit(key)
    await world.remove(C)
    const sink = createScriptedSink()
    const threads = [...watching([A, C]), { ...B, after: 99 }, { roomId: 'nowhere', threadId: 't', after: 3 }]
    await world.feed.open({ principal: ME, threads }, () => sink.sink)
    await settled()
    expect(
      of(framesOf(sink), 'resync')
        .map((data) => JSON.parse(data).reason)
        .toSorted(),
    ).toEqual(['cursor_ahead', 'cursor_ahead', 'deleted'])
    await world.commit(B)
    const before = (await world.log(A)) ?? []
    await world.remove(A)
    await settled()
    expect(of(framesOf(sink), 'log', B)).toEqual([])
    expect(of(framesOf(sink), 'log', A).slice(0, before.length)).toEqual(before)
    expect(of(framesOf(sink), 'log', A).at(-1)).toContain('"type":"thread.deleted"')
    expect(framesOf(sink).at(-1)).toEqual({ event: 'resync', data: JSON.stringify({ ...A, reason: 'deleted' }) })
    expect(of(framesOf(sink), 'resync')).toHaveLength(4)
    expect(sink.state.ended).toBe(0)
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it('G10 holds at most 256 kB for all its threads together, and no thread waits for another to finish', async () => {
    const world = await createLooseWorld()
    for (const key of KEYS) await world.commit(key, 400, 1_000)
    const slow = createScriptedSink(SINK_BYTES)
    await world.feed.open({ principal: ME, threads: watching(KEYS) }, () => slow.sink)
    await settled()
    const served = new Set<string>()
    for (let round = 0; round < 8; round++) {
      slow.drain()
      for (const key of KEYS) await world.commit(key, 20, 1_000)
      await settled()
      for (const data of of(framesOf(slow), 'log')) served.add(keyIn(data))
    }
    expect([...served].toSorted()).toEqual(KEYS.map(keyString).toSorted())
    for (let round = 0; round < 60; round++) {
      slow.drain()
      await settled(10)
    }
    // Now all are live: when one of them fills the sink, the others wait.
    for (const key of KEYS) await world.commit(key, 100, 1_000)
    await settled()
    for (let round = 0; round < 20; round++) {
      slow.drain()
      await settled(10)
    }
    expect(slow.state.mostHeld).toBeLessThanOrEqual(2 * SINK_BYTES)
    for (const key of KEYS) expect(of(framesOf(slow), 'log', key)).toEqual(await world.log(key))
  })

  it('reads the inbox until nothing is left, however long it is', async () => {
    const world = await createLooseWorld()
    await world.commit(A)
    const inbox = await world.cursor()
    for (let n = 0; n < 250; n++) await world.store.threads.change(ME, A, { title: `Title ${n}` })
    const sink = createScriptedSink()
    await world.feed.open({ principal: ME, inbox, threads: [] }, () => sink.sink)
    await settled()
    const titles = of(framesOf(sink), 'inbox').map((data) => JSON.parse(data).title)
    expect(titles).toEqual(Array.from({ length: 250 }, (_, n) => `Title ${n}`))
  })

  it('sends one heartbeat for all its threads, or for none; ends with the feed, and ends nothing else', async () => {
    const world = await createLooseWorld()
    await world.commit(A)
    const many = createScriptedSink()
    const none = createScriptedSink()
    const inbox = await world.cursor()
    await world.feed.open({ principal: ME, threads: watching(KEYS), inbox }, () => many.sink)
    await world.feed.open({ principal: ME, threads: [] }, () => none.sink)
    await settled()
    const held = [many.holds, none.holds]
    world.clock.advance(15_000)
    await settled()
    expect([many.holds, none.holds]).toEqual(held.map((bytes) => bytes + HEARTBEAT.length))
    none.close()
    world.feed.close()
    expect([many.state.ended, none.state.ended]).toEqual([1, 1])
    expect(world.listeners.size + world.clock.waiting).toBe(0)
    expect((await world.store.runs.list(ME, A, { limit: 200 })).type === 'page').toBe(true)
    const late = createScriptedSink()
    await world.feed.open({ principal: ME, threads: watching([A]) }, () => late.sink)
    expect(late.state.ended).toBe(1)
  })
})
