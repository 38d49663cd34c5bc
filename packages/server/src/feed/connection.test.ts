import {
  type Envelope,
  envelopeJson,
  HEARTBEAT,
  type InboxFrame,
  keyString,
  runTerminal,
  splitFrames,
  type ThreadKey,
} from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Lease, Notice } from '../store/port.ts'
import { LOCAL_PRINCIPAL as ME } from '../store/principal.ts'
import { createFeed } from './feed.ts'
import type { Sink } from './sink.ts'

const KEYS = ['r1', 'r2'].flatMap((roomId) => ['t1', 't2'].map((threadId) => ({ roomId, threadId })))
const [A, B, C] = KEYS as [ThreadKey, ThreadKey, ThreadKey]
const decoder = new TextDecoder()

type Delivery = 'whole' | 'bare' | 'lost' | 'twice'

/** A real store in memory, whose notices may be lost, repeated, or come without their frames. */
async function createWorld() {
  const clock = createManualClock()
  const listeners = new Set<(notice: Notice) => void>()
  const faults: unknown[] = []
  const leases = new Map<string, Lease>()
  let delivery: Delivery = 'whole'
  let runs = 0
  const tell = (notice: Notice) => {
    for (const listener of listeners) listener(notice)
  }
  const store = createMemoryStore({
    clock,
    publish(notice) {
      if (delivery === 'lost') return
      if (delivery === 'bare' && notice.type === 'thread.more') {
        const { frames: _, ...bare } = notice
        return tell(bare)
      }
      tell(notice)
      if (delivery === 'twice') tell(notice)
    },
  })
  for (const roomId of ['r1', 'r2']) await store.rooms.create(ME, { roomId, title: roomId, agentId: 'demo' })
  const subscribe = (listener: (notice: Notice) => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const feed = createFeed({
    log: store.log,
    inbox: store.inbox,
    bus: { publish: tell, subscribe },
    clock,
    onFault: (fault) => faults.push(fault),
  })

  const world = {
    clock,
    store,
    feed,
    faults,
    listeners,
    deliver(how: Delivery) {
      delivery = how
    },
    /** Some records in the thread: of a new run, if none is live. */
    async commit(key: ThreadKey, records = 1, size = 1) {
      let lease = leases.get(keyString(key))
      if (!lease) {
        const runId = `run-${++runs}`
        const messages = [{ id: `${runId}-q`, role: 'user' as const, content: 'Hello' }]
        const request = { runId, messages, agentId: 'demo', onBusy: 'enqueue' as const, tools: [], context: [] }
        if ((await store.runs.start(ME, key, request)).type !== 'accepted') return
        for (const claim of await store.work.claim({ workerId: 'w', limit: 9, leaseMs: 1e9 })) {
          leases.set(keyString(claim.lease), claim.lease)
        }
        lease = leases.get(keyString(key))
      }
      const delta = 'x'.repeat(size)
      const events = Array.from({ length: records }, () =>
        JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta }),
      )
      if (lease) await store.work.append(lease, events)
    },
    async finish(key: ThreadKey) {
      const lease = leases.get(keyString(key))
      leases.delete(keyString(key))
      const outcome = { type: 'succeeded' } as const
      if (lease) await store.work.end(lease, { outcome, events: [JSON.stringify(runTerminal(outcome, lease))] })
    },
    async remove(key: ThreadKey) {
      leases.delete(keyString(key))
      await store.threads.delete(ME, key, true)
    },
    /** The envelopes' JSON after a cursor; undefined: it is gone. */
    async log(key: ThreadKey, after = 0): Promise<string[] | undefined> {
      const read = await store.log.read(ME, key, { after, maxBytes: 1e9, maxRecords: 1e9 })
      if (read.type === 'not_found') return []
      return read.type === 'chunk' ? splitFrames(decoder.decode(read.frames)).map(envelopeJson) : undefined
    },
    async cursor() {
      return (await store.inbox.overview(ME)).cursor
    },
    async inbox(cursor: string) {
      const read = await store.inbox.read(ME, { cursor, maxBytes: 1e9, maxRecords: 1e9 })
      if (read.type !== 'entries') throw new Error(read.type)
      return read.items
    },
  }
  return world
}

function createSink(capacity = Number.POSITIVE_INFINITY) {
  const written: Uint8Array[] = []
  let holds = 0
  let full = false
  let drained = () => {}
  let closed = () => {}
  const state = { mostHeld: 0, ended: 0 }
  const sink: Sink = {
    write(bytes) {
      written.push(bytes)
      holds += bytes.byteLength
      state.mostHeld = Math.max(state.mostHeld, holds)
      full = holds > capacity
      return !full
    },
    end: () => void state.ended++,
    onDrain(listener) {
      drained = listener
    },
    onClose(listener) {
      closed = listener
    },
  }
  return {
    sink,
    state,
    /** What was written since the last drain. */
    get holds() {
      return holds
    },
    frames() {
      const text = written
        .map((bytes) => decoder.decode(bytes))
        .join('')
        .replaceAll(HEARTBEAT, '')
      return splitFrames(text).map((stored) => {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)\n\n$/.exec(stored) ?? []
        return { event, data }
      })
    },
    drain() {
      holds = 0
      if (!full) return
      full = false
      drained()
    },
    close: () => closed(),
  }
}

type Shown = ReturnType<ReturnType<typeof createSink>['frames']>
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
async function settled(rounds = 60) {
  for (let round = 0; round < rounds; round++) await settle()
}

const keyIn = (data: string) => keyString(JSON.parse(data) as ThreadKey)
const of = (frames: Shown, event: string, key?: ThreadKey) =>
  frames
    .filter((frame) => frame.event === event && (!key || keyIn(frame.data) === keyString(key)))
    .map(({ data }) => data)
const watching = (keys: readonly ThreadKey[], after = 0) => keys.map((key) => ({ ...key, after }))

describe('the one connection', () => {
  it('S001-51 S001-26 G3 I3 gives each thread its own log and the inbox its entries, once and in order, whatever happens', async () => {
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
        const world = await createWorld()
        const open: {
          sink: ReturnType<typeof createSink>
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
            const sink = createSink(one.capacity)
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
          const frames = sink.frames()
          const asked = new Set(threads.map(keyString))
          for (const data of of(frames, 'log')) expect(asked).toContain(keyIn(data))
          for (const watched of threads) {
            const logged = of(frames, 'log', watched)
            const whole = await world.log(watched, 0)
            const resync = of(frames, 'resync', watched)
            // Ahead when it came; whether it still is at its first reading depends on what was committed meanwhile.
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
              // Beyond them only how it was stopped and that it is gone, in order.
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
          // What was deleted meanwhile may have been told before it was.
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

  it('subscribes, catches up, says so once, then is live; a thread that is not there yet is caught up at 0', async () => {
    const world = await createWorld()
    await world.commit(A, 3)
    const sink = createSink()
    await world.feed.open({ principal: ME, threads: watching([A, B]) }, () => sink.sink)
    await settled()
    const head = (await world.log(A))?.length
    expect(of(sink.frames(), 'caught-up').map((data) => JSON.parse(data))).toEqual(
      expect.arrayContaining([
        { ...A, seq: head },
        { ...B, seq: 0 },
      ]),
    )
    await world.commit(B, 2)
    await settled()
    expect(of(sink.frames(), 'log', A)).toEqual(await world.log(A))
    expect(of(sink.frames(), 'log', B)).toEqual(await world.log(B))
    expect(of(sink.frames(), 'caught-up')).toHaveLength(2)
    expect(of(sink.frames(), 'inbox'), 'nobody asked for it').toEqual([])
  })

  it('S001-52 resyncs exactly once a thread that cannot be gone on with, and leaves the others alone', async () => {
    const world = await createWorld()
    for (const key of [A, B, C]) await world.commit(key)
    await world.remove(C)
    const sink = createSink()
    const threads = [...watching([A, C]), { ...B, after: 99 }, { roomId: 'nowhere', threadId: 't', after: 3 }]
    await world.feed.open({ principal: ME, threads }, () => sink.sink)
    await settled()
    expect(
      of(sink.frames(), 'resync')
        .map((data) => JSON.parse(data).reason)
        .toSorted(),
    ).toEqual(['cursor_ahead', 'cursor_ahead', 'deleted'])
    await world.commit(B)
    const before = (await world.log(A)) ?? []
    await world.remove(A)
    await settled()
    expect(of(sink.frames(), 'log', B)).toEqual([])
    expect(of(sink.frames(), 'log', A).slice(0, before.length)).toEqual(before)
    expect(of(sink.frames(), 'log', A).at(-1)).toContain('"type":"thread.deleted"')
    expect(sink.frames().at(-1)).toEqual({ event: 'resync', data: JSON.stringify({ ...A, reason: 'deleted' }) })
    expect(of(sink.frames(), 'resync')).toHaveLength(4)
    expect(sink.state.ended).toBe(0)
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it('G10 holds at most 256 kB for all its threads together, and no thread waits for another one’s end', async () => {
    const world = await createWorld()
    for (const key of KEYS) await world.commit(key, 400, 1_000)
    const slow = createSink(128 * 1024)
    await world.feed.open({ principal: ME, threads: watching(KEYS) }, () => slow.sink)
    await settled()
    const served = new Set<string>()
    for (let round = 0; round < 8; round++) {
      slow.drain()
      for (const key of KEYS) await world.commit(key, 20, 1_000)
      await settled()
      for (const data of of(slow.frames(), 'log')) served.add(keyIn(data))
    }
    expect([...served].toSorted()).toEqual(KEYS.map(keyString).toSorted())
    for (let round = 0; round < 60; round++) {
      slow.drain()
      await settled(10)
    }
    // Now all are live: what one of them fills, the others respect.
    for (const key of KEYS) await world.commit(key, 100, 1_000)
    await settled()
    for (let round = 0; round < 20; round++) {
      slow.drain()
      await settled(10)
    }
    expect(slow.state.mostHeld).toBeLessThanOrEqual(256 * 1024)
    for (const key of KEYS) expect(of(slow.frames(), 'log', key)).toEqual(await world.log(key))
  })

  it('goes on with the inbox until nothing is left, however much there is', async () => {
    const world = await createWorld()
    await world.commit(A)
    const inbox = await world.cursor()
    for (let n = 0; n < 250; n++) await world.store.threads.change(ME, A, { title: `Title ${n}` })
    const sink = createSink()
    await world.feed.open({ principal: ME, inbox, threads: [] }, () => sink.sink)
    await settled()
    const titles = of(sink.frames(), 'inbox').map((data) => JSON.parse(data).title)
    expect(titles).toEqual(Array.from({ length: 250 }, (_, n) => `Title ${n}`))
  })

  it('says hb once for all its threads, also with none; ends with the feed, and ends nothing but itself', async () => {
    const world = await createWorld()
    await world.commit(A)
    const many = createSink()
    const none = createSink()
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
    expect((await world.store.runs.list(ME, A)).type === 'runs').toBe(true)
    const late = createSink()
    await world.feed.open({ principal: ME, threads: watching([A]) }, () => late.sink)
    expect(late.state.ended).toBe(1)
  })
})
