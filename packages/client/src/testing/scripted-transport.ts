/**
 * A server that does what the test says: the double of `RunTransport`. It keeps the promises of docs/PROTOCOL.md
 * (durable start, remembered cancel, one log a thread) and breaks them only where told.
 *
 * Owns: logs, what was asked, who is connected. Does not know: the client's rooms above the port.
 */
import {
  type CancelRequested,
  type CancelTooLate,
  type ChangeQueueBody,
  type ChangeRoomBody,
  type ChangeThreadBody,
  createFold,
  type EditRunBody,
  type Envelope,
  type FeedBody,
  type InboxEvent,
  type InboxOverview,
  isEnded,
  keyString,
  nextToStart,
  type Outcome,
  PROBLEM_STATUS,
  type PresenceBody,
  type Problem,
  type ProblemCode,
  type QueueInfo,
  type RoomInfo,
  type Run,
  type StartBody,
  snapshotOf,
  type ThreadInfo,
  type ThreadKey,
  type ThreadStatus,
  type ThreadView,
  threadStatus,
} from '@holdfast/core'
import { createLogBuilder, type EventJson, type LogBuilder } from '@holdfast/core/testing'
import { TransportError, type TransportFault } from '../transport/error.ts'
import type { FeedHandlers, FeedSource, LogHandlers, RunTransport } from '../transport/port.ts'
import { createScriptedFeed, type ScriptedLog, type ScriptedReader } from './scripted-feed.ts'

/** A request, as it arrived. */
export type Asked =
  | { readonly type: 'agents' | 'rooms' | 'createRoom' | 'threads' | 'runs' | 'inbox' }
  | { readonly type: 'changeRoom'; readonly roomId: string; readonly change: ChangeRoomBody }
  | { readonly type: 'deleteRoom'; readonly roomId: string; readonly force: boolean }
  | { readonly type: 'changeRun'; readonly key: ThreadKey; readonly runId: string; readonly body: EditRunBody }
  | { readonly type: 'changeQueue'; readonly key: ThreadKey; readonly change: ChangeQueueBody }
  | { readonly type: 'openFeed'; readonly body: FeedBody }
  | { readonly type: 'presence'; readonly body: PresenceBody }
  | { readonly type: 'runEvents'; readonly key: ThreadKey; readonly runId: string }
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

export interface ScriptedTransport extends RunTransport, FeedSource {
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
  /** What every reader of the inbox is told next. */
  tellInbox(event: InboxEvent & { readonly roomId: string }): void
  /** Breaks the one connection. */
  dropFeed(how?: 'broken' | 'ended'): void
  /** Everything before this position is no longer held. */
  trim(key: ThreadKey, firstSeq: number): void
  log(key: ThreadKey): readonly Envelope[]
  view(key: ThreadKey): ThreadView
}

interface Script extends ScriptedLog {
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

export function problem(code: ProblemCode, more: Partial<Problem> = {}): TransportFault {
  const status = PROBLEM_STATUS[code]
  return { type: 'problem', problem: { type: 'about:blank', title: code, status, code, detail: `${code}.`, ...more } }
}

function isRunning({ status }: Run): boolean {
  return status === 'running' || status === 'cancelling'
}

export function createScriptedTransport(): ScriptedTransport {
  const asked: Asked[] = []
  const scripts = new Map<string, Script>()
  const remembered = new Set<string>()
  const rooms: RoomInfo[] = [{ roomId: 'default', title: 'Default', agentId: 'demo' }]
  const mishaps = new Map<AskedType, Mishap[]>()
  const held = new Map<AskedType, Promise<void>>()
  const heldAnswers = new Map<AskedType, Promise<void>>()
  const feed = createScriptedFeed(
    (key) => scripts.get(keyString(key)),
    (log) => flush(log as Script),
  )
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

  const readersOf = (key: ThreadKey): ReadonlySet<ScriptedReader> => scripts.get(keyString(key))?.readers ?? new Set()

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

  async function openFeed(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
    await answer({ type: 'openFeed', body }, () => undefined)
    await feed.open(body, handlers, signal)
  }

  function overview(): InboxOverview {
    const all = [...scripts.values()].filter((each) => !each.deleted).map(line)
    const count = (roomId: string, status: ThreadStatus) =>
      all.filter((each) => each.roomId === roomId && each.status === status).length
    return {
      rooms: rooms.map(({ roomId }) => ({
        roomId,
        unread: 0,
        working: count(roomId, 'working'),
        needsYou: count(roomId, 'needs_you'),
      })),
      threads: all.filter(({ status }) => status !== 'idle'),
      cursor: feed.cursor,
    }
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
    asked,
    tellInbox: feed.tell,
    dropFeed: (how = 'broken') => feed.drop(how),
    get connections() {
      return [...scripts.values()].reduce((count, { readers }) => count + readers.size, 0)
    },
    next: (type, mishap) => void mishaps.set(type, [...(mishaps.get(type) ?? []), mishap]),
    hold: (type) => holdIn(held, type),
    holdAnswer: (type) => holdIn(heldAnswers, type),
    get reading() {
      return reading
    },
    addRoom(room) {
      const { roomId, title, agentId } = room
      rooms.push(room)
      feed.tell({ type: 'RoomChanged', roomId, title, agentId })
    },
    addThread: (key) => void make(key),
    has: (key) => scripts.get(keyString(key))?.deleted === false,
    startElsewhere(key, runId, text, more) {
      start(key, { runId, messages: [{ id: `${runId}-question`, role: 'user', content: text }] }, more)
    },
    say: (key, runId, delta) => say(find(key), runId, delta),
    end(key, runId, outcome) {
      const script = find(key)
      const by = script.makingRoom.get(runId)
      end(script, runId, outcome ?? (by === undefined ? { type: 'succeeded' } : { type: 'superseded', by }))
    },
    emit(key, runId, event) {
      const script = find(key)
      script.builder.agui(runId, event)
      flush(script)
    },
    finish(key, runId, outcome) {
      const script = find(key)
      script.builder.end(runId, outcome)
      settleQueue(script, outcome)
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
        feed.tell({ type: 'RoomChanged', ...room })
        return room
      }),
    changeRoom: (roomId, change) =>
      answer({ type: 'changeRoom', roomId, change }, () => {
        const at = rooms.findIndex((room) => room.roomId === roomId)
        const room = rooms[at]
        if (!room) throw new TransportError(problem('not_found'))
        const changed = { ...room, ...change }
        rooms[at] = changed
        feed.tell({ type: 'RoomChanged', roomId, title: changed.title, agentId: changed.agentId })
        return changed
      }),
    deleteRoom: (roomId, { force = false } = {}) =>
      answer({ type: 'deleteRoom', roomId, force }, () => {
        for (const { key } of [...scripts.values()]) if (key.roomId === roomId) deleteThread(key, force)
        const at = rooms.findIndex((room) => room.roomId === roomId)
        if (at < 0) return
        rooms.splice(at, 1)
        feed.tell({ type: 'RoomDeleted', roomId })
      }),
    threads: (roomId) =>
      answer({ type: 'threads' }, () => ({
        items: [...scripts.values()].filter((s) => s.key.roomId === roomId && !s.deleted).map(line),
      })),
    runs: () =>
      answer({ type: 'runs' }, () => ({
        items: [...scripts.values()].flatMap((script) => view(script).runs.map((run) => ({ ...run, ...script.key }))),
      })),
    runEvents: (key, runId, { after = 0 } = {}) =>
      answer({ type: 'runEvents', key, runId }, () => {
        const rest = find(key).builder.envelopes.filter(({ seq }) => seq > after)
        const events = rest.flatMap((each) => (each.kind === 'agui' && each.runId === runId ? [each.event] : []))
        return { events, next: rest.at(-1)?.seq ?? after, upToDate: true }
      }),
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
        feed.tell({ type: 'ThreadChanged', ...key, title, archived })
        return line(script)
      }),
    deleteThread: (key, { force = false } = {}) =>
      answer({ type: 'deleteThread', key, force }, () => deleteThread(key, force)),
    changeRun: (key, runId, body) =>
      answer({ type: 'changeRun', key, runId, body }, () => {
        const script = find(key)
        const { queue, queuePaused: paused } = view(script)
        const entry = queue.find(({ run }) => run.runId === runId)
        if (!entry) throw new TransportError(problem('not_queued'))
        const order = queue.map(({ run }) => run.runId)
        script.builder.control({ type: 'queue.changed', order, paused, edited: { [runId]: body.messages } })
        flush(script)
        return entry.run
      }),
    changeQueue: (key, change) => answer({ type: 'changeQueue', key, change }, () => changeQueue(find(key), change)),
    presence: (body) =>
      answer({ type: 'presence', body }, () => {
        const { thread } = body
        if (thread && !rooms.some(({ roomId }) => roomId === thread.roomId))
          throw new TransportError(problem('not_found'))
      }),
    inbox: () => answer({ type: 'inbox' }, overview),
    openInbox: (cursor, handlers, signal) =>
      openFeed(
        { inbox: cursor },
        { ...handlers, onInbox: handlers.onEntries, onEnvelopes() {}, onCaughtUp() {}, onResync() {} },
        signal,
      ),
    openFeed,
    openLog: read,
  }
}
