/** One connection over a scripted server, on a manual clock, as the tests of this room read through it. */
import type { FeedBody, InboxFrame, ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import type { FeedHandlers, InboxHandlers, Source } from '../../transport/port.ts'
import { createOneConnection } from '../one-connection.ts'
import { createSlowness, type Late } from './slowness.ts'

export const key = (n: number): ThreadKey => ({ roomId: `R${n % 2}`, threadId: `T${n >> 1}` })
export const A = key(0)
export const B = key(1)
export const C = key(2)
export const NOBODY = key(9)

/** Counts what is under way, and can let it all be late. */
export function setUp() {
  const script = createScriptedTransport()
  const clock = createManualClock()
  const open = { feeds: 0, logs: 0, mostFeeds: 0, mostLogs: 0 }
  const slow = { feeds: createSlowness(), logs: createSlowness() }
  async function count(kind: 'feeds' | 'logs', signal: AbortSignal, run: (late: Late) => Promise<void>): Promise<void> {
    open[kind] += 1
    open.mostFeeds = Math.max(open.mostFeeds, open.feeds)
    open.mostLogs = Math.max(open.mostLogs, open.logs)
    const path = slow[kind].path()
    // One that was given up is over for its host, however late its caller is notified.
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
    openFeed: (body: () => FeedBody, handlers: FeedHandlers, signal: AbortSignal) =>
      count('feeds', signal, (late) => script.openFeed(body, late(handlers), signal)),
    open: (from: Source, signal: AbortSignal) =>
      from.type === 'log'
        ? count('logs', signal, (late) => script.open({ ...from, handlers: late(from.handlers) }, signal))
        : script.open(from, signal),
  }
  const transport = createOneConnection({ source, clock })
  const asked = (type: string) => script.asked.filter((each) => each.type === type).length
  const bodies = () => script.asked.flatMap((each) => (each.type === 'openFeed' ? [each.body] : []))
  return { script, clock, transport, open, slow, asked, bodies }
}

export function readInbox(transport: ReturnType<typeof createOneConnection>, cursor: string) {
  const seen: InboxFrame[] = []
  const notes: string[] = []
  const stop = new AbortController()
  const handlers: InboxHandlers = {
    onOpen: () => void notes.push('open'),
    onEntries: (batch) => void seen.push(...batch),
    onBytes() {},
    onDropped: (reason) => void notes.push(reason),
  }
  const done = transport.open({ type: 'inbox', cursor, handlers }, stop.signal).then(
    () => 'ended' as const,
    (error: unknown) => error,
  )
  /** The entries that tests make here. */
  const said = () => seen.flatMap((entry) => (entry.type === 'RunStarted' && entry.threadId === 'T' ? entry.runId : []))
  return { seen, notes, done, stop, said, cursors: () => seen.map((entry) => entry.cursor) }
}

/** Everything that hangs on promises only. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
}
