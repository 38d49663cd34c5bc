export { DEFAULT_ROOM_ID, ID_PATTERN, isId, keyOf, keyString, sameKey, type ThreadKey } from './key/thread-key.ts'
export { createThreadMap, type ThreadMap } from './key/thread-map.ts'
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
export { type Attention, compareAttention } from './policy/attention.ts'
export { type Backoff, backoffDelay } from './policy/backoff.ts'
export type { Clock } from './policy/clock.ts'
export type { AfterCrash } from './run/after-crash.ts'
export { type Closable, closingEvents } from './run/close.ts'
export { knownUsage, type RunStart, runStarted, runTerminal } from './run/events.ts'
export type { OpenItem } from './run/open-item.ts'
export {
  FAILURE_CODES,
  type Failure,
  type FailureCode,
  failureSaying,
  type Outcome,
  type OutcomeType,
} from './run/outcome.ts'
export {
  createRecorder,
  DEFAULT_RECORDER_LIMITS,
  type ForeignEvent,
  type Recorder,
  type RecorderLimits,
  type RecorderOptions,
  type Verdict,
} from './run/recorder.ts'
export { type EndedRun, isEnded, type LiveRun, type QueuedRun, type Run, type RunStatus } from './run/run.ts'
export { type RunEvent, type Transition, transition } from './run/transitions.ts'
export { growsIn } from './thread/conversation.ts'
export { createFold, emptyView, type ThreadFold } from './thread/fold.ts'
export { inBrief, messageIn } from './thread/lookup.ts'
export type { ThreadMessage } from './thread/message.ts'
export { nextToStart } from './thread/next.ts'
export { newestLeaf, pathTo, siblingsOf } from './thread/path.ts'
export { isHeld, threadStatus } from './thread/status.ts'
export type { QueueEntry, ThreadInfo, ThreadStatus, ThreadView } from './thread/thread-view.ts'
export type * from './wire/api.ts'
export {
  envelopeJson,
  eventJson,
  type FrameHead,
  frame,
  frameAddress,
  framesWith,
  HEARTBEAT,
  splitFrames,
} from './wire/frame.ts'
export { jsonDepth } from './wire/json-depth.ts'
export { paths } from './wire/paths.ts'
export { isProblem, PROBLEM_CONTENT_TYPE, PROBLEM_STATUS, type Problem, type ProblemCode } from './wire/problem.ts'
export { joinedFrames } from './wire/read-frames.ts'
export { snapshotOf, viewFromSnapshot } from './wire/snapshot.ts'
