/**
 * What the scripted transport answers to each verb, as docs/PROTOCOL.md has it.
 *
 * Owns: rooms, which request leads where. Does not know: how requests are noted or met by mishaps, streams.
 *
 * A verb that no test needs has no script here: it is answered like a route that the server does not know.
 */
import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type InboxOverview,
  type RoomInfo,
  snapshotOf,
  type ThreadInfo,
  type ThreadStatus,
} from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import type { AnswerOf, ArgsOf, Verb } from '../transport/verbs.ts'
import { events, line, type Script, view } from './script.ts'
import type { ScriptedMarks } from './scripted-marks.ts'
import { problem, type Requests } from './scripted-requests.ts'
import type { ScriptedThreads } from './scripted-threads.ts'

/** A test may put another answer in the place of one. */
export type ScriptedAnswers = { [V in Verb]?: (...args: ArgsOf<V>) => Promise<AnswerOf<V>> }

export interface ScriptedAnswersOptions {
  readonly rooms: RoomInfo[]
  readonly threads: ScriptedThreads
  /** Absent: a server that keeps no read marks. */
  readonly marks: ScriptedMarks | undefined
  readonly answer: Requests['answer']
}

export function createScriptedAnswers({ rooms, threads, marks, answer }: ScriptedAnswersOptions) {
  const { feed, find, flush } = threads
  const claimed = new Map<string, string>()
  let settings = DEFAULT_NOTIFICATION_SETTINGS

  const lineOf = (script: Script): ThreadInfo => ({ ...line(script), ...marks?.of(script) })

  function marked(script: Script, mark: (marks: ScriptedMarks) => void): ThreadInfo {
    if (!marks) throw new TransportError(problem('not_found'))
    mark(marks)
    const { readSeq, unread, markedUnread } = marks.of(script)
    feed.tell({ type: 'ReadMarkMoved', ...script.key, readSeq, unread, ...(markedUnread && { markedUnread }) })
    return lineOf(script)
  }

  function readRooms(isMeant: (script: Script) => boolean): void {
    if (!marks) throw new TransportError(problem('not_found'))
    for (const script of threads.all) if (isMeant(script)) marks.read(script, script.builder.envelopes.length)
  }

  function overview(): InboxOverview {
    const all = [...threads.all].filter((each) => !each.deleted).map(lineOf)
    const count = (roomId: string, status: ThreadStatus) =>
      all.filter((each) => each.roomId === roomId && each.status === status).length
    return {
      rooms: rooms.map(({ roomId }) => ({
        roomId,
        unread: all.filter((each) => each.roomId === roomId && each.unread).length,
        working: count(roomId, 'working'),
        needsYou: count(roomId, 'needs_you'),
      })),
      threads: all.filter(({ status, unread }) => status !== 'idle' || unread),
      cursor: feed.cursor,
    }
  }

  return {
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
        const { mutedUntil: before, ...held } = room
        const { mutedUntil = before ?? null, ...given } = change
        const changed = { ...held, ...given, ...(mutedUntil !== null && { mutedUntil }) }
        rooms[at] = changed
        if (change.mutedUntil !== undefined) feed.tell({ type: 'RoomChanged', roomId, mutedUntil })
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
        items: [...threads.all].filter((s) => s.key.roomId === roomId && !s.deleted).map(lineOf),
      })),
    runs: () =>
      answer({ type: 'runs' }, () => ({
        items: [...threads.all].flatMap((script) => view(script).runs.map((run) => ({ ...run, ...script.key }))),
      })),
    runEvents: (key, runId, query = {}) =>
      answer({ type: 'runEvents', key, runId }, () => events(find(key), runId, query)),
    snapshot: (key) =>
      answer({ type: 'snapshot', key }, () => {
        const script = find(key)
        const { firstSeq } = script
        return snapshotOf(lineOf(script), { ...view(script), firstSeq })
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
    cancelSubagent: (key, subagentRunId) =>
      answer({ type: 'cancelSubagent', key, subagentRunId }, () => threads.cancelSubagent(key, subagentRunId)),
    changeThread: (key, change) =>
      answer({ type: 'changeThread', key, change }, () => {
        const script = find(key)
        const { title = script.title, archived = script.archived } = change
        Object.assign(script, { title, archived })
        feed.tell({ type: 'ThreadChanged', ...key, title, archived })
        return lineOf(script)
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
    read: (key, { seq }) =>
      answer({ type: 'read', key, seq }, () => {
        const script = find(key)
        return marked(script, (all) => all.read(script, seq))
      }),
    markUnread: (key) =>
      answer({ type: 'markUnread', key }, () => {
        const script = find(key)
        return marked(script, (all) => all.markUnread(script))
      }),
    readRoom: (roomId) =>
      answer({ type: 'readRoom', roomId }, () => {
        readRooms(({ key }) => key.roomId === roomId)
        feed.tell({ type: 'ReadMarkMoved', roomId, all: true })
        return { roomId, unread: 0, working: 0, needsYou: 0 }
      }),
    readAll: () =>
      answer({ type: 'readAll' }, () => {
        readRooms(() => true)
        feed.tell({ type: 'ReadMarkMoved', all: true })
      }),
    notificationSettings: () =>
      answer({ type: 'notificationSettings' }, () => {
        if (!marks) throw new TransportError(problem('not_found'))
        return settings
      }),
    changeNotificationSettings: (body) =>
      answer({ type: 'changeNotificationSettings' }, () => {
        settings = body
        feed.tell({ type: 'SettingsChanged', settings })
        return settings
      }),
    log: (key, { after = 0, limit = 1_000 } = {}) =>
      answer({ type: 'log', key }, () => {
        const { envelopes } = find(key).builder
        const page = envelopes.slice(after, after + limit)
        const next = page.at(-1)?.seq ?? after
        return { envelopes: page, next, upToDate: next >= envelopes.length }
      }),
    notices: () => answer({ type: 'notices' }, () => ({ items: [] })),
    deleteNotice: () => answer({ type: 'deleteNotice' }, () => undefined),
    deleteNotices: () => answer({ type: 'deleteNotices' }, () => undefined),
    pushKey: () => answer({ type: 'pushKey' }, () => ({ key: 'BA' })),
    subscribePush: () => answer({ type: 'subscribePush' }, () => undefined),
    unsubscribePush: () => answer({ type: 'unsubscribePush' }, () => undefined),
    claimNotice: (noticeId, { deviceId }) =>
      answer({ type: 'claimNotice', noticeId, deviceId }, () => {
        const winner = claimed.get(noticeId) ?? deviceId
        claimed.set(noticeId, winner)
        if (winner !== deviceId) throw new TransportError(problem('notice_claimed'))
        const at = '2026-01-01T00:00:00.000Z'
        return { noticeId, kind: 'finished', roomId: 'default', threadId: 't', runId: 'r', title: '', at, read: false }
      }),
  } satisfies ScriptedAnswers
}
