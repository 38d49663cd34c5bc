/**
 * What every source of the one connection keeps, and the inbox alone over it: run against the scripted one, and over
 * real HTTP. Does not know: sockets, frames.
 */
import { type CaughtUp, type FeedBody, type InboxFrame, keyString, type Resync, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import type { ScriptedTransport } from '../testing/scripted-transport.ts'
import type { FeedSource, RunTransport } from './port.ts'
import { faultOf } from './testing/under-test.ts'

export interface SourceUnderTest {
  readonly source: RunTransport & FeedSource
  /** The server's side. */
  readonly script: ScriptedTransport
  stop(): Promise<void>
}

const A: ThreadKey = { roomId: 'default', threadId: 'T1' }
const B: ThreadKey = { roomId: 'default', threadId: 'T2' }
const NOBODY: ThreadKey = { roomId: 'default', threadId: 'nobody' }
const until = vi.waitFor

function outcome(done: Promise<void>): Promise<unknown> {
  return done.then(
    () => 'ended',
    (error: unknown) => error,
  )
}

function read(source: FeedSource, body: FeedBody) {
  const seqs: Record<string, number[]> = {}
  const caughtUp: CaughtUp[] = []
  const resyncs: Resync[] = []
  const inbox: InboxFrame[] = []
  let opened = 0
  const stop = new AbortController()
  const handlers = {
    onOpen: () => {
      opened += 1
    },
    onEnvelopes: (key: ThreadKey, batch: readonly { readonly seq: number }[]) => {
      expect(batch).not.toHaveLength(0)
      const id = keyString(key)
      seqs[id] = [...(seqs[id] ?? []), ...batch.map(({ seq }) => seq)]
    },
    onCaughtUp: (what: CaughtUp) => void caughtUp.push(what),
    onResync: (what: Resync) => void resyncs.push(what),
    onInbox: (batch: readonly InboxFrame[]) => void inbox.push(...batch),
    onBytes() {},
    onDropped: () => expect.unreachable(),
  }
  const done = outcome(source.openFeed(() => body, handlers, stop.signal))
  return {
    of: (key: ThreadKey) => seqs[keyString(key)] ?? [],
    caughtUp,
    resyncs,
    inbox,
    done,
    stop,
    opened: () => opened,
  }
}

export function feedSourceContract(name: string, setUp: () => Promise<SourceUnderTest>): void {
  const using = (body: (parts: SourceUnderTest) => Promise<void>) => async () => {
    const parts = await setUp()
    try {
      await body(parts)
    } finally {
      await parts.stop()
    }
  }

  describe(`a source of the one connection: ${name}`, () => {
    it(
      'reads each thread from its own cursor: history, caught up once, then what is new; one that is not there yet too',
      using(async ({ source, script }) => {
        for (const key of [A, B]) script.startElsewhere(key, 'run', 'Hello')
        const threads = [
          { ...A, after: 0 },
          { ...B, after: 2 },
          { ...NOBODY, after: 0 },
        ]
        const feed = read(source, { threads })
        await until(() => expect(feed.caughtUp).toHaveLength(3))
        expect(feed.caughtUp).toEqual(
          expect.arrayContaining([
            { ...A, seq: 3 },
            { ...B, seq: 3 },
            { ...NOBODY, seq: 0 },
          ]),
        )
        expect([feed.of(A), feed.of(B)]).toEqual([[1, 2, 3], [3]])
        script.say(B, 'run', 'Grüße 👋')
        script.startElsewhere(NOBODY, 'run', 'Hello')
        await until(() =>
          expect([feed.of(B), feed.of(NOBODY)]).toEqual([
            [3, 4, 5],
            [1, 2, 3],
          ]),
        )
        expect([feed.caughtUp.length, feed.resyncs, feed.inbox, feed.opened()]).toEqual([3, [], [], 1])
        feed.stop.abort()
        expect(faultOf(await feed.done)).toEqual({ type: 'aborted' })
        await until(() => expect(script.connections).toBe(0))
      }),
    )

    it(
      'says once of a thread that it cannot be continued, and goes on with the others',
      using(async ({ source, script }) => {
        for (const key of [A, B]) script.startElsewhere(key, 'run', 'Hello')
        const feed = read(source, {
          threads: [
            { ...A, after: 99 },
            { ...B, after: 0 },
          ],
        })
        await until(() => expect(feed.resyncs).toEqual([{ ...A, reason: 'cursor_ahead' }]))
        script.say(A, 'run', 'unheard')
        script.bury(B)
        await until(() => expect(feed.resyncs).toHaveLength(2))
        expect(feed.resyncs[1]).toEqual({ ...B, reason: 'deleted' })
        expect([feed.of(A), feed.of(B)]).toEqual([[], [1, 2, 3, 4]])
        feed.stop.abort()
        await feed.done
      }),
    )

    it(
      'ends in order when the server ends, and fails when it breaks',
      using(async ({ source, script }) => {
        for (const [how, expected] of [
          ['ended', 'ended'],
          ['broken', { type: 'network' }],
        ] as const) {
          const feed = read(source, { inbox: '0' })
          await until(() => expect(feed.opened()).toBe(1))
          script.dropFeed(how)
          const end = await feed.done
          expect(end === 'ended' ? end : faultOf(end)).toEqual(expected)
        }
      }),
    )

    it(
      'tells the inbox from behind the overview’s cursor on, alone too',
      using(async ({ source, script }) => {
        script.startElsewhere(A, 'run', 'Hello')
        const { cursor, rooms, threads } = await source.ask('inbox', [])
        expect(rooms).toMatchObject([{ roomId: 'default', working: 1 }])
        expect(threads).toMatchObject([{ ...A, status: 'working' }])
        const seen: InboxFrame[] = []
        const stop = new AbortController()
        let opened = 0
        const handlers = {
          onOpen: () => {
            opened += 1
          },
          onEntries: (batch: readonly InboxFrame[]) => void seen.push(...batch),
          onBytes() {},
          onDropped() {},
        }
        const done = outcome(source.open({ type: 'inbox', cursor, handlers }, stop.signal))
        await until(() => expect(opened).toBe(1))
        script.end(A, 'run')
        await until(() => expect(seen).toMatchObject([{ type: 'RunCompleted', ...A, runId: 'run' }]))
        stop.abort()
        expect(faultOf(await done)).toEqual({ type: 'aborted' })
      }),
    )
  })
}
