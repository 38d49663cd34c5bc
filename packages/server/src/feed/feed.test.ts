import { frame, HEARTBEAT, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogReader, Notice } from '../store/port.ts'
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import { threadOf } from '../store/tenant-thread.ts'
import { createFeed } from './feed.ts'
import { runEvents } from './frame-filter.ts'
import { SINK_BYTES } from './sink.ts'
import { createScriptedSink, type ScriptedSink } from './testing/scripted-sink.ts'

const KEY: ThreadKey = { roomId: 'r', threadId: 't' }
const THREAD = threadOf(LOCAL_PRINCIPAL, KEY)
const encoder = new TextEncoder()
const encode = (text: string) => encoder.encode(text)
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

type Delivery = 'frames' | 'bare' | 'lost' | 'twice' | 'late'

/** A log in memory whose reads can be delayed and whose notices can be lost, repeated, late or without frames. */
function scripted() {
  const clock = createManualClock()
  const frames: Uint8Array[] = []
  const listeners = new Set<(notice: Notice) => void>()
  const late: Notice[] = []
  const held: (() => void)[] = []
  const faults: unknown[] = []
  const changes: [type: string, seq: number][] = []
  let holding = false
  let failing = false
  let skip = 0

  const log: LogReader = {
    async read(_principal, key, { after, maxBytes, maxRecords }) {
      if (failing) throw new Error('the disk is gone')
      if (key.threadId !== KEY.threadId) return { type: 'not_found' }
      const head = frames.length
      if (after > head) return { type: 'cursor_ahead', head }
      const taken: Uint8Array[] = []
      let size = 0
      for (const bytes of frames.slice(after, after + maxRecords)) {
        if (taken.length > 0 && size + bytes.byteLength > maxBytes) break
        taken.push(bytes)
        size += bytes.byteLength
      }
      const lastSeq = after + taken.length
      if (holding) await new Promise<void>((resolve) => held.push(resolve))
      return { type: 'chunk', firstSeq: after + 1 + skip, lastSeq, head, frames: Buffer.concat(taken) }
    },
  }

  const publish = (notice: Notice) => {
    for (const listener of listeners) listener(notice)
  }
  const feed = createFeed({
    log,
    inbox: {
      overview: async () => ({ rooms: [], threads: [], cursor: '' }),
      read: async () => ({ type: 'invalid_cursor' }),
    },
    bus: {
      publish,
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    clock,
    onFault: (fault) => faults.push(fault),
    onReader: ({ type, seq }) => changes.push([type, seq]),
  })

  return {
    clock,
    feed,
    faults,
    changes,
    listeners,
    commit(records: number, size: number, delivery: Delivery = 'frames') {
      const firstSeq = frames.length + 1
      for (let seq = firstSeq; seq < firstSeq + records; seq++) {
        const event = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: `${seq} `.padEnd(size, 'x') }
        const at = new Date(clock.now()).toISOString()
        frames.push(encode(frame({ ...KEY, runId: 'run', seq, at, kind: 'agui' }, JSON.stringify(event))))
      }
      const lastSeq = frames.length
      const bare: Notice = { type: 'thread.more', key: THREAD, firstSeq, lastSeq }
      const full: Notice = { ...bare, frames: Buffer.concat(frames.slice(firstSeq - 1)) }
      if (delivery === 'bare') publish(bare)
      if (delivery === 'frames' || delivery === 'twice') publish(full)
      if (delivery === 'twice') publish(full)
      if (delivery === 'late') late.push(full)
    },
    deliverLate: () => late.splice(0).forEach(publish),
    hold: () => {
      holding = true
    },
    release() {
      holding = false
      for (const go of held.splice(0)) go()
    },
    fail: () => {
      failing = true
    },
    damage: () => {
      skip = 1
    },
    publish,
    textAfter: (cursor: number) => frames.slice(cursor).map(decode).join(''),
    get head() {
      return frames.length
    },
  }
}

/** Lets all pending promises settle. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

const at = (after: number) => ({ principal: LOCAL_PRINCIPAL, key: KEY, after })

describe('following a log', () => {
  it('a stream reports its cursor when it begins to follow a thread and its last position when it stops, once', async () => {
    const world = scripted()
    world.commit(3, 10)
    const sink = createScriptedSink(1e9)
    const followed = await world.feed.follow(at(1), () => sink.sink)
    await settle()
    expect(world.changes).toEqual([['reader_joined', 1]])
    world.commit(2, 10)
    if (followed.type === 'following') followed.detach()
    world.feed.close()
    expect(world.changes).toEqual([
      ['reader_joined', 1],
      ['reader_left', 5],
    ])
  })

  it('a cursor that is refused, and a page that waits for nothing, are no readers', async () => {
    const world = scripted()
    world.commit(1, 10)
    await world.feed.follow(at(9), () => createScriptedSink(1e9).sink)
    await world.feed.next({ ...at(0), maxBytes: 1_000, maxRecords: 10, waitMs: 0 })
    expect(world.changes).toEqual([])
  })

  it('G3 G2 I4 I11 every reader gets exactly the log after its cursor, whatever happens to notices and drains', async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('commit' as const),
        records: fc.integer({ min: 1, max: 6 }),
        size: fc.constantFrom(1, 200, 40_000),
        delivery: fc.constantFrom<Delivery>('frames', 'bare', 'lost', 'twice', 'late'),
      }),
      fc.record({
        do: fc.constant('join' as const),
        back: fc.integer({ min: 0, max: 20 }),
        capacity: fc.constantFrom(100, 50_000, 1e9),
      }),
      fc.record({ do: fc.constantFrom('drain' as const, 'leave' as const), who: fc.nat(5) }),
      fc.record({ do: fc.constantFrom('late', 'beat', 'hold', 'release', 'settle' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = scripted()
        const readers: { after: number; sink: ScriptedSink; left: boolean }[] = []
        for (const one of steps) {
          if (one.do === 'commit') world.commit(one.records, one.size, one.delivery)
          else if (one.do === 'join') {
            const reader = {
              after: Math.max(0, world.head - one.back),
              sink: createScriptedSink(one.capacity),
              left: false,
            }
            readers.push(reader)
            void world.feed.follow(at(reader.after), () => reader.sink.sink)
          } else if (one.do === 'drain') readers[one.who]?.sink.drain()
          else if (one.do === 'leave') {
            const reader = readers[one.who]
            if (reader) {
              reader.left = true
              reader.sink.close()
            }
          } else if (one.do === 'late') world.deliverLate()
          else if (one.do === 'beat') world.clock.advance(15_000)
          else if (one.do === 'hold') world.hold()
          else if (one.do === 'release') world.release()
          else await settle()
        }
        world.release()
        // Two beats: the first sees that there was no notice, the second reads the store.
        for (let round = 0; round < 400; round++) {
          for (const reader of readers) reader.sink.drain()
          if (round % 100 === 0) world.clock.advance(15_000)
          await settle()
          if (readers.every(({ after, sink, left }) => left || sink.text() === world.textAfter(after))) break
        }
        for (const { after, sink, left } of readers) {
          if (left) expect(world.textAfter(after).startsWith(sink.text())).toBe(true)
          else expect(sink.text()).toBe(world.textAfter(after))
          expect(sink.state.writtenWhileFull).toBe(0)
        }
        expect(world.faults).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('misses nothing that is committed during a reader’s first read', async () => {
    for (const delivery of ['frames', 'bare'] as const) {
      const world = scripted()
      const sink = createScriptedSink()
      world.hold()
      void world.feed.follow(at(0), () => sink.sink)
      world.commit(2, 10, delivery)
      world.release()
      await settle()
      expect(sink.text()).toBe(world.textAfter(0))
    }
  })

  it('writes each commit once per reader, the same bytes for all', async () => {
    const world = scripted()
    const sinks = Array.from({ length: 100 }, () => createScriptedSink())
    for (const { sink } of sinks) await world.feed.follow(at(0), () => sink)
    world.commit(32, 50)
    const first = sinks[0]?.written.at(-1)
    for (const { written } of sinks) {
      expect(written).toHaveLength(2)
      expect(written[1]).toBe(first)
    }
  })

  it('G10 holds at most 256 kB for a reader that does not read, and loses nothing', async () => {
    const world = scripted()
    const slow = createScriptedSink(SINK_BYTES)
    await world.feed.follow(at(0), () => slow.sink)
    for (let n = 0; n < 200; n++) world.commit(10, 1_000)
    await settle()
    expect(slow.state.mostHeld).toBeLessThanOrEqual(2 * SINK_BYTES)
    for (let n = 0; n < 100; n++) {
      slow.drain()
      await settle()
    }
    expect(slow.text()).toBe(world.textAfter(0))
    expect(slow.state.mostHeld).toBeLessThanOrEqual(2 * SINK_BYTES)
  })

  it('G10 keeps at most one commit of many threads alive for a slow socket', async () => {
    const world = scripted()
    const slow = createScriptedSink(SINK_BYTES)
    const quick = createScriptedSink()
    for (const { sink } of [slow, quick]) await world.feed.follow(at(0), () => sink)
    const sayAmongOthers = () => {
      const before = world.head
      world.commit(1, 200, 'lost')
      const group = new Uint8Array(80_000)
      const { written } = encoder.encodeInto(world.textAfter(before), group)
      const frames = group.subarray(0, written)
      world.publish({ type: 'thread.more', key: THREAD, firstSeq: before + 1, lastSeq: world.head, frames })
    }
    const largeBuffers = () => new Set(slow.written.map(({ buffer }) => buffer).filter((b) => b.byteLength >= 80_000))

    slow.drain()
    for (let n = 0; n < 10; n++) sayAmongOthers()
    expect(largeBuffers().size).toBe(1)
    slow.drain()
    for (let n = 0; n < 10; n++) sayAmongOthers()
    expect(largeBuffers().size).toBe(2)
    for (const sink of [slow, quick]) expect(sink.text()).toBe(world.textAfter(0))
  })

  it('I10 releases subscription, ring and timer with the last reader, and ends no run', async () => {
    const world = scripted()
    const one = createScriptedSink()
    const other = createScriptedSink()
    const followed = await world.feed.follow(at(0), () => one.sink)
    await world.feed.follow(at(0), () => other.sink)
    expect(world.feed.watching).toEqual({ threads: 1, readers: 2 })
    other.close()
    other.close()
    if (followed.type === 'following') followed.detach()
    expect(world.feed.watching).toEqual({ threads: 0, readers: 0 })
    expect(world.listeners.size).toBe(0)
    expect(world.clock.waiting).toBe(0)
    expect(one.state.ended).toBe(1)
  })

  it('answers an invalid cursor or an unknown thread before connecting, and leaves nothing behind', async () => {
    const world = scripted()
    const connect = () => {
      throw new Error('nobody asked for a stream')
    }
    expect(await world.feed.follow(at(5), connect)).toEqual({ type: 'cursor_ahead', head: 0 })
    const elsewhere = { ...KEY, threadId: 'no' }
    expect(await world.feed.follow({ ...at(0), key: elsewhere }, connect)).toEqual({ type: 'not_found' })
    world.fail()
    await expect(world.feed.follow(at(0), connect)).rejects.toThrow('the disk is gone')
    expect(world.clock.waiting + world.listeners.size).toBe(0)
  })

  it('sends a heartbeat to all readers every 15 s from one timer', async () => {
    const world = scripted()
    const sinks = [createScriptedSink(), createScriptedSink()]
    for (const { sink } of sinks) await world.feed.follow(at(0), () => sink)
    expect(world.clock.waiting).toBe(1)
    world.clock.advance(30_000)
    for (const { written } of sinks) expect(written.map(decode)).toEqual([HEARTBEAT, HEARTBEAT, HEARTBEAT])
  })

  it('ends a stream whose log cannot be read, reports it once, and lets the reader reconnect', async () => {
    const world = scripted()
    const sink = createScriptedSink()
    await world.feed.follow(at(0), () => sink.sink)
    world.fail()
    world.commit(1, 10, 'bare')
    await settle()
    expect(world.faults).toHaveLength(1)
    expect(sink.state.ended).toBe(1)
    expect(world.feed.watching.readers).toBe(0)
  })

  it('G11 never serves a log with a hole', async () => {
    const world = scripted()
    const sink = createScriptedSink()
    await world.feed.follow(at(0), () => sink.sink)
    world.commit(1, 10)
    world.damage()
    world.commit(1, 10, 'bare')
    await settle()
    expect(sink.text()).toBe(world.textAfter(0).slice(0, sink.text().length))
    expect(world.faults).toHaveLength(1)
    expect(sink.state.ended).toBe(1)
  })

  it('reacts only to the thread that is read', async () => {
    const world = scripted()
    const sink = createScriptedSink()
    await world.feed.follow(at(0), () => sink.sink)
    const frames = encode('id: 1\ndata: {}\n\n')
    world.publish({ type: 'thread.more', key: { ...THREAD, roomId: 'other' }, firstSeq: 1, lastSeq: 1, frames })
    world.publish({ type: 'thread.more', key: { ...THREAD, tenantId: 'other' }, firstSeq: 1, lastSeq: 1, frames })
    world.publish({ type: 'run.queued', key: THREAD, runId: 'r' })
    await settle()
    expect(sink.text()).toBe('')
  })

  it('closing ends every stream and every wait, and any that start later', async () => {
    const world = scripted()
    const sink = createScriptedSink()
    await world.feed.follow(at(0), () => sink.sink)
    const waiting = world.feed.next({ ...at(0), maxBytes: 1e6, maxRecords: 10, waitMs: 25_000 })
    await settle()
    world.feed.close()
    expect(sink.state.ended).toBe(1)
    expect(await waiting).toMatchObject({ type: 'chunk', lastSeq: 0 })
    const late = createScriptedSink()
    await world.feed.follow(at(0), () => late.sink)
    expect(late.state.ended).toBe(1)
    expect(world.clock.waiting + world.listeners.size).toBe(0)
  })
})

describe('following one run', () => {
  it('gets its bare events, and ends after the last one', async () => {
    const world = scripted()
    const mine = createScriptedSink()
    const other = createScriptedSink()
    await world.feed.follow({ ...at(0), filter: runEvents('run') }, () => mine.sink)
    await world.feed.follow({ ...at(0), filter: runEvents('another') }, () => other.sink)
    world.commit(2, 5)
    expect(mine.text()).toMatch(/^id: 1\ndata: \{"type":"TEXT_MESSAGE_CONTENT".*\}\n\nid: 2\ndata: .*\n\n$/)
    expect(other.text()).toBe('')
  })
})

describe('waiting for the next record', () => {
  const limits = { maxBytes: 1e6, maxRecords: 10, waitMs: 25_000 }

  it('answers at once if there are records', async () => {
    const world = scripted()
    world.commit(3, 10)
    expect(await world.feed.next({ ...at(1), ...limits })).toMatchObject({ firstSeq: 2, lastSeq: 3 })
  })

  it('answers with the next commit, even one during its own read', async () => {
    const world = scripted()
    world.hold()
    const waiting = world.feed.next({ ...at(0), ...limits })
    world.commit(1, 10)
    world.release()
    expect(await waiting).toMatchObject({ firstSeq: 1, lastSeq: 1 })
    const later = world.feed.next({ ...at(1), ...limits })
    await settle()
    world.commit(1, 10, 'bare')
    expect(await later).toMatchObject({ firstSeq: 2, lastSeq: 2 })
  })

  it('answers empty after its time or when the reader leaves, and leaves nothing behind', async () => {
    const world = scripted()
    const waiting = world.feed.next({ ...at(0), ...limits })
    await settle()
    world.clock.advance(25_000)
    expect(await waiting).toMatchObject({ type: 'chunk', lastSeq: 0, head: 0 })
    const gone = new AbortController()
    const left = world.feed.next({ ...at(0), ...limits }, gone.signal)
    await settle()
    gone.abort()
    expect(await left).toMatchObject({ lastSeq: 0 })
    expect(world.clock.waiting + world.listeners.size).toBe(0)
  })
})
