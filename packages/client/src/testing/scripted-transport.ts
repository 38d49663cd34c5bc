/**
 * A server that does what the test says: the double of `RunTransport`. It keeps the promises of docs/PROTOCOL.md
 * (durable start, remembered cancel, one log a thread) and breaks them only where told.
 *
 * Owns: logs, what was asked, who is connected. Does not know: the client's rooms above the port.
 */
import {
  type CancelRequested,
  type CancelTooLate,
  type ChangeThreadBody,
  createFold,
  type Envelope,
  isEnded,
  keyString,
  type Outcome,
  PROBLEM_STATUS,
  type Problem,
  type ProblemCode,
  type RoomInfo,
  type Run,
  type StartBody,
  snapshotOf,
  type ThreadInfo,
  type ThreadKey,
  type ThreadView,
  threadStatus,
} from '@holdfast/core'
import { createLogBuilder, type EventJson, type LogBuilder } from '@holdfast/core/testing'
import { TransportError, type TransportFault } from '../transport/error.ts'
import type { LogHandlers, RunTransport } from '../transport/port.ts'

/** A request, as it arrived. */
export type Asked =
  | { readonly type: 'agents' | 'rooms' | 'createRoom' | 'threads' | 'runs' }
  | { readonly type: 'snapshot'; readonly key: ThreadKey }
  | { readonly type: 'start'; readonly key: ThreadKey; readonly body: StartBody }
  | { readonly type: 'cancelRun'; readonly key: ThreadKey; readonly runId: string; readonly reason?: string }
  | { readonly type: 'cancelThread'; readonly key: ThreadKey; readonly reason?: string }
  | { readonly type: 'changeThread'; readonly key: ThreadKey; readonly change: ChangeThreadBody }
  | { readonly type: 'deleteThread'; readonly key: ThreadKey; readonly force: boolean }
  | { readonly type: 'openLog'; readonly key: ThreadKey; readonly after: number }

type AskedType = Asked['type']

/** What a request of one kind meets instead of its answer. `lost`: the server did it, and the answer was lost. */
export type Mishap = { readonly type: 'fault'; readonly fault: TransportFault } | { readonly type: 'lost' }

export interface ScriptedTransport extends RunTransport {
  readonly asked: readonly Asked[]
  /** Logs that are open now. */
  readonly connections: number
  /** The next request of this kind meets this. Several are met one after the other. */
  next(type: AskedType, mishap: Mishap): void
  /** Requests of this kind wait until the returned function is called. */
  hold(type: AskedType): () => void
  /** Requests of this kind are done at once, and their answers are on the way until the returned function is called. */
  holdAnswer(type: AskedType): () => void
  /** How many answers are on such a way. */
  readonly reading: number
  addRoom(room: RoomInfo): void
  /** Makes a thread that nobody has started anything in. */
  addThread(key: ThreadKey): void
  has(key: ThreadKey): boolean
  /** A run from another device. */
  startElsewhere(key: ThreadKey, runId: string, text: string, more?: Pick<Run, 'continues'>): void
  /** A delta of the run's answer, opening its message where it has none. */
  say(key: ThreadKey, runId: string, delta: string): void
  end(key: ThreadKey, runId: string, outcome?: Outcome): void
  /** An event of the run, as it is. */
  emit(key: ThreadKey, runId: string, event: EventJson): void
  /** The run's end alone: whoever has emitted things has closed them. */
  finish(key: ThreadKey, runId: string, outcome: Outcome): void
  /** Deleted from elsewhere. */
  bury(key: ThreadKey): void
  /** Breaks every connection to this log. `ended`: the server closed it in order. */
  drop(key: ThreadKey, how?: 'broken' | 'ended'): void
  heartbeat(key: ThreadKey): void
  /** Sends this to whoever reads the log of `key`, whatever it is. */
  push(key: ThreadKey, batch: readonly Envelope[]): void
  /** Everything before this position is no longer held. */
  trim(key: ThreadKey, firstSeq: number): void
  log(key: ThreadKey): readonly Envelope[]
  view(key: ThreadKey): ThreadView
}

interface Script {
  readonly key: ThreadKey
  readonly builder: LogBuilder
  readonly readers: Set<Reader>
  readonly speaking: Set<string>
  firstSeq: number
  deleted: boolean
  title: string
  archived: boolean
}

interface Reader {
  readonly handlers: LogHandlers
  sent: number
  finish(error?: TransportError): void
}

export function problem(code: ProblemCode, more: Partial<Problem> = {}): TransportFault {
  const status = PROBLEM_STATUS[code]
  return { type: 'problem', problem: { type: 'about:blank', title: code, status, code, detail: `${code}.`, ...more } }
}

export function createScriptedTransport(): ScriptedTransport {
  const asked: Asked[] = []
  const scripts = new Map<string, Script>()
  const remembered = new Set<string>()
  const rooms: RoomInfo[] = [{ roomId: 'default', title: 'Default', agentId: 'demo' }]
  const mishaps = new Map<AskedType, Mishap[]>()
  const held = new Map<AskedType, Promise<void>>()
  const heldAnswers = new Map<AskedType, Promise<void>>()
  let reading = 0

  function holdIn(where: Map<AskedType, Promise<void>>, type: AskedType): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    where.set(type, promise)
    return () => {
      where.delete(type)
      resolve()
    }
  }

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
      firstSeq: 1,
      deleted: false,
      title: '',
      archived: false,
    }
    scripts.set(id, script)
    return script
  }

  const readersOf = (key: ThreadKey): ReadonlySet<Reader> => scripts.get(keyString(key))?.readers ?? new Set()

  function view({ key, builder }: Script): ThreadView {
    const fold = createFold(key)
    for (const envelope of builder.envelopes) fold.apply(envelope)
    return fold.view()
  }

  function flush({ builder, readers }: Script): void {
    for (const reader of readers) {
      const batch = builder.envelopes.slice(reader.sent)
      reader.sent = builder.envelopes.length
      if (batch.length === 0) continue
      reader.handlers.onBytes()
      reader.handlers.onEnvelopes(batch)
    }
  }

  /** Notes the request, lets it wait where it has to, and answers it, unless it meets a mishap. */
  async function answer<T>(request: Asked, act: () => T): Promise<T> {
    asked.push(request)
    await held.get(request.type)
    const mishap = mishaps.get(request.type)?.shift()
    if (mishap?.type === 'fault') throw new TransportError(mishap.fault)
    try {
      const result = act()
      if (mishap) throw new TransportError({ type: 'network' })
      return result
    } finally {
      const late = heldAnswers.get(request.type)
      if (late) {
        reading += 1
        await late
        reading -= 1
      }
    }
  }

  function runOf(script: Script, runId: string): Run | undefined {
    return view(script).runs.find((run) => run.runId === runId)
  }

  function start(key: ThreadKey, body: StartBody, more: Pick<Run, 'continues'> = {}): Run {
    const script = make(key)
    if (script.deleted) throw new TransportError(problem('deleted'))
    const { runId, messages = [] } = body
    const same = runOf(script, runId)
    if (same) return same
    const live = view(script).runs.find((run) => !isEnded(run))
    if (live) throw new TransportError(problem('run_active', { runId: live.runId }))
    const parentId = body.parentId ?? messages.at(-1)?.id
    script.builder.accept(runId, messages, { ...more, ...(parentId !== undefined && { parentId }) })
    script.builder.start(runId, messages, body.parentId)
    if (remembered.has(`${keyString(key)}/${runId}`)) script.builder.end(runId, { type: 'cancelled', by: 'you' })
    flush(script)
    return runOf(script, runId) as Run
  }

  function cancel(script: Script, run: Run, reason: string | undefined): { run: Run } {
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
    const run = view(script).runs.find((each) => !isEnded(each))
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
    const live = view(script).runs.find((run) => !isEnded(run))
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

  async function read(key: ThreadKey, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void> {
    const script = await answer({ type: 'openLog', key, after }, () => {
      const found = find(key)
      const head = found.builder.envelopes.length
      if (after > head) throw new TransportError(problem('cursor_ahead', { head }))
      if (after < found.firstSeq - 1) throw new TransportError(problem('cursor_gone', { firstSeq: found.firstSeq }))
      return found
    })
    if (signal.aborted) throw new TransportError({ type: 'aborted' })
    await new Promise<void>((resolve, reject) => {
      const reader: Reader = {
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

  return {
    asked,
    get connections() {
      return [...scripts.values()].reduce((count, { readers }) => count + readers.size, 0)
    },
    next: (type, mishap) => void mishaps.set(type, [...(mishaps.get(type) ?? []), mishap]),
    hold: (type) => holdIn(held, type),
    holdAnswer: (type) => holdIn(heldAnswers, type),
    get reading() {
      return reading
    },
    addRoom: (room) => void rooms.push(room),
    addThread: (key) => void make(key),
    has: (key) => scripts.get(keyString(key))?.deleted === false,
    startElsewhere(key, runId, text, more) {
      start(key, { runId, messages: [{ id: `${runId}-question`, role: 'user', content: text }] }, more)
    },
    say: (key, runId, delta) => say(find(key), runId, delta),
    end: (key, runId, outcome = { type: 'succeeded' }) => end(find(key), runId, outcome),
    emit(key, runId, event) {
      const script = find(key)
      script.builder.agui(runId, event)
      flush(script)
    },
    finish(key, runId, outcome) {
      const script = find(key)
      script.builder.end(runId, outcome)
      flush(script)
    },
    bury,
    drop(key, how = 'broken') {
      const error = how === 'broken' ? new TransportError({ type: 'network' }) : undefined
      for (const reader of [...readersOf(key)]) reader.finish(error)
    },
    heartbeat(key) {
      for (const { handlers } of readersOf(key)) handlers.onBytes()
    },
    push(key, batch) {
      for (const { handlers } of readersOf(key)) handlers.onEnvelopes(batch)
    },
    trim: (key, firstSeq) => void Object.assign(find(key), { firstSeq }),
    log: (key) => find(key).builder.envelopes,
    view: (key) => view(find(key)),

    agents: () => answer({ type: 'agents' }, () => ({ items: [{ agentId: 'demo', title: 'Demo' }] })),
    rooms: () => answer({ type: 'rooms' }, () => ({ items: [...rooms] })),
    createRoom: ({ roomId = `room-${rooms.length + 1}`, title, agentId = 'demo' }) =>
      answer({ type: 'createRoom' }, () => {
        const room = { roomId, title, agentId }
        rooms.push(room)
        return room
      }),
    threads: (roomId) =>
      answer({ type: 'threads' }, () => ({
        items: [...scripts.values()].filter((s) => s.key.roomId === roomId && !s.deleted).map(line),
      })),
    runs: () =>
      answer({ type: 'runs' }, () => ({
        items: [...scripts.values()].flatMap((script) => view(script).runs.map((run) => ({ ...run, ...script.key }))),
      })),
    snapshot: (key) =>
      answer({ type: 'snapshot', key }, () => {
        const script = find(key)
        const { firstSeq } = script
        return snapshotOf(line(script), { ...view(script), firstSeq })
      }),
    start: (key, body) => answer({ type: 'start', key, body }, () => ({ run: start(key, body) })),
    cancelRun: (key, runId, reason) =>
      answer({ type: 'cancelRun', key, runId, ...(reason !== undefined && { reason }) }, () =>
        cancelRun(key, runId, reason),
      ),
    cancelThread: (key, reason) =>
      answer({ type: 'cancelThread', key, ...(reason !== undefined && { reason }) }, () => cancelThread(key, reason)),
    changeThread: (key, change) =>
      answer({ type: 'changeThread', key, change }, () => {
        const script = find(key)
        const { title = script.title, archived = script.archived } = change
        Object.assign(script, { title, archived })
        return line(script)
      }),
    deleteThread: (key, { force = false } = {}) =>
      answer({ type: 'deleteThread', key, force }, () => deleteThread(key, force)),
    openLog: read,
  }
}
