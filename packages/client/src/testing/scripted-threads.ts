/**
 * The threads of the scripted transport: what a server does with starts, cancels, queues and ends, as docs/PROTOCOL.md
 * has it.
 *
 * Owns: which threads there are, who reads them, cancels of runs that do not exist yet. Does not know: requests, rooms,
 * which record follows from what (`scripted-runs.ts`).
 */
import {
  type CancelRequested,
  type CancelTooLate,
  type ChangeQueueBody,
  isEnded,
  keyString,
  type Outcome,
  type QueueInfo,
  type Run,
  type StartBody,
  type SubagentCancelRequested,
  type SubagentCancelTooLate,
  type ThreadKey,
} from '@holdfast/core'
import { createLogBuilder } from '@holdfast/core/testing'
import { TransportError } from '../transport/error.ts'
import type { LogHandlers, LogSource } from '../transport/port.ts'
import { isRunning, type Script, view } from './script.ts'
import { createScriptedFeed, type ScriptedFeed, type ScriptedReader } from './scripted-feed.ts'
import { problem } from './scripted-requests.ts'
import { accept, cancel, cancelSubagent, changeQueue, end, say, settleQueue } from './scripted-runs.ts'

export interface ScriptedThreads {
  /** The inbox and the one connection, which hear of everything. */
  readonly feed: ScriptedFeed
  /** In the order in which they were made; also those that were deleted. */
  readonly all: Iterable<Script>
  /** Throws what the server would answer. */
  find(key: ThreadKey): Script
  /** The thread; it is made if it does not exist. */
  make(key: ThreadKey): Script
  peek(key: ThreadKey): Script | undefined
  /** Tells everybody what has come to its log. */
  flush(script: Script): void
  start(key: ThreadKey, body: StartBody, more?: Pick<Run, 'continues'>): Run
  cancelRun(key: ThreadKey, runId: string, reason?: string): CancelRequested | CancelTooLate
  cancelThread(key: ThreadKey, reason?: string): CancelRequested | CancelTooLate
  cancelSubagent(key: ThreadKey, subagentRunId: string): SubagentCancelRequested | SubagentCancelTooLate
  say(script: Script, runId: string, delta: string): void
  end(script: Script, runId: string, outcome?: Outcome): void
  /** The end alone: what the test has opened it has to close itself. */
  finish(script: Script, runId: string, outcome: Outcome): void
  bury(key: ThreadKey): void
  deleteThread(key: ThreadKey, force: boolean): void
  changeQueue(script: Script, change: ChangeQueueBody): QueueInfo
  /** Reads the log from behind this position until the reader leaves or is dropped. */
  read(script: Script, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void>
}

export function createScriptedThreads({ raisesNotices }: { readonly raisesNotices: boolean }): ScriptedThreads {
  const scripts = new Map<string, Script>()
  const remembered = new Set<string>()
  const feed = createScriptedFeed(
    (key) => scripts.get(keyString(key)),
    (log) => flush(log as Script),
    raisesNotices,
  )

  function find(key: ThreadKey): Script {
    const script = scripts.get(keyString(key))
    if (!script) throw new TransportError(problem('not_found'))
    if (script.deleted) throw new TransportError(problem('deleted'))
    return script
  }

  function make(key: ThreadKey): Script {
    const found = scripts.get(keyString(key))
    if (found) return found
    const script = blank(key)
    scripts.set(keyString(key), script)
    feed.tell({ type: 'ThreadCreated', ...key, title: '' })
    feed.wake()
    return script
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

  /** Its readers see it at once. */
  function change<T>(script: Script, act: (script: Script) => T): T {
    const result = act(script)
    flush(script)
    return result
  }

  function cancelRun(key: ThreadKey, runId: string, reason?: string): CancelRequested | CancelTooLate {
    const script = scripts.get(keyString(key))
    const run = script && view(script).runs.find((each) => each.runId === runId)
    if (!script || !run) {
      remembered.add(`${keyString(key)}/${runId}`)
      return {}
    }
    if (isEnded(run)) return { alreadyTerminal: true, status: run.status }
    return change(script, () => cancel(script, run, reason))
  }

  function cancelThread(key: ThreadKey, reason?: string): CancelRequested | CancelTooLate {
    const script = find(key)
    const run = view(script).runs.find(isRunning)
    return run ? change(script, () => cancel(script, run, reason)) : { alreadyTerminal: true, status: null }
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
    if (live) change(script, () => end(script, live.runId, { type: 'cancelled', by: 'you' }))
    bury(key)
  }

  return {
    feed,
    get all() {
      return scripts.values()
    },
    find,
    make,
    peek: (key) => scripts.get(keyString(key)),
    flush,
    start: (key, body, more) =>
      change(make(key), (script) => accept(script, body, remembered.has(`${keyString(key)}/${body.runId}`), more)),
    cancelRun,
    cancelThread,
    cancelSubagent: (key, id) => change(find(key), (script) => cancelSubagent(script, id)),
    say: (script, runId, delta) => change(script, () => say(script, runId, delta)),
    end(script, runId, outcome) {
      const by = script.makingRoom.get(runId)
      const usual: Outcome = by === undefined ? { type: 'succeeded' } : { type: 'superseded', by }
      change(script, () => end(script, runId, outcome ?? usual))
    },
    finish: (script, runId, outcome) =>
      change(script, ({ builder }) => {
        builder.end(runId, outcome)
        settleQueue(script, outcome)
      }),
    bury,
    deleteThread,
    changeQueue: (script, wanted) => change(script, () => changeQueue(script, wanted)),
    read: (script, after, handlers, signal) => read(script, { after, handlers }, signal, flush),
  }
}

function blank(key: ThreadKey): Script {
  return {
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
}

/** Reads the log from behind this position until the reader leaves or is dropped. */
async function read(
  script: Script,
  { after, handlers }: Pick<LogSource, 'after' | 'handlers'>,
  signal: AbortSignal,
  flush: (script: Script) => void,
): Promise<void> {
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
