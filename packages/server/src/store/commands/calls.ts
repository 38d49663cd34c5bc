/** The calls of the port that go through deciders, by name. */
import type {
  MarkStore,
  NoticeStore,
  PushStore,
  RoomStore,
  RunIntents,
  RunWork,
  SettingsStore,
  SubagentStore,
  ThreadStore,
  WebhookStore,
} from '../port.ts'

/** Calls that may write. */
export interface WritingCalls {
  'rooms.create': RoomStore['create']
  'rooms.change': RoomStore['change']
  'rooms.delete': RoomStore['delete']
  'threads.create': ThreadStore['create']
  'threads.change': ThreadStore['change']
  'threads.delete': ThreadStore['delete']
  'marks.read': MarkStore['read']
  'marks.unread': MarkStore['unread']
  'marks.readRoom': MarkStore['readRoom']
  'marks.readAll': MarkStore['readAll']
  'settings.put': SettingsStore['put']
  'runs.start': RunIntents['start']
  'runs.cancelRun': RunIntents['cancelRun']
  'runs.cancelThread': RunIntents['cancelThread']
  'runs.edit': RunIntents['edit']
  'runs.changeQueue': RunIntents['changeQueue']
  'subagents.cancel': SubagentStore['cancel']
  'notices.claim': NoticeStore['claim']
  'notices.remove': NoticeStore['remove']
  'push.keys': PushStore['keys']
  'push.subscribe': PushStore['subscribe']
  'push.unsubscribe': PushStore['unsubscribe']
  'push.next': PushStore['next']
  'push.settle': PushStore['settle']
  'webhooks.create': WebhookStore['create']
  'webhooks.remove': WebhookStore['remove']
  'webhooks.retry': WebhookStore['retry']
  'webhooks.settle': WebhookStore['settle']
  'work.claim': RunWork['claim']
  'work.append': RunWork['append']
  'work.end': RunWork['end']
  'work.renew': RunWork['renew']
  'work.settleOrphans': RunWork['settleOrphans']
  'work.settleDue': RunWork['settleDue']
}

/** Calls that only read. Each adapter has its own lists, snapshots and logs. */
export interface DecidedReads {
  'rooms.get': RoomStore['get']
  'settings.get': SettingsStore['get']
  'runs.whoAnswers': RunIntents['whoAnswers']
  'runs.questions': RunIntents['questions']
  'runs.queue': RunIntents['queue']
  'subagents.list': SubagentStore['list']
}

type Calls = WritingCalls & DecidedReads
export type CallName = keyof Calls
export type ArgsOf<Call extends CallName> = Parameters<Calls[Call]>
export type AnswerOf<Call extends CallName> = Awaited<ReturnType<Calls[Call]>>
