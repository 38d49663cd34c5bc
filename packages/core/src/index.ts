export { historyTo } from './asked/history.ts'
export { lineOf } from './asked/line.ts'
export { type Opening, openingNow, openingOf, UNSAID } from './asked/opening.ts'
export { askedBy, expiryOf, openRun, whyClosed } from './asked/questions.ts'
export { continuedRun, retriedRun } from './asked/related.ts'
export { reusedId } from './asked/said-before.ts'
export { titleFrom } from './asked/title.ts'
export { answerOf, searchTerms, termsOf, textOf, wordsOf } from './asked/words.ts'
export { isSilenced, type Ring, type RingOptions, ringFor, type Whereabouts } from './attention/ring.ts'
export {
  DEFAULT_NOTIFICATION_SETTINGS,
  isQuiet,
  isWanted,
  type NotificationSettings,
  type QuietHours,
} from './attention/settings.ts'
export { type Attention, compareAttention } from './attention/shown.ts'
export {
  isUnread,
  kindOf,
  NOTICE_KINDS,
  type NoticeKind,
  type ReadMarks,
  raisesUnread,
} from './attention/unread.ts'
export { jsonDepth } from './json/json-depth.ts'
export { sameJson } from './json/same-json.ts'
export { DEFAULT_ROOM_ID, ID_PATTERN, isId, keyOf, keyString, sameKey, type ThreadKey } from './key/thread-key.ts'
export { createThreadMap, type ThreadMap } from './key/thread-map.ts'
export type { AfterCrash } from './lifecycle/after-crash.ts'
export { type Closable, closingEvents } from './lifecycle/close.ts'
export { knownUsage, type RunStart, runStarted, runTerminal, USAGE_COUNTS } from './lifecycle/events.ts'
export type { OpenItem } from './lifecycle/open-item.ts'
export {
  FAILURE_CODES,
  type Failure,
  type FailureCode,
  failureSaying,
  type Outcome,
  type OutcomeType,
} from './lifecycle/outcome.ts'
export {
  type EndedRun,
  isEnded,
  type LiveRun,
  type QueuedRun,
  type Resolution,
  type Run,
  type RunStatus,
} from './lifecycle/run.ts'
export { type RunTransition, type Transition, transition } from './lifecycle/transitions.ts'
export { type Admission, admit } from './log/cursor.ts'
export type {
  AguiEnvelope,
  ControlEnvelope,
  ControlEvent,
  Envelope,
  QueueHold,
  RunStartedMetadata,
} from './log/envelope.ts'
export { readEnvelope } from './log/read.ts'
export { type Backoff, backoffDelay } from './policy/backoff.ts'
export type { Clock } from './policy/clock.ts'
export { createSilenceWatch, type Silence, type SilenceLimits, type SilenceWatch } from './policy/silence.ts'
export { MAX_QUESTIONS } from './recorder/check.ts'
export { DEFAULT_RECORDER_LIMITS, type RecorderLimits } from './recorder/limits.ts'
export {
  createRecorder,
  type ForeignEvent,
  type Recorder,
  type RecorderOptions,
  type Verdict,
} from './recorder/recorder.ts'
export { MAX_AGENT_ID_LENGTH } from './recorder/shape.ts'
export { growsIn } from './thread/conversation.ts'
export { createFold, type ThreadFold } from './thread/fold.ts'
export { inBrief, messageIn } from './thread/lookup.ts'
export type { ThreadMessage } from './thread/message.ts'
export { nextToStart } from './thread/next.ts'
export { newestLeaf, pathTo, siblingsOf } from './thread/path.ts'
export { standInFor } from './thread/stand-in.ts'
export { isHeld, threadStatus } from './thread/status.ts'
export type { Subagent, SubagentStatus, SubagentStep, ToolProgress } from './thread/subagent.ts'
export {
  emptyView,
  type QueueEntry,
  type ThreadInfo,
  type ThreadStatus,
  type ThreadView,
} from './thread/thread-view.ts'
export type * from './wire/api.ts'
export {
  agentEventJson,
  CAUGHT_UP,
  CAUGHT_UP_COMMENT,
  envelopeJson,
  eventFrame,
  eventJson,
  eventJsonIn,
  type FeedFrameName,
  type FrameHead,
  feedFrame,
  frame,
  frameAddress,
  framesWith,
  HEARTBEAT,
  inboxJson,
  isComment,
  splitFrames,
  wholeFrames,
} from './wire/frame.ts'
export {
  asLogFrames,
  CONTROL_MARK,
  type ControlRecord,
  controlRecords,
  copyEnvelopes,
  cutFrames,
  divideFrames,
  type FrameBudget,
  haveAddress,
  skipFrames,
} from './wire/frame-bytes.ts'
export { joinedFrames } from './wire/frame-joins.ts'
export { paths } from './wire/paths.ts'
export { isProblem, PROBLEM_CONTENT_TYPE, PROBLEM_STATUS, type Problem, type ProblemCode } from './wire/problem.ts'
export { snapshotOf, viewFromSnapshot } from './wire/snapshot.ts'
