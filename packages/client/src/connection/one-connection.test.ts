/** Many readers over one connection: what each is told, and how many requests it takes. */
import { type Envelope, type FeedBody, type InboxFrame, keyString, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import type { FeedHandlers, LogHandlers } from '../transport/port.ts'
import { faultOf, read } from '../transport/transport.contract.ts'
import { createOneConnection } from './one-connection.ts'

const key = (n: number): ThreadKey => ({ roomId: `R${n % 2}`, threadId: `T${n >> 1}` })
const A = key(0)
const B = key(1)
const C = key(2)
const NOBODY = key(9)
const until = vi.waitFor

/** Counts what is under way, and can let it all be late. */
function setUp() {
  const script = createScriptedTransport()
  const clock = createManualClock()
  const open = { feeds: 0, logs: 0, mostFeeds: 0, mostLogs: 0 }
  const slow = { feeds: createSlowness(), logs: createSlowness() }
  async function count(kind: 'feeds' | 'logs', signal: AbortSignal, run: (late: Late) => Promise<void>): Promise<void> {
    open[kind] += 1
    open.mostFeeds = Math.max(open.mostFeeds, open.feeds)
    open.mostLogs = Math.max(open.mostLogs, open.logs)
    const path = slow[kind].path()
    // One that was given up is over for its host, however late whoever waits for it hears of that.
    let isOpen = true
    const close = () => {
      if (isOpen) open[kind] -= 1
      isOpen = false
    }
    signal.addEventListener('abort', close)
    signal.addEventListener('abort', path.drop)
    try {
      await run(path.late)
      await path.end
    } finally {
      close()
    }
  }
  const source = {
    ...script,
    openFeed: (body: FeedBody, handlers: FeedHandlers, signal: AbortSignal) =>
      count('feeds', signal, (late) => script.openFeed(body, late(handlers), signal)),
    openLog: (of: ThreadKey, after: number, handlers: LogHandlers, signal: AbortSignal) =>
      count('logs', signal, (late) => script.openLog(of, after, late(handlers), signal)),
  }
  const transport = createOneConnection({ source, clock })
  const asked = (type: string) => script.asked.filter((each) => each.type === type).length
  const bodies = () => script.asked.flatMap((each) => (each.type === 'openFeed' ? [each.body] : []))
  return { script, clock, transport, open, slow, asked, bodies }
}

type Late = <H extends FeedHandlers | LogHandlers>(handlers: H) => H

/** A network on which, while it stands still, what comes waits, in order, each connection for itself. */
function createSlowness() {
  const paths = new Set<() => void>()
  let still = false
  let stalled: string | undefined
  return {
    /** On the next connection this, and what comes after it, waits for `flow`. */
    stallNext(name: string) {
      stalled = name
    },
    toggle() {
      still = !still
      if (!still) for (const flow of [...paths]) flow()
    },
    flow() {
      still = false
      for (const flow of [...paths]) flow()
    },
    path() {
      let queue: (() => void)[] = []
      const until = stalled
      stalled = undefined
      let waits = false
      const { promise: end, resolve } = Promise.withResolvers<void>()
      const flow = () => {
        waits = false
        for (let next = queue.shift(); next; next = queue.shift()) next()
        resolve()
      }
      paths.add(flow)
      if (!still) resolve()
      const late: Late = (handlers) =>
        Object.fromEntries(
          Object.entries(handlers).map(([name, hear]) => [
            name,
            (...args: readonly unknown[]) => {
              queue.push(() => (hear as (...args: readonly unknown[]) => void)(...args))
              waits ||= name === until
              if (!still && !waits) flow()
            },
          ]),
        ) as never
      const drop = () => {
        queue = []
        paths.delete(flow)
        resolve()
      }
      return { late, drop, end }
    },
  }
}

function readInbox(transport: ReturnType<typeof createOneConnection>, cursor: string) {
  const seen: InboxFrame[] = []
  const notes: string[] = []
  const stop = new AbortController()
  const done = transport
    .openInbox(
      cursor,
      {
        onOpen: () => void notes.push('open'),
        onEntries: (batch) => void seen.push(...batch),
        onBytes() {},
        onDropped: (reason) => void notes.push(reason),
      },
      stop.signal,
    )
    .then(
      () => 'ended' as const,
      (error: unknown) => error,
    )
  /** The entries that tests make here. */
  const said = () => seen.flatMap((entry) => (entry.type === 'RunStarted' && entry.threadId === 'T' ? entry.runId : []))
  return { seen, notes, done, stop, said, cursors: () => seen.map((entry) => entry.cursor) }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
}

describe('one request', () => {
  it('carries all who ask in the same tick, each from its own cursor, and the inbox', async () => {
    const { script, transport, bodies, asked } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const logs = [read(transport, A, 0), read(transport, B, 2)]
    const inbox = readInbox(transport, '6')
    await until(() => expect(logs.map(({ notes }) => notes)).toEqual(Array(2).fill(['open', 'caught-up'])))
    expect(bodies()).toEqual([
      {
        inbox: '6',
        threads: [
          { ...B, after: 2 },
          { ...A, after: 0 },
        ],
      },
    ])
    expect(asked('openLog')).toBe(0)
    expect(logs.map(({ seqs }) => seqs())).toEqual([[1, 2, 3], [3]])
    script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId: 'run' })
    expect(inbox.said()).toEqual(['run'])
    expect(inbox.notes).toEqual(['open'])
  })

  it('is given up when nobody reads any more, and leaves no timer (I10)', async () => {
    const { script, clock, transport, open } = setUp()
    script.addThread(A)
    script.addThread(B)
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    a.stop.abort()
    b.stop.abort()
    expect(faultOf(await a.done)).toEqual({ type: 'aborted' })
    await until(() => expect(open).toMatchObject({ feeds: 0, logs: 0 }))
    expect(clock.waiting).toBe(0)
    expect(script.connections).toBe(0)
  })

  it('is not opened again for who leaves, nor for who comes back to what it still carries', async () => {
    const { script, clock, transport, asked } = setUp()
    const logs = [A, B, C].map((each) => {
      script.startElsewhere(each, 'run', 'Hello')
      return read(transport, each, 0)
    })
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    logs[1]?.stop.abort()
    await settled()
    const back = read(transport, B, 3)
    await until(() => expect(back.notes).toEqual(['open', 'caught-up']))
    script.say(B, 'run', 'more')
    expect(back.seqs()).toEqual([4, 5])
    expect([asked('openFeed'), asked('openLog')]).toEqual([1, 0])
    back.stop.abort()
    await settled()
    script.say(B, 'run', 'unheard')
    const late = read(transport, B, 5)
    await until(() => expect(late.notes).toEqual(['open', 'caught-up']))
    script.say(B, 'run', 'heard')
    expect(late.seqs()).toEqual([6, 7])
    clock.advance(60_000)
    await settled()
    expect([asked('openFeed'), asked('openLog')]).toEqual([1, 1])
    await until(() => expect(script.connections).toBe(3))
  })

  it('S001-15 one of two readers of the same thread leaves, and the other goes on', async () => {
    const { script, transport, asked } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    const one = read(transport, A, 0)
    const other = read(transport, A, 1)
    await until(() => expect(other.notes).toContain('caught-up'))
    one.stop.abort()
    script.say(A, 'run', 'a')
    expect(one.seqs()).toEqual([1, 2, 3])
    expect(other.seqs()).toEqual([2, 3, 4, 5])
    expect(asked('openFeed')).toBe(1)
  })
})

describe('a thread that the connection does not carry', () => {
  it('is read alone at once, and joins at the next opening: at most one a second, the new one caught up first', async () => {
    const { script, clock, transport, open, asked } = setUp()
    for (const each of [A, B, C]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    const c = read(transport, C, 0)
    await until(() => expect(b.notes).toEqual(['open', 'caught-up']))
    await until(() => expect(c.notes).toEqual(['open', 'caught-up']))
    expect(open).toMatchObject({ feeds: 1, logs: 2 })
    const release = script.hold('openFeed')
    clock.advance(999)
    expect(asked('openFeed')).toBe(1)
    clock.advance(1)
    script.say(B, 'run', 'while it opens')
    expect(b.seqs()).toEqual([1, 2, 3, 4, 5])
    expect(open).toMatchObject({ feeds: 2, logs: 2 })
    release()
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
    script.say(A, 'run', 'a')
    script.say(B, 'run', 'b')
    expect(a.seqs()).toEqual([1, 2, 3, 4, 5])
    expect(b.seqs()).toEqual([1, 2, 3, 4, 5, 6])
    expect([a, b, c].map(({ notes }) => notes)).toEqual(Array(3).fill(['open', 'caught-up']))
    clock.advance(60_000)
    await settled()
    expect(asked('openFeed')).toBe(2)
  })

  it('leaves the old connection as it is until the new one has caught up with it', async () => {
    const { script, clock, transport, open, slow, asked } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    slow.feeds.stallNext('onCaughtUp')
    clock.advance(1_000)
    await settled()
    expect(asked('openFeed')).toBe(2)
    expect(open).toMatchObject({ feeds: 2, logs: 1 })
    script.say(A, 'run', 'a')
    expect(a.seqs()).toEqual([1, 2, 3, 4, 5])
    slow.feeds.flow()
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
  })

  it('waits for the opening when two are already read alone: browsers have few connections', async () => {
    const { script, clock, transport, open } = setUp()
    for (let n = 0; n < 6; n += 1) script.startElsewhere(key(n), 'run', 'Hello')
    const first = read(transport, A, 0)
    await until(() => expect(first.notes).toContain('caught-up'))
    const logs = [1, 2, 3, 4, 5].map((n) => read(transport, key(n), 0))
    await settled()
    expect(open.logs).toBe(2)
    clock.advance(1_000)
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    expect(open).toMatchObject({ feeds: 1, logs: 0, mostFeeds: 2, mostLogs: 2 })
  })

  it('that does not exist is caught up at nothing, and live once it is made', async () => {
    const { script, clock, transport } = setUp()
    script.addThread(A)
    const alone = read(transport, NOBODY, 0)
    await until(() => expect(alone.notes).toEqual(['open', 'caught-up']))
    const later = read(transport, C, 0)
    await settled()
    expect(later.notes).toEqual([])
    clock.advance(1_000)
    await until(() => expect(later.notes).toEqual(['open', 'caught-up']))
    script.startElsewhere(C, 'run', 'Hello')
    expect(later.seqs()).toEqual([1, 2, 3])
  })

  it('beyond what a server takes is left to its own log', async () => {
    const { script, transport, bodies, clock, open } = setUp()
    const logs = Array.from({ length: 203 }, (_, n) => {
      script.addThread(key(n))
      return read(transport, key(n), 0)
    })
    await until(() => expect(logs.filter(({ notes }) => notes.includes('caught-up'))).toHaveLength(202))
    expect(bodies().map(({ threads }) => threads?.length)).toEqual([200])
    expect(open.logs).toBe(2)
    clock.advance(60_000)
    await settled()
    expect(bodies()).toHaveLength(1)
  })

  it('whose id no server takes is refused alone', async () => {
    const { transport, asked } = setUp()
    expect(faultOf(await read(transport, { roomId: 'R 1', threadId: '' }, 0).done)).toMatchObject({ type: 'problem' })
    expect(asked('openFeed')).toBe(0)
  })
})

describe('a connection that is lost', () => {
  it('is lost to each of its readers, and whoever asks again in one tick rides in one request', async () => {
    const { script, transport, asked, bodies } = setUp()
    const keys = Array.from({ length: 50 }, (_, n) => key(n))
    for (const each of keys) script.startElsewhere(each, 'run', 'Hello')
    const logs = keys.map((each) => read(transport, each, 0))
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    script.dropFeed()
    for (const log of logs) expect(faultOf(await log.done)).toEqual({ type: 'network' })
    const again = keys.map((each) => read(transport, each, 3))
    await until(() => expect(again.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    expect([asked('openFeed'), asked('openLog')]).toEqual([2, 0])
    expect(bodies()[1]?.threads?.every(({ after }) => after === 3)).toBe(true)
  })

  it('while the next one opens is lost to nobody whom that one carries', async () => {
    const { script, clock, transport, open } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    const release = script.hold('openFeed')
    clock.advance(1_000)
    script.dropFeed()
    script.say(A, 'run', 'unheard for a moment')
    release()
    await until(() => expect(a.seqs()).toEqual([1, 2, 3, 4, 5]))
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
  })

  it('that cannot be opened anew leaves the old one as it is, and is tried again ever more slowly', async () => {
    const { script, clock, transport, asked, open } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    for (const pause of [1_000, 2_000, 4_000]) {
      script.next('openFeed', { type: 'fault', fault: { type: 'network' } })
      const before = asked('openFeed')
      clock.advance(pause - 1)
      expect(asked('openFeed')).toBe(before)
      clock.advance(1)
      await settled()
      expect(asked('openFeed')).toBe(before + 1)
    }
    script.say(A, 'run', 'a')
    script.say(B, 'run', 'b')
    expect([a.seqs(), b.seqs()]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
    expect(open).toMatchObject({ feeds: 1, logs: 1 })
  })
})

describe('a thread that cannot be continued', () => {
  it.each(['cursor_gone', 'cursor_ahead', 'deleted'] as const)(
    'is refused as %s, and no other one with it',
    async (code) => {
      const { script, transport, asked } = setUp()
      for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
      if (code === 'cursor_gone') script.trim(A, 3)
      if (code === 'deleted') script.bury(A)
      const a = read(transport, A, code === 'cursor_ahead' ? 9 : 1)
      const b = read(transport, B, 0)
      expect(faultOf(await a.done)).toMatchObject({ type: 'problem', problem: { code } })
      script.say(B, 'run', 'b')
      await until(() => expect(b.seqs()).toEqual([1, 2, 3, 4, 5]))
      expect(asked('openFeed')).toBe(1)
    },
  )
})

describe('the inbox', () => {
  it('that is refused is refused alone: the logs are read without it', async () => {
    const { script, transport, bodies } = setUp()
    script.addThread(A)
    script.next('openFeed', { type: 'fault', fault: problem('cursor_ahead') })
    const inbox = readInbox(transport, '0')
    const a = read(transport, A, 0)
    expect(faultOf(await inbox.done)).toMatchObject({ problem: { code: 'cursor_ahead' } })
    await until(() => expect(a.notes).toEqual(['open', 'caught-up']))
    expect(bodies().map(({ inbox: from }) => from)).toEqual(['0', undefined])
  })

  it('is told once by two connections of which one takes over, also if the new one fails', async () => {
    const { script, clock, transport } = setUp()
    const entry = (runId: string) => script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId })
    script.addThread(A)
    const inbox = readInbox(transport, '0')
    await until(() => expect(inbox.notes).toEqual(['open']))
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const release = script.hold('openFeed')
    script.next('openFeed', { type: 'fault', fault: { type: 'network' } })
    clock.advance(1_000)
    entry('one')
    expect(inbox.said()).toEqual([])
    release()
    await until(() => expect(inbox.said()).toEqual(['one']))
    const again = script.hold('openFeed')
    clock.advance(2_000)
    entry('two')
    expect(inbox.said()).toEqual(['one'])
    again()
    await until(() => expect(inbox.said()).toEqual(['one', 'two']))
    entry('three')
    await settled()
    expect(inbox.said()).toEqual(['one', 'two', 'three'])
  })

  it('has room for further readers: who asked for the overview while it was open hears what came since', async () => {
    const { script, transport, asked } = setUp()
    const entry = (runId: string) => script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId })
    const first = readInbox(transport, '0')
    await until(() => expect(first.notes).toEqual(['open']))
    entry('one')
    const late = script.holdAnswer('inbox')
    const asking = transport.inbox()
    await settled()
    entry('two')
    late()
    const { cursor } = await asking
    const second = readInbox(transport, cursor)
    await until(() => expect(second.said()).toEqual(['two']))
    entry('three')
    expect([first.said(), second.said()]).toEqual([
      ['one', 'two', 'three'],
      ['two', 'three'],
    ])
    const stranger = readInbox(transport, 'made up')
    expect(faultOf(await stranger.done)).toMatchObject({ problem: { code: 'cursor_gone' } })
    second.stop.abort()
    await settled()
    entry('four')
    const back = readInbox(transport, '3')
    await until(() => expect(back.said()).toEqual(['four']))
    expect(asked('openFeed')).toBe(1)
  })
})

/** What somebody who reads a thread does, and what befalls the connection. */
type Act =
  | { readonly type: 'ask' | 'leave' | 'say' | 'lose-log' | 'bury' | 'make'; readonly n: number }
  | { readonly type: 'lose' | 'fail-feed' | 'fail-log' | 'tick' | 'stall-feed' | 'stall-log' | 'tell' }
  | { readonly type: 'wait'; readonly ms: number }

const n = fc.nat({ max: 7 })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('ask', 'say'), n }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('leave', 'lose-log', 'make'), n }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('bury'), n }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('lose', 'fail-feed', 'fail-log') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('stall-feed', 'stall-log', 'tell') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('tick') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(0, 10, 500, 1_000, 5_000) }) },
) as fc.Arbitrary<Act>

it('S001-32 S001-43 whatever is opened, left, lost, deleted and opened anew, every reader is told its own log, once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
      const { script, clock, transport, open, slow } = setUp()
      const inbox: ReturnType<typeof readInbox>[] = []
      const reading = new Map<number, ReturnType<typeof read> & { ended: boolean }>()
      const cursors = new Map<number, number>()
      const buried = new Map<string, readonly Envelope[]>()
      const isThere = (thread: number) => script.has(key(thread))
      const logOf = (thread: number) =>
        buried.get(keyString(key(thread))) ?? (isThere(thread) ? script.log(key(thread)) : [])

      function check(thread: number): void {
        const log = reading.get(thread)
        if (!log) return
        const from = cursors.get(thread) ?? 0
        expect(log.seen).toEqual(logOf(thread).slice(from, from + log.seen.length))
        expect(['', 'open', 'open,caught-up']).toContain(log.notes.join())
        if (log.seen.length > 0) expect(log.notes).toContain('open')
      }

      function ask(thread: number): void {
        const before = reading.get(thread)
        if (before && !before.ended) return
        check(thread)
        cursors.set(thread, (cursors.get(thread) ?? 0) + (before?.seen.length ?? 0))
        const log = Object.assign(read(transport, key(thread), cursors.get(thread) ?? 0), { ended: false })
        reading.set(thread, log)
        void log.done.then(() => {
          log.ended = true
        })
      }

      const does: { readonly [T in Act['type']]: (act: Extract<Act, { type: T }>) => void | Promise<void> } = {
        ask: ({ n: thread }) => ask(thread),
        leave: ({ n: thread }) => reading.get(thread)?.stop.abort(),
        say: ({ n: thread }) => {
          if (isThere(thread)) script.say(key(thread), 'run', 'x')
        },
        make: ({ n: thread }) => {
          if (!isThere(thread) && !buried.has(keyString(key(thread))))
            script.startElsewhere(key(thread), 'run', 'Hello')
        },
        bury: ({ n: thread }) => {
          if (!isThere(thread) || thread < 4) return
          const log = script.log(key(thread))
          script.bury(key(thread))
          buried.set(keyString(key(thread)), log)
        },
        lose: () => script.dropFeed(),
        'lose-log': ({ n: thread }) => {
          if (isThere(thread)) script.drop(key(thread))
        },
        'fail-feed': () => script.next('openFeed', { type: 'fault', fault: { type: 'network' } }),
        'fail-log': () => script.next('openLog', { type: 'fault', fault: { type: 'network' } }),
        tick: settled,
        'stall-feed': slow.feeds.toggle,
        'stall-log': slow.logs.toggle,
        tell: () => {
          if (inbox.length === 0) inbox.push(readInbox(transport, '0'))
          script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId: 'run' })
        },
        wait: ({ ms }) => clock.advance(ms),
      }
      for (const each of acts) {
        await (does[each.type] as (act: Act) => void | Promise<void>)(each)
        for (const thread of reading.keys()) check(thread)
        expect(open.mostFeeds).toBeLessThanOrEqual(2)
        expect(open.mostLogs).toBeLessThanOrEqual(2)
      }
      // In the end nothing fails any more, and whoever reads has everything.
      for (let round = 0; round < 30; round += 1) {
        slow.feeds.flow()
        slow.logs.flow()
        await settled()
        clock.advance(16_000)
        await settled()
        for (const thread of reading.keys()) if (!buried.has(keyString(key(thread)))) ask(thread)
      }
      for (const [thread, log] of reading) {
        check(thread)
        if (buried.has(keyString(key(thread)))) continue
        const from = cursors.get(thread) ?? 0
        expect(log.notes).toEqual(['open', 'caught-up'])
        expect(log.seen).toEqual(logOf(thread).slice(from))
        log.stop.abort()
      }
      for (const each of inbox) {
        each.stop.abort()
        expect(each.cursors()).toEqual(each.cursors().map((_, at) => String(at + 1)))
      }
      await settled()
      expect([open.feeds, open.logs, clock.waiting, script.connections]).toEqual([0, 0, 0, 0])
    }),
    { numRuns: 300 },
  )
})

it('nothing but a TransportError ends a reading', async () => {
  const { script, transport } = setUp()
  script.addThread(A)
  const stop = new AbortController()
  stop.abort()
  const refused = await transport.openLog(A, 0, {} as never, stop.signal).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TransportError)
})
