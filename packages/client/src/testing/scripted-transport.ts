/**
 * A server that does what the test says: the double of `RunTransport`. It keeps the promises of docs/PROTOCOL.md
 * (durable start, remembered cancel, one log a thread) and breaks them only where told.
 *
 * Owns: the rooms, which request leads where. Does not know: the client's rooms above the port.
 */
import {
  type Envelope,
  type FeedBody,
  type InboxEvent,
  type InboxOverview,
  type Outcome,
  type RoomInfo,
  type Run,
  snapshotOf,
  type ThreadKey,
  type ThreadStatus,
  type ThreadView,
} from '@holdfast/core'
import type { EventJson } from '@holdfast/core/testing'
import { TransportError } from '../transport/error.ts'
import type { FeedHandlers, FeedSource, LogHandlers, PolledHandlers, RunTransport } from '../transport/port.ts'
import { createRequests, problem, type Requests } from './scripted-requests.ts'
import { createScriptedThreads } from './scripted-threads.ts'

export { type Asked, type Mishap, problem } from './scripted-requests.ts'

export interface ScriptedTransport extends RunTransport, FeedSource, Omit<Requests, 'answer'> {
  /** Logs that are open now. */
  readonly connections: number
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

export function createScriptedTransport(): ScriptedTransport {
  const rooms: RoomInfo[] = [{ roomId: 'default', title: 'Default', agentId: 'demo' }]
  const requests = createRequests()
  const threads = createScriptedThreads()
  const { answer } = requests
  const { feed, find, view, flush } = threads

  async function read(key: ThreadKey, after: number, handlers: LogHandlers, signal: AbortSignal): Promise<void> {
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

  async function openFeed(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
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

  function overview(): InboxOverview {
    const all = [...threads.all].filter((each) => !each.deleted).map(threads.line)
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

  return {
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
        for (const { key } of [...threads.all]) if (key.roomId === roomId) threads.deleteThread(key, force)
        const at = rooms.findIndex((room) => room.roomId === roomId)
        if (at < 0) return
        rooms.splice(at, 1)
        feed.tell({ type: 'RoomDeleted', roomId })
      }),
    threads: (roomId) =>
      answer({ type: 'threads' }, () => ({
        items: [...threads.all].filter((s) => s.key.roomId === roomId && !s.deleted).map(threads.line),
      })),
    runs: () =>
      answer({ type: 'runs' }, () => ({
        items: [...threads.all].flatMap((script) => view(script).runs.map((run) => ({ ...run, ...script.key }))),
      })),
    runEvents: (key, runId, query = {}) =>
      answer({ type: 'runEvents', key, runId }, () => threads.events(find(key), runId, query)),
    snapshot: (key) =>
      answer({ type: 'snapshot', key }, () => {
        const script = find(key)
        const { firstSeq } = script
        return snapshotOf(threads.line(script), { ...view(script), firstSeq })
      }),
    start: (key, body) => answer({ type: 'start', key, body }, () => ({ run: threads.start(key, body) })),
    cancelRun: (key, runId, reason) =>
      answer({ type: 'cancelRun', key, runId, ...(reason !== undefined && { reason }) }, () =>
        threads.cancelRun(key, runId, reason),
      ),
    cancelThread: (key, reason) =>
      answer({ type: 'cancelThread', key, ...(reason !== undefined && { reason }) }, () =>
        threads.cancelThread(key, reason),
      ),
    changeThread: (key, change) =>
      answer({ type: 'changeThread', key, change }, () => {
        const script = find(key)
        const { title = script.title, archived = script.archived } = change
        Object.assign(script, { title, archived })
        feed.tell({ type: 'ThreadChanged', ...key, title, archived })
        return threads.line(script)
      }),
    deleteThread: (key, { force = false } = {}) =>
      answer({ type: 'deleteThread', key, force }, () => threads.deleteThread(key, force)),
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
    changeQueue: (key, change) =>
      answer({ type: 'changeQueue', key, change }, () => threads.changeQueue(find(key), change)),
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
    pollFeed,
    openLog: read,
  }
}
