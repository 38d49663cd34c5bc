/**
 * The run registry of Holdfast: everything a page needs to look at runs that live elsewhere.
 *
 *     const environment = browserEnvironment()
 *     const { clock } = environment
 *     const transport = createOneConnection({ source: createHttpTransport({ clock }), clock })
 *     const registry = createRunRegistry({ transport, environment })
 *
 *     const thread = registry.observe({ roomId, threadId })     // before, during and after any run
 *     const stop = thread.subscribe(() => render(thread.snapshot()))
 *     const { runId } = registry.start(key, { text: 'Hello' })  // visible in the same tick: activity, pending
 *     await registry.cancel(key)                                // the only thing that ends a run
 *     registry.answer(key, [{ interruptId, status: 'resolved', payload: { approved: true } }])
 *     stop()                                                    // the run does not notice
 *
 * `thread.snapshot()` is a `ThreadState`:
 *
 * - `content`   `loading` | `new` (no such thread yet) | `ready{view: ThreadView}` | `gone` (deleted)
 * - `pending`   messages sent from here that `content` does not hold yet: render `[...pathTo(view, …), ...pending]`
 * - `queue`     `{items: [{runId, text, stage}], paused}`: what was sent with `onBusy: 'enqueue'` and waits for its turn;
 *   `editQueued`, `reorderQueue`, `pauseQueue`, `resumeQueue`, `sendNow`; `cancel({key, runId})` takes one out
 * - `answering` the answers to `view.interrupts` that are on their way from here
 * - `activity`  `idle{last?}` | `starting{runId}` | `active{runId}` | `cancelling{runId}`: what the composer shows
 * - `connection` `idle` | `connecting` | `catching-up` | `live` | `waiting` | `paused{reasons}`: its own quiet line
 * - `failedStart` `{runId, text, error?}`: give the text back, then `registry.dismissFailedStart(key)`
 *
 * With `cache` (`@holdfast/client/cache`) threads and lists outlive the page, and are shown before the server answers.
 *
 * Lists: `observeThreads(roomId)`, `observeRooms()`, `active`, `overview` (activity anywhere). Everything that happens:
 * `events` (`RegistryEvent`); of it, the lives of runs: `lifecycle` (`RunStarted`, `RunCompleted{outcome}`). Handles of
 * runs: `deriveRunHandles(registry)`. In React: `@holdfast/react`.
 */

export type { AccessState } from './access/access.ts'
export type { DeviceCache } from './cache/port.ts'
export { createFlowingSource, type FlowingOptions } from './connection/flowing.ts'
export { createOneConnection, type OneConnectionOptions } from './connection/one-connection.ts'
export { type BrowserEnvironmentOptions, browserEnvironment, browserFocus } from './environment/browser.ts'
export type {
  Connectivity,
  Environment,
  Focus,
  Frames,
  Keep,
  Shared,
  SharedChange,
  Visibility,
} from './environment/port.ts'
export type { FollowCounters } from './follow/port.ts'
export type { ConnectionState, PauseReason } from './follow/state.ts'
export type { InboxStream, ListState, OverviewState, ThreadListObservation, ThreadListState } from './lists/port.ts'
export type { Observable } from './observable/observable.ts'
export { createPresenceReporter, type PresenceReporter, type PresenceReporterOptions } from './presence/reporter.ts'
export { deriveRunHandles } from './registry/derived-handles.ts'
export type { Diagnostic, EventStream, RegistryEvent } from './registry/events.ts'
export type { RunHandle, RunState, RunSubscription } from './registry/handle.ts'
export type { OnRunCompleted, RunHandles } from './registry/handles.ts'
export { createLeanRunRegistry, type LeanRunRegistryOptions } from './registry/lean.ts'
export type { RegistryDiagnostics, RunRegistry } from './registry/port.ts'
export { createRunRegistry, type RunRegistryOptions } from './registry/registry.ts'
export { type Activity, type EndedActivity, isBusy } from './thread/activity.ts'
export type { Folding } from './thread/content.ts'
export type { LifecycleEvent, LifecycleStream } from './thread/lifecycle.ts'
export type {
  ActiveRun,
  Answers,
  FailedStart,
  RunRef,
  StartIntent,
  StartTicket,
  ThreadContent,
  ThreadObservation,
  ThreadQueue,
  ThreadState,
  WaitingMessage,
} from './thread/port.ts'
export { RegistryError, type RegistryErrorCode } from './thread/registry-error.ts'
export { isTransient, problemOf, TransportError, type TransportFault } from './transport/error.ts'
export { createHttpTransport } from './transport/http.ts'
export { createHttpAsk, type HttpOptions } from './transport/http-ask.ts'
export type { Delivery, DropReason, LogHandlers, ReadTransport, RunTransport, Source } from './transport/port.ts'
export type { AnswerOf, ArgsOf, DeleteThreadOptions, RunPageQuery, ThreadPageQuery, Verb } from './transport/verbs.ts'
