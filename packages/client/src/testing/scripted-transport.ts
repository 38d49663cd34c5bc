/**
 * A server that does what the test says: the double of `RunTransport`. It keeps the promises of docs/PROTOCOL.md
 * (durable start, remembered cancel, one log a thread) and breaks them only where told.
 *
 * Owns: the rooms, which request leads where. Does not know: the client's rooms above the port.
 */
import type { Envelope, FeedBody, Outcome, RoomInfo, Run, ThreadKey, ThreadView } from '@holdfast/core'
import type { EventJson } from '@holdfast/core/testing'
import { TransportError } from '../transport/error.ts'
import type { FeedHandlers, FeedSource, LogSource, PolledHandlers, RunTransport, Source } from '../transport/port.ts'
import type { AnswerOf, ArgsOf, Verb } from '../transport/verbs.ts'
import { view } from './script.ts'
import { createScriptedAnswers, type ScriptedAnswers } from './scripted-answers.ts'
import type { ScriptedEntry } from './scripted-feed.ts'
import { createScriptedMarks } from './scripted-marks.ts'
import { createRequests, problem, type Requests } from './scripted-requests.ts'
import { createScriptedThreads } from './scripted-threads.ts'

export { type Asked, type Mishap, problem } from './scripted-requests.ts'

export interface ScriptedTransport extends RunTransport, FeedSource, Omit<Requests, 'answer'> {
  /** What it answers to each verb. */
  readonly answers: Required<Pick<ScriptedAnswers, keyof ReturnType<typeof createScriptedAnswers>>>
  /** Logs that are open now. */
  readonly connections: number
  addRoom(room: RoomInfo): void
  /** Makes a thread without a run. */
  addThread(key: ThreadKey): void
  has(key: ThreadKey): boolean
  /** A run from another device. */
  startElsewhere(key: ThreadKey, runId: string, text: string, more?: Pick<Run, 'continues'>): void
  /** A delta of the run's answer, opening its message where it has none. */
  say(key: ThreadKey, runId: string, delta: string): void
  end(key: ThreadKey, runId: string, outcome?: Outcome): void
  /** An event of the run, as it is. */
  emit(key: ThreadKey, runId: string, event: EventJson): void
  /** The run's end alone: what the test has opened it has to close itself. */
  finish(key: ThreadKey, runId: string, outcome: Outcome): void
  /** Deleted from elsewhere. */
  bury(key: ThreadKey): void
  /** Breaks every connection to this log. `ended`: the server closed it in order. */
  drop(key: ThreadKey, how?: 'broken' | 'ended'): void
  heartbeat(key: ThreadKey): void
  /** Sends this to the readers of the log of `key`, whatever it is. */
  push(key: ThreadKey, batch: readonly Envelope[]): void
  /** What every reader of the inbox is told next. */
  tellInbox(event: ScriptedEntry): void
  /** Breaks the one connection. */
  dropFeed(how?: 'broken' | 'ended'): void
  /** Everything before this position is no longer held. */
  trim(key: ThreadKey, firstSeq: number): void
  log(key: ThreadKey): readonly Envelope[]
  view(key: ThreadKey): ThreadView
}

export interface ScriptedServerOptions {
  /** It keeps read marks and settings, and raises a notice, `notice-` and the run's id, for each end that is news. */
  readonly marks?: boolean
}

export function createScriptedTransport({ marks = false }: ScriptedServerOptions = {}): ScriptedTransport {
  const rooms: RoomInfo[] = [{ roomId: 'default', title: 'Default', agentId: 'demo' }]
  const requests = createRequests()
  const threads = createScriptedThreads({ raisesNotices: marks })
  const { answer } = requests
  const { feed, find, flush } = threads
  const answers = createScriptedAnswers({ rooms, threads, marks: marks ? createScriptedMarks() : undefined, answer })

  async function read({ key, after, handlers }: LogSource, signal: AbortSignal): Promise<void> {
    const script = await answer({ type: 'openLog', key, after }, () => {
      const found = find(key)
      const head = found.builder.envelopes.length
      if (after > head) throw new TransportError(problem('cursor_ahead', { head }))
      if (after < found.firstSeq - 1) throw new TransportError(problem('cursor_gone', { firstSeq: found.firstSeq }))
      return found
    })
    if (signal.aborted) throw new TransportError({ type: 'aborted' })
    await threads.read(script, after, handlers, signal)
  }

  async function openFeed(present: () => FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
    const body = present()
    await answer({ type: 'openFeed', body }, () => undefined)
    await feed.open(body, handlers, signal)
  }

  async function pollFeed(body: FeedBody, handlers: PolledHandlers, signal: AbortSignal): Promise<{ more: boolean }> {
    await answer({ type: 'pollFeed', body }, () => undefined)
    if (signal.aborted) throw new TransportError({ type: 'aborted' })
    handlers.onBytes()
    feed.page(body, handlers)
    return { more: false }
  }

  async function ask<V extends Verb>(verb: V, args: ArgsOf<V>): Promise<AnswerOf<V>> {
    const scripted = (answers as ScriptedAnswers)[verb]
    if (!scripted) throw new TransportError(problem('not_found'))
    return scripted(...args)
  }

  function open(source: Source, signal: AbortSignal): Promise<void> {
    if (source.type === 'log') return read(source, signal)
    const { cursor, handlers } = source
    const inboxAlone = { onInbox: handlers.onEntries, onEnvelopes() {}, onCaughtUp() {}, onResync() {} }
    return openFeed(() => ({ inbox: cursor }), { ...handlers, ...inboxAlone }, signal)
  }

  return {
    answers,
    asked: requests.asked,
    tellInbox: feed.tell,
    dropFeed: (how = 'broken') => feed.drop(how),
    get connections() {
      return [...threads.all].reduce((count, { readers }) => count + readers.size, 0)
    },
    next: requests.next,
    always: requests.always,
    hold: requests.hold,
    holdAnswer: requests.holdAnswer,
    get reading() {
      return requests.reading
    },
    addRoom(room) {
      const { roomId, title, agentId } = room
      rooms.push(room)
      feed.tell({ type: 'RoomChanged', roomId, title, agentId })
    },
    addThread: (key) => void threads.make(key),
    has: (key) => threads.peek(key)?.deleted === false,
    startElsewhere(key, runId, text, more) {
      threads.start(key, { runId, messages: [{ id: `${runId}-question`, role: 'user', content: text }] }, more)
    },
    say: (key, runId, delta) => threads.say(find(key), runId, delta),
    end: (key, runId, outcome) => threads.end(find(key), runId, outcome),
    emit(key, runId, event) {
      const script = find(key)
      script.builder.agui(runId, event)
      flush(script)
    },
    finish: (key, runId, outcome) => threads.finish(find(key), runId, outcome),
    bury: threads.bury,
    drop(key, how = 'broken') {
      const error = how === 'broken' ? new TransportError({ type: 'network' }) : undefined
      for (const reader of [...(threads.peek(key)?.readers ?? [])]) reader.finish(error)
    },
    heartbeat(key) {
      for (const { handlers } of threads.peek(key)?.readers ?? []) handlers.onBytes()
    },
    push(key, batch) {
      for (const { handlers } of threads.peek(key)?.readers ?? []) handlers.onEnvelopes(batch)
    },
    trim: (key, firstSeq) => void Object.assign(find(key), { firstSeq }),
    log: (key) => find(key).builder.envelopes,
    view: (key) => view(find(key)),

    ask,
    open,
    openFeed,
    pollFeed,
  }
}
