/**
 * The threads of the scripted transport: what a server does with starts, cancels, queues and ends, as docs/PROTOCOL.md
 * has it.
 *
 * Owns: logs, who reads them, what is remembered of runs that do not exist yet. Does not know: requests, rooms.
 */
import {
  type CancelRequested,
  type CancelTooLate,
  type ChangeQueueBody,
  createFold,
  type EventPage,
  isEnded,
  keyString,
  nextToStart,
  type Outcome,
  type QueueInfo,
  type Run,
  type StartBody,
  type ThreadInfo,
  type ThreadKey,
  type ThreadView,
  threadStatus,
} from '@holdfast/core'
import { createLogBuilder, type LogBuilder } from '@holdfast/core/testing'
import { TransportError } from '../transport/error.ts'
import type { LogHandlers } from '../transport/port.ts'
import type { EventPageQuery } from '../transport/verbs.ts'
import { createScriptedFeed, type ScriptedFeed, type ScriptedLog, type ScriptedReader } from './scripted-feed.ts'
import { problem } from './scripted-requests.ts'

export interface Script extends ScriptedLog {
  readonly builder: LogBuilder
  readonly speaking: Set<string>
  /** Who takes the place of whom, by the run that makes room. */
  readonly makingRoom: Map<string, string>
  /** What a run that waits has said of its place. */
  readonly parents: Map<string, StartBody['parentId']>
  /** How much of it the inbox has been told of. */
  noted: number
  title: string
  archived: boolean
}

/** A page of a log, unless the request says otherwise. */
const PAGE = 1_000

function isRunning({ status }: Run): boolean {
  return status === 'running' || status === 'cancelling'
}

export interface ScriptedThreads {
  /** The inbox and the one connection, which hear of everything. */
  readonly feed: ScriptedFeed
  /** In the order in which they were made; also those that were deleted. */
  readonly all: Iterable<Script>
  /** Throws what the server would answer. */
  find(key: ThreadKey): Script
  /** The thread, made where there is none. */
  make(key: ThreadKey): Script
  peek(key: ThreadKey): Script | undefined
  view(script: Script): ThreadView
  /** Tells everybody what has come to its log. */
  flush(script: Script): void
  start(key: ThreadKey, body: StartBody, more?: Pick<Run, 'continues'>): Run
  cancelRun(key: ThreadKey, runId: string, reason?: string): CancelRequested | CancelTooLate
  cancelThread(key: ThreadKey, reason?: string): CancelRequested | CancelTooLate
  say(script: Script, runId: string, delta: string): void
  end(script: Script, runId: string, outcome?: Outcome): void
  /** The end alone: whoever has emitted things has closed them. */
  finish(script: Script, runId: string, outcome: Outcome): void
  bury(key: ThreadKey): void
  deleteThread(key: ThreadKey, force: boolean): void
  changeQueue(script: Script, change: ChangeQueueBody): QueueInfo
  /** As a list of threads has it. */
  line(script: Script): ThreadInfo
  events(script: Script, runId: string, query: EventPageQuery): EventPage
  /** Reads the log from behind this position until the reader leaves or is dropped. */
  read(script: Script, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void>
}

export function createScriptedThreads(): ScriptedThreads {
  const scripts = new Map<string, Script>()
  const remembered = new Set<string>()
  const feed = createScriptedFeed(
    (key) => scripts.get(keyString(key)),
    (log) => flush(log as Script),
  )

  function find(key: ThreadKey): Script {
    const script = scripts.get(keyString(key))
    if (!script) throw new TransportError(problem('not_found'))
    if (script.deleted) throw new TransportError(problem('deleted'))
    return script
  }

  function make(key: ThreadKey): Script {
    const id = keyString(key)
    const script: Script = scripts.get(id) ?? {
      key,
      builder: createLogBuilder(key),
      readers: new Set(),
      speaking: new Set(),
      makingRoom: new Map(),
      parents: new Map(),
      firstSeq: 1,
      deleted: false,
      noted: 0,
      title: '',
      archived: false,
    }
    const isNew = !scripts.has(id)
    scripts.set(id, script)
    if (isNew) {
      feed.tell({ type: 'ThreadCreated', ...key, title: '' })
      feed.wake()
    }
    return script
  }

  function view({ key, builder }: Script): ThreadView {
    const fold = createFold(key)
    for (const envelope of builder.envelopes) fold.apply(envelope)
    return fold.view()
  }

  function flush(script: Script): void {
    const { builder, readers } = script
    const news = builder.envelopes.slice(script.noted)
    script.noted = builder.envelopes.length
    for (const envelope of news) feed.note(envelope)
    for (const reader of [...readers]) {
      const batch = builder.envelopes.slice(reader.sent)
      reader.sent = builder.envelopes.length
      if (batch.length === 0) continue
      reader.handlers.onBytes()
      reader.handlers.onEnvelopes(batch)
    }
  }

  function runOf(script: Script, runId: string): Run | undefined {
    return view(script).runs.find((run) => run.runId === runId)
  }

  function start(key: ThreadKey, body: StartBody, more: Pick<Run, 'continues'> = {}): Run {
    const script = make(key)
    if (script.deleted) throw new TransportError(problem('deleted'))
    const { runId, messages = [], onBusy = 'reject' } = body
    const same = runOf(script, runId)
    if (same) return same
    const before = view(script)
    const busy = before.runs.find(isRunning) ?? nextToStart(before)?.run
    if (busy && onBusy === 'reject') throw new TransportError(problem('run_active', { runId: busy.runId }))
    const parentId = body.parentId ?? messages.at(-1)?.id
    script.parents.set(runId, body.parentId)
    script.builder.accept(runId, messages, { ...more, ...(parentId !== undefined && { parentId }) })
    if (remembered.has(`${keyString(key)}/${runId}`)) {
      script.builder.start(runId, messages, body.parentId)
      script.builder.end(runId, { type: 'cancelled', by: 'you' })
    } else if (onBusy !== 'enqueue' && (before.queue.length > 0 || before.queuePaused)) {
      const others = before.queue.map(({ run }) => run.runId)
      const order = [runId, ...others]
      script.builder.control({ type: 'queue.changed', order, paused: before.queuePaused, first: runId })
    }
    if (onBusy === 'supersede' && busy) makeRoom(script, busy, runId)
    advance(script)
    flush(script)
    return runOf(script, runId) as Run
  }

  /** Starts whatever has its turn. */
  function advance(script: Script): void {
    const next = nextToStart(view(script))
    if (next) script.builder.start(next.run.runId, next.messages, script.parents.get(next.run.runId))
  }

  function makeRoom(script: Script, { runId, status }: Run, by: string): void {
    if (status === 'queued') {
      endUnsaid(script, runId, { type: 'superseded', by })
    } else if (status === 'running') {
      script.makingRoom.set(runId, by)
      script.builder.control({ type: 'run.status', status: 'cancelling' }, runId)
    }
  }

  /** Of a run that never started. */
  function endUnsaid({ builder }: Script, runId: string, outcome: Outcome): void {
    builder.start(runId, [], null)
    builder.end(runId, outcome)
  }

  /** A failure, and a cancel, hold what waits. */
  function settleQueue(script: Script, outcome: Outcome): void {
    const { queue, queuePaused } = view(script)
    const holds = outcome.type === 'failed' || outcome.type === 'cancelled'
    if (holds && queue.length > 0 && !queuePaused) {
      const order = queue.map(({ run }) => run.runId)
      script.builder.control({ type: 'queue.changed', order, paused: true })
    }
    advance(script)
  }

  function cancel(script: Script, run: Run, reason: string | undefined): { run: Run } {
    if (run.status === 'queued') {
      endUnsaid(script, run.runId, { type: 'cancelled', by: 'you' })
      flush(script)
      return { run: runOf(script, run.runId) as Run }
    }
    const event = { type: 'run.cancel-requested', by: 'you', ...(reason !== undefined && { reason }) } as const
    script.builder.control(event, run.runId)
    script.builder.control({ type: 'run.status', status: 'cancelling' }, run.runId)
    flush(script)
    return { run: runOf(script, run.runId) as Run }
  }

  function cancelRun(key: ThreadKey, runId: string, reason?: string): CancelRequested | CancelTooLate {
    const script = scripts.get(keyString(key))
    const run = script && runOf(script, runId)
    if (!script || !run) {
      remembered.add(`${keyString(key)}/${runId}`)
      return {}
    }
    return isEnded(run) ? { alreadyTerminal: true, status: run.status } : cancel(script, run, reason)
  }

  function cancelThread(key: ThreadKey, reason?: string): CancelRequested | CancelTooLate {
    const script = find(key)
    const run = view(script).runs.find(isRunning)
    return run ? cancel(script, run, reason) : { alreadyTerminal: true, status: null }
  }

  function say(script: Script, runId: string, delta: string): void {
    const messageId = `${runId}-answer`
    if (!script.speaking.has(runId)) {
      script.speaking.add(runId)
      script.builder.agui(runId, { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' })
    }
    script.builder.agui(runId, { type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
    flush(script)
  }

  function end(script: Script, runId: string, outcome: Outcome): void {
    if (script.speaking.delete(runId)) {
      script.builder.agui(runId, { type: 'TEXT_MESSAGE_END', messageId: `${runId}-answer` })
    }
    script.builder.end(runId, outcome)
    settleQueue(script, outcome)
    flush(script)
  }

  function bury(key: ThreadKey): void {
    const script = find(key)
    script.builder.control({ type: 'thread.deleted' })
    flush(script)
    script.deleted = true
    for (const reader of [...script.readers]) reader.finish()
  }

  function deleteThread(key: ThreadKey, force: boolean): void {
    const script = scripts.get(keyString(key))
    if (!script || script.deleted) return
    const live = view(script).runs.find(isRunning)
    if (live && !force) throw new TransportError(problem('run_active', { runId: live.runId }))
    if (live) end(script, live.runId, { type: 'cancelled', by: 'you' })
    bury(key)
  }

  function line(script: Script): ThreadInfo {
    const folded = view(script)
    return {
      ...script.key,
      title: script.title,
      status: threadStatus(folded),
      unread: false,
      archived: script.archived,
      lastSeq: folded.seq,
      updatedAt: script.builder.envelopes.at(-1)?.at ?? '2026-01-01T00:00:00.000Z',
    }
  }

  /** As the server cuts them out of the thread's log: a page is so many of its records. */
  function events({ builder: { envelopes } }: Script, runId: string, { after = 0, limit = PAGE }: EventPageQuery) {
    const own = envelopes.filter((each) => each.runId === runId)
    const [first] = own
    if (!first) throw new TransportError(problem('not_found'))
    const ended = own.find(({ event }) => event.type === 'run.ended')
    // The record before the run's end is its last event.
    const last = ended ? ended.seq - 1 : Number.POSITIVE_INFINITY
    const from = Math.max(after, first.seq - 1)
    const page = envelopes.slice(from, Math.min(from + limit, last))
    const next = page.at(-1)?.seq ?? from
    return {
      events: page.flatMap((each) => (each.kind === 'agui' && each.runId === runId ? [each.event] : [])),
      next,
      upToDate: next >= Math.min(last, envelopes.length),
    }
  }

  async function read(script: Script, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const reader: ScriptedReader = {
        handlers,
        sent: after,
        finish(error) {
          script.readers.delete(reader)
          signal.removeEventListener('abort', abort)
          if (error) reject(error)
          else resolve()
        },
      }
      const abort = () => reader.finish(new TransportError({ type: 'aborted' }))
      signal.addEventListener('abort', abort)
      script.readers.add(reader)
      handlers.onOpen()
      flush(script)
      if (script.readers.has(reader)) handlers.onCaughtUp()
    })
  }

  function changeQueue(script: Script, change: ChangeQueueBody): QueueInfo {
    const before = view(script)
    const { paused = before.queuePaused, order: wished = [], supersede = false } = change
    const waiting = before.queue.map(({ run }) => run.runId)
    if (wished.some((runId) => !waiting.includes(runId))) throw new TransportError(problem('not_queued'))
    const order = [...wished, ...waiting.filter((runId) => !wished.includes(runId))]
    const [first] = order
    const live = before.runs.find(isRunning)
    if (supersede && first !== undefined && live) makeRoom(script, live, first)
    const leads = supersede && first !== undefined && { first }
    script.builder.control({ type: 'queue.changed', order, paused, ...leads })
    advance(script)
    flush(script)
    const after = view(script)
    return { order, paused: after.queuePaused, items: after.queue }
  }

  return {
    feed,
    get all() {
      return scripts.values()
    },
    find,
    make,
    peek: (key) => scripts.get(keyString(key)),
    view,
    flush,
    start,
    cancelRun,
    cancelThread,
    say,
    end(script, runId, outcome) {
      const by = script.makingRoom.get(runId)
      end(script, runId, outcome ?? (by === undefined ? { type: 'succeeded' } : { type: 'superseded', by }))
    },
    finish(script, runId, outcome) {
      script.builder.end(runId, outcome)
      settleQueue(script, outcome)
      flush(script)
    },
    bury,
    deleteThread,
    changeQueue,
    line,
    events,
    read,
  }
}
