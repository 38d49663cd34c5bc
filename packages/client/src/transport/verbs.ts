/**
 * Every request that has one answer, as one table: a new route of the server is one row here, and its caller.
 *
 * Owns: which verb is which method and path, what it is asked with, what its answer must look like. Does not know: how a
 * request travels (`http-ask.ts`, `client/channel`), what an answer means.
 *
 * A verb that is not a GET is a write.
 */
import {
  type AgentInfo,
  type CancelRequested,
  type CancelTooLate,
  type ChangeQueueBody,
  type ChangeRoomBody,
  type ChangeThreadBody,
  type ClaimNoticeBody,
  type CreateRoomBody,
  type EditRunBody,
  type EventPage,
  type InboxOverview,
  type List,
  type LogPage,
  type NoticeInfo,
  type NoticeKind,
  type NotificationSettings,
  type PresenceBody,
  type PushKey,
  type PushSubscriptionBody,
  paths,
  type QueueInfo,
  type ReadBody,
  type RoomActivity,
  type RoomInfo,
  type Run,
  type RunInThread,
  type StartAccepted,
  type StartBody,
  type SubagentCancelRequested,
  type SubagentCancelTooLate,
  sameKey,
  type ThreadInfo,
  type ThreadKey,
  type ThreadSnapshot,
} from '@holdfast/core'
import { ACTIVITY, ADDRESS, NOTICE, pageOf, QUEUED, ROOM, RUN, SETTINGS, THREAD } from './answer-shapes.ts'
import type { Shape } from './shapes.ts'

export interface ThreadPageQuery {
  readonly before?: string
  readonly limit?: number
  /** Words that the title, or what was said, holds. */
  readonly q?: string
}

export interface RunPageQuery {
  /** ISO 8601: accepted then or later. */
  readonly since?: string
  /** ISO 8601: accepted before then. */
  readonly until?: string
  readonly before?: string
  readonly limit?: number
}

export interface NoticePageQuery {
  readonly before?: string
  readonly limit?: number
  readonly kind?: NoticeKind
  /** Only those that were not read. */
  readonly unread?: boolean
}

export type LogPageQuery = EventPageQuery

export interface EventPageQuery {
  /** The thread's seq; exclusive. */
  readonly after?: number
  readonly limit?: number
}

/** Of a room or a thread. */
export interface DeleteThreadOptions {
  /** Cancels what runs there first. */
  readonly force?: boolean
}

/** What an argument is. A key and an id go into the path, a query behind it; a body and a reason are sent as JSON. */
export type ArgKind = 'key' | 'id' | 'query' | 'body' | 'reason'

type KindOf<Arg> = Arg extends ThreadKey ? 'key' : Arg extends string ? 'id' | 'reason' : 'query' | 'body'

export interface Route<Args extends readonly unknown[], Answer, Method extends string = string> {
  readonly method: Method
  readonly path: (...args: Args) => string
  readonly kinds: { readonly [At in keyof Args]-?: KindOf<Exclude<Args[At], undefined>> }
  /** Absent where the answer has no content. */
  readonly answer?: Shape | undefined
  /** Whether an answer of this shape answers what was asked. */
  readonly fitsTo?: ((answer: Answer, ...args: Args) => boolean) | undefined
}

/** A row of the table, for code that treats all rows alike. */
export interface AnyRoute {
  readonly method: string
  path(...args: readonly unknown[]): string
  readonly kinds: readonly ArgKind[]
  readonly answer?: Shape | undefined
  fitsTo?(answer: unknown, ...args: readonly unknown[]): boolean
}

const to =
  <const Method extends string>(method: Method) =>
  <Args extends readonly unknown[], Answer = void>(
    path: Route<Args, Answer>['path'],
    kinds: Route<Args, Answer>['kinds'],
    answer?: Shape,
    fitsTo?: Route<Args, Answer>['fitsTo'],
  ): Route<Args, Answer, Method> => ({ method, path, kinds, answer, fitsTo })

const get = to('GET')
const post = to('POST')
const put = to('PUT')
const patch = to('PATCH')
const remove = to('DELETE')

/** Of a command that the log settles: it is enough that the server has accepted it. */
const ACCEPTED = {}
/** The server says what it stops, that it comes too late, or nothing. A gateway answers in words of its own. */
const isOfAStop = (answer: object): boolean =>
  'run' in answer || 'subagent' in answer || 'alreadyTerminal' in answer || Object.keys(answer).length === 0

export const VERBS = {
  agents: get<[], List<AgentInfo>>(paths.agents, [], pageOf({ agentId: 'string', title: 'string' })),
  rooms: get<[], List<RoomInfo>>(paths.rooms, [], pageOf(ROOM)),
  createRoom: post<[body: CreateRoomBody], RoomInfo>(paths.rooms, ['body'], ROOM),
  changeRoom: patch<[roomId: string, body: ChangeRoomBody], RoomInfo>(paths.room, ['id', 'body'], ROOM),
  /** Answered once the room and all its threads are gone, also if they were before. Refused while a run is live in it, unless by force. */
  deleteRoom: remove<[roomId: string, how?: DeleteThreadOptions | undefined]>(paths.room, ['id', 'query']),
  threads: get<[roomId: string, query?: ThreadPageQuery], List<ThreadInfo>>(
    paths.threads,
    ['id', 'query'],
    pageOf(THREAD),
  ),
  /** Runs of every thread that may be seen, newest acceptance first. */
  runs: get<[query?: RunPageQuery], List<RunInThread>>(paths.allRuns, ['query'], pageOf({ ...RUN, ...ADDRESS })),
  /** One run's bare AG-UI events, a page at a time; `next` of an empty first page is where the run begins. */
  runEvents: get<[key: ThreadKey, runId: string, query?: EventPageQuery], EventPage>(
    paths.runEvents,
    ['key', 'id', 'query'],
    { events: [{ type: 'string' }], next: 'number', upToDate: 'boolean' },
  ),
  snapshot: get<[key: ThreadKey], ThreadSnapshot>(
    paths.thread,
    ['key'],
    {
      thread: THREAD,
      messages: QUEUED.messages,
      open: [{ kind: 'string', id: 'string' }],
      runs: [RUN],
      queue: [QUEUED],
      interrupts: [{ id: 'string' }],
      firstSeq: 'number',
      seq: 'number',
    },
    ({ thread }, key) => sameKey(thread, key),
  ),
  /** A page of a thread's log: what a view of it does not keep. */
  log: get<[key: ThreadKey, query?: LogPageQuery], LogPage>(paths.log, ['key', 'query'], {
    envelopes: [{ ...ADDRESS, seq: 'number', kind: 'string', event: { type: 'string' } }],
    next: 'number',
    upToDate: 'boolean',
  }),
  /** Safe to repeat: `body.runId` is the idempotency key. */
  start: post<[key: ThreadKey, body: StartBody], StartAccepted>(paths.runs, ['key', 'body'], ACCEPTED),
  /** Answered once the request is durable, also for a run that does not exist yet. Safe to repeat. */
  cancelRun: post<[key: ThreadKey, runId: string, reason?: string | undefined], CancelRequested | CancelTooLate>(
    paths.cancelRun,
    ['key', 'id', 'reason'],
    ACCEPTED,
    isOfAStop,
  ),
  cancelThread: post<[key: ThreadKey, reason?: string | undefined], CancelRequested | CancelTooLate>(
    paths.cancelThread,
    ['key', 'reason'],
    ACCEPTED,
    isOfAStop,
  ),
  /** Answered once the request is durable, also for a sub-agent that has ended. Safe to repeat. */
  cancelSubagent: post<[key: ThreadKey, subagentRunId: string], SubagentCancelRequested | SubagentCancelTooLate>(
    paths.cancelSubagent,
    ['key', 'id'],
    ACCEPTED,
    isOfAStop,
  ),
  /** Other words for a run that is still queued. Safe to repeat. */
  changeRun: patch<[key: ThreadKey, runId: string, body: EditRunBody], Run>(paths.run, ['key', 'id', 'body'], RUN),
  /** Safe to repeat, except with `supersede`. */
  changeQueue: patch<[key: ThreadKey, body: ChangeQueueBody], QueueInfo>(paths.queue, ['key', 'body'], {
    order: ['string'],
    paused: 'boolean',
    items: [QUEUED],
  }),
  /** Safe to repeat. Answered with the thread as it is now. */
  changeThread: patch<[key: ThreadKey, body: ChangeThreadBody], ThreadInfo>(paths.thread, ['key', 'body'], THREAD),
  /** Answered once it is gone, also if it was before. A thread in which a run is live is refused, unless by force. */
  deleteThread: remove<[key: ThreadKey, how?: DeleteThreadOptions | undefined]>(paths.thread, ['key', 'query']),
  /** What this device shows now. A hint that may be lost; sent again it replaces what was sent before. */
  presence: put<[body: PresenceBody]>(paths.presence, ['body']),
  /** What goes on in everything that may be seen, at one moment. */
  inbox: get<[], InboxOverview>(paths.inbox, [], {
    rooms: [ACTIVITY],
    threads: [THREAD],
    cursor: 'string',
  }),
  /** Up to this position. It never goes back, so it is safe to repeat, and to send late. */
  read: put<[key: ThreadKey, body: ReadBody], ThreadInfo>(paths.read, ['key', 'body'], THREAD),
  markUnread: post<[key: ThreadKey], ThreadInfo>(paths.unread, ['key'], THREAD),
  /** Every thread of the room, as far as it has come when this arrives. */
  readRoom: put<[roomId: string], RoomActivity>(paths.readRoom, ['id'], ACTIVITY),
  readAll: put<[]>(paths.readAll, []),
  notificationSettings: get<[], NotificationSettings>(paths.notificationSettings, [], SETTINGS),
  changeNotificationSettings: put<[body: NotificationSettings], NotificationSettings>(
    paths.notificationSettings,
    ['body'],
    SETTINGS,
  ),
  /** What the person was to be told, newest first. */
  notices: get<[query?: NoticePageQuery], List<NoticeInfo>>(paths.notices, ['query'], pageOf(NOTICE)),
  deleteNotice: remove<[noticeId: string]>(paths.notice, ['id']),
  deleteNotices: remove<[]>(paths.notices, []),
  /** Refused to all devices but one. Safe to repeat: that one is answered in the same way again. */
  claimNotice: post<[noticeId: string, body: ClaimNoticeBody], NoticeInfo>(paths.claimNotice, ['id', 'body'], NOTICE),
  /** Of pushes, for `applicationServerKey`. */
  pushKey: get<[], PushKey>(paths.push, [], { key: 'string' }),
  subscribePush: put<[body: PushSubscriptionBody]>(paths.pushSubscriptions, ['body']),
  unsubscribePush: remove<[body: Pick<PushSubscriptionBody, 'deviceId'>]>(paths.pushSubscriptions, ['body']),
}

type Table = typeof VERBS

export type Verb = keyof Table
// biome-ignore lint/suspicious/noExplicitAny: only the other one is inferred
export type ArgsOf<V extends Verb> = { [Each in Verb]: Table[Each] extends Route<infer Args, any> ? Args : never }[V]
// biome-ignore lint/suspicious/noExplicitAny: only the other one is inferred
export type AnswerOf<V extends Verb> = { [Each in Verb]: Table[Each] extends Route<any, infer A> ? A : never }[V]
/** Verbs that change nothing. */
export type ReadVerb = { [V in Verb]: Table[V]['method'] extends 'GET' ? V : never }[Verb]

export function isRead(verb: Verb): verb is ReadVerb {
  return VERBS[verb].method === 'GET'
}
