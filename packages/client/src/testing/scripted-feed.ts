/**
 * The one connection and the inbox of the scripted transport: what `POST /v1/feed` does (docs/PROTOCOL.md), of the same
 * threads.
 *
 * Owns: who is connected to it, what the inbox has told. Does not know: requests, runs.
 */
import {
  type CaughtUp,
  type Envelope,
  type FeedBody,
  type InboxEvent,
  type InboxFrame,
  keyString,
  type PersonEvent,
  type Resync,
  raisesUnread,
  type ThreadKey,
} from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import type { FeedHandlers, LogHandlers, PolledHandlers } from '../transport/port.ts'

/** A reader of a thread's log, over any connection. */
export interface ScriptedReader {
  readonly handlers: LogHandlers
  sent: number
  finish(error?: TransportError): void
}

export interface ScriptedLog {
  readonly key: ThreadKey
  readonly builder: { readonly envelopes: readonly Envelope[] }
  readonly readers: Set<ScriptedReader>
  firstSeq: number
  deleted: boolean
}

export interface ScriptedFeed {
  open(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void>
  /** What it would say now. */
  page(body: FeedBody, handlers: PolledHandlers): void
  /** What every reader of the inbox is told next. */
  tell(event: ScriptedEntry): void
  /** What this envelope of a log is to the inbox. */
  note(envelope: Envelope): void
  /** A thread was made. */
  wake(): void
  drop(how: 'broken' | 'ended'): void
  readonly cursor: string
}

export type ScriptedEntry = (InboxEvent & { readonly roomId: string }) | PersonEvent

interface Connection {
  readonly handlers: FeedHandlers
  /** How many entries of the inbox it has been told. */
  told: number
  /** By thread; those that wait for theirs to be made. */
  readonly waiting: Map<string, () => void>
  finish(error?: TransportError): void
}

const WHEN = '2026-01-01T00:00:00.000Z'

export function createScriptedFeed(
  find: (key: ThreadKey) => ScriptedLog | undefined,
  flush: (log: ScriptedLog) => void,
  /** The ends of runs say where they are, and which notice they raise. */
  raisesNotices = false,
): ScriptedFeed {
  const connections = new Set<Connection>()
  const inbox: InboxFrame[] = []

  async function open(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new TransportError({ type: 'aborted' })
    const leaving = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const one: Connection = {
      handlers,
      told: body.inbox === undefined ? Number.POSITIVE_INFINITY : Number(body.inbox),
      waiting: new Map(),
      finish: (error) => (error ? reject(error) : resolve()),
    }
    const stop = () => {
      leaving.abort()
      reject(new TransportError({ type: 'aborted' }))
    }
    signal.addEventListener('abort', stop)
    connections.add(one)
    try {
      handlers.onOpen()
      catchUp(one)
      for (const { roomId, threadId, after } of body.threads ?? []) {
        join({ roomId, threadId }, after, one, leaving.signal)
      }
      await promise
    } finally {
      signal.removeEventListener('abort', stop)
      connections.delete(one)
      leaving.abort()
    }
  }

  function join(key: ThreadKey, after: number, one: Connection, left: AbortSignal): void {
    if (left.aborted) return
    const { handlers, waiting } = one
    const log = find(key)
    const head = log?.builder.envelopes.length ?? 0
    const resync = (reason: Resync['reason']) => handlers.onResync({ ...key, reason })
    const caughtUp = (seq: number) => handlers.onCaughtUp({ ...key, seq } satisfies CaughtUp)
    if (!log && after === 0) {
      if (!waiting.has(keyString(key))) caughtUp(0)
      waiting.set(keyString(key), () => join(key, after, one, left))
      return
    }
    const refusal = refusalOf(log, after)
    if (!log || refusal) {
      resync(refusal ?? 'cursor_ahead')
      return
    }
    const reader: ScriptedReader = {
      handlers: { ...handlers, onCaughtUp() {}, onEnvelopes: (batch) => handlers.onEnvelopes(key, batch) },
      sent: after,
      finish() {
        log.readers.delete(reader)
        if (log.deleted && !left.aborted) resync('deleted')
      },
    }
    log.readers.add(reader)
    left.addEventListener('abort', () => log.readers.delete(reader))
    flush(log)
    // Of one that it waited for it has said so already.
    if (!waiting.delete(keyString(key)) && !left.aborted) caughtUp(head)
  }

  function page(body: FeedBody, handlers: PolledHandlers): void {
    const news = body.inbox === undefined ? [] : inbox.slice(Number(body.inbox))
    if (news.length > 0) handlers.onInbox(news)
    for (const { roomId, threadId, after } of body.threads ?? []) {
      const key = { roomId, threadId }
      const log = find(key)
      const refusal = !log && after === 0 ? undefined : refusalOf(log, after)
      if (refusal) {
        handlers.onResync({ ...key, reason: refusal })
        continue
      }
      const batch = log?.builder.envelopes.slice(after) ?? []
      if (batch.length > 0) handlers.onEnvelopes(key, batch)
      handlers.onCaughtUp({ ...key, seq: after + batch.length })
    }
  }

  function catchUp(one: Connection): void {
    const batch = inbox.slice(one.told)
    if (batch.length === 0) return
    one.told = inbox.length
    one.handlers.onBytes()
    one.handlers.onInbox(batch)
  }

  function tell(event: ScriptedEntry): void {
    inbox.push({ at: WHEN, ...event, cursor: String(inbox.length + 1) } as InboxFrame)
    for (const one of [...connections]) catchUp(one)
  }

  return {
    open,
    page,
    tell,
    note(envelope) {
      const { roomId, threadId, runId = '', event } = envelope
      const thread = { roomId, threadId }
      if (envelope.kind === 'agui') {
        if (event.type === 'RUN_STARTED') tell({ type: 'RunStarted', ...thread, runId })
        return
      }
      const said = envelope.event
      if (said.type === 'run.accepted') tell({ type: 'RunQueued', ...thread, runId, agentId: said.run.agentId })
      else if (said.type === 'run.ended') {
        const { outcome } = said
        const isNews = raisesNotices && raisesUnread(outcome.type)
        const more = isNews && { completedSeq: envelope.seq, unread: true, noticeId: `notice-${runId}` }
        tell({ type: 'RunCompleted', ...thread, runId, outcome, ...more })
      } else if (said.type === 'thread.deleted') tell({ type: 'ThreadDeleted', ...thread })
    },
    wake() {
      for (const { waiting } of [...connections]) for (const join of [...waiting.values()]) join()
    },
    drop(how) {
      const error = how === 'broken' ? new TransportError({ type: 'network' }) : undefined
      for (const one of [...connections]) one.finish(error)
    },
    get cursor() {
      return String(inbox.length)
    },
  }
}

function refusalOf(log: ScriptedLog | undefined, after: number): Resync['reason'] | undefined {
  if (log?.deleted) return 'deleted'
  if (!log || after > log.builder.envelopes.length) return 'cursor_ahead'
  return after < log.firstSeq - 1 ? 'cursor_gone' : undefined
}
