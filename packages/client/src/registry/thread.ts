/**
 * One thread as the registry keeps it: its content, its connection and its activity, joined to one observable state.
 *
 * Owns: the joining, when observers are told, starts and cancels of this thread. Does not know: other threads, how many
 * connections there may be (`registry.ts` says when to follow).
 *
 * Invariants:
 * - An intent is visible in the tick in which it was had: before anything is awaited.
 * - Observers are told at most once a frame, and not at all while history is caught up; what begins or ends a run is
 *   told at once.
 * - The state is changed before the news of it is told (S000-45).
 * - Nobody's leaving sends a request.
 */
import type { Envelope, Run, ThreadKey, ThreadMessage } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { createFeed, type FeedCounters } from '../feed/feed.ts'
import { type FeedState, isConnected } from '../feed/state.ts'
import { problemOf, type TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { type Activity, type ActivityEvent, isBusy, nextActivity, QUIET } from './activity.ts'
import { createContentKeeper } from './content.ts'
import { createIntent, type Intent, isHeld, textOf } from './intent.ts'
import { createLedger } from './ledger.ts'
import { createListeners } from './observable.ts'
import { persist } from './persist.ts'
import {
  type FailedStart,
  type LifecycleEvent,
  RegistryError,
  type StartIntent,
  type StartTicket,
  type ThreadState,
} from './port.ts'

/** How long a thread that nobody looks at any more is followed on: people go back and forth. */
const LINGER_MS = 5_000

export interface Thread {
  readonly key: ThreadKey
  readonly activity: Activity
  readonly counters: FeedCounters
  /** Whether somebody looks, looked a moment ago, or something here is on its way or running. */
  readonly need: 'observed' | 'running' | 'lingering' | 'none'
  readonly connected: boolean
  /** The text of what is on its way: what a list calls a thread that it does not know yet. */
  readonly pendingText: string
  snapshot(): ThreadState
  subscribe(listener: () => void): () => void
  follow(wanted: boolean): void
  start(intent: StartIntent): StartTicket
  retry(runId: string): StartTicket
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  dismissFailedStart(): void
  /** Somebody signed in. */
  resume(): void
  close(): void
}

interface Sending {
  readonly intent: Intent
  /** Whether the server is known to have accepted it. Never rejects. */
  readonly arrival: Promise<boolean>
}

export interface ThreadOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  /** Aborted when the registry is closed. */
  readonly closed: AbortSignal
  /** Need or activity may have changed. */
  onChange(): void
  onNews(event: LifecycleEvent): void
}

export function createThread(options: ThreadOptions): Thread {
  const { key, transport, environment, closed } = options
  const listeners = createListeners()
  const keeper = createContentKeeper(key)
  const ledger = createLedger(key)
  const sendings = new Map<string, Sending>()
  /** Runs that were given up before they were accepted, until the log shows their end. */
  const released = new Set<string>()
  let activity = QUIET
  let failedStart: FailedStart | undefined
  let pending: readonly ThreadMessage[] = []
  let undoFrame: (() => void) | undefined
  let undoLinger: (() => void) | undefined

  const feed = createFeed({
    key,
    transport,
    environment,
    sink: {
      snapshot(snapshot) {
        keeper.replace(snapshot)
        settle()
      },
      envelopes: take,
      changed,
    },
  })

  let state: ThreadState = { key, content: keeper.content, pending, activity, connection: feed.state }

  // ---- what comes from the log

  function take(batch: readonly Envelope[]): void {
    keeper.apply(batch)
    if (feed.state.type !== 'live') return
    if (batch.some(({ kind }) => kind === 'control')) settle()
    else if (listeners.size > 0) undoFrame ??= environment.frames.next(settle)
  }

  function changed(connection: FeedState): void {
    if (connection.type === 'live') {
      settle()
      return
    }
    if (connection.type === 'paused') {
      if (connection.reasons.has('deleted')) bury()
      else if (connection.reasons.has('missing')) forget()
      options.onChange()
    }
    publish()
  }

  function bury(): void {
    keeper.bury()
    sendings.clear()
    released.clear()
    dispatch({ type: 'gone' })
  }

  /** A thread that is not there yet may be about to be made from here. */
  function forget(): void {
    keeper.forget()
    if (sendings.size === 0) dispatch({ type: 'gone' })
  }

  /** Reads what the log has brought and makes everything else agree with it. */
  function settle(): void {
    undoFrame?.()
    undoFrame = undefined
    const news = keeper.stale ? agree() : []
    publish()
    for (const event of news) options.onNews(event)
  }

  function agree(): readonly LifecycleEvent[] {
    const before = keeper.view?.runs
    keeper.read()
    if (keeper.content.type === 'gone') feed.pause('deleted')
    const { view } = keeper
    if (!view) return []
    for (const [runId, { intent }] of sendings) {
      if (isHeld(intent, view)) sendings.delete(runId)
    }
    if (view.runs === before) return []
    const { news, ended } = ledger.observe(view.runs)
    for (const { runId, outcome } of ended) {
      released.delete(runId)
      dispatch({ type: 'ended', runId, outcome })
    }
    dispatchLive(view.runs)
    return news
  }

  function dispatchLive(runs: readonly Run[]): void {
    const mine = runs.filter(({ runId }) => !released.has(runId))
    const live =
      mine.find(({ status }) => status === 'running' || status === 'cancelling') ??
      mine.find(({ status }) => status === 'queued')
    if (live) dispatch({ type: live.status === 'cancelling' ? 'stopping' : 'live', runId: live.runId })
  }

  // ---- what observers are told

  function dispatch(event: ActivityEvent): void {
    const next = nextActivity(activity, event)
    if (next === activity) return
    activity = next
    options.onChange()
  }

  function publish(): void {
    const onTheWay = [...sendings.values()].flatMap(({ intent }) => intent.pending)
    if (onTheWay.length !== pending.length || onTheWay.some((message, at) => message !== pending[at])) {
      pending = onTheWay
    }
    const { content } = keeper
    const connection = feed.state
    if (
      state.content === content &&
      state.pending === pending &&
      state.activity === activity &&
      state.connection === connection &&
      state.failedStart === failedStart
    )
      return
    state = { key, content, pending, activity, connection, ...(failedStart && { failedStart }) }
    listeners.tell()
  }

  // ---- intent

  function send(asked: StartIntent): StartTicket {
    if (isBusy(activity)) {
      throw new RegistryError('busy', 'A run is going on in this thread. Wait for it, or stop it first.')
    }
    const intent = createIntent(asked, keeper.view, environment)
    const { runId, messages } = intent.body
    failedStart = undefined
    const accepted = post(intent)
    const arrival = accepted.then(
      () => true,
      () => false,
    )
    sendings.set(runId, { intent, arrival })
    dispatch({ type: 'start', runId })
    options.onChange()
    publish()
    // The observation tells the same: whoever does not ask for the promise has not lost anything.
    return { runId, messageIds: messages.map(({ id }) => id), accepted }
  }

  async function post(intent: Intent): Promise<Run> {
    const { body, release } = intent
    try {
      const { run } = await persist(() => transport.start(key, body), {
        environment,
        signal: AbortSignal.any([closed, release.signal]),
        again: waitsForReleased,
      })
      arrived(body.runId)
      return run
    } catch (cause) {
      const error = transportError(cause)
      // Every answer was lost, and yet the log shows the run: it was accepted.
      const shown = keeper.view?.runs.find(({ runId }) => runId === body.runId)
      if (shown) return shown
      if (!release.signal.aborted) refused(intent, error)
      throw error
    }
  }

  /** A run that was given up may hold the thread for another moment: whoever starts the next one is not to see that. */
  function waitsForReleased(error: TransportError): boolean {
    const problem = problemOf(error)
    return problem?.code === 'run_active' && problem.runId !== undefined && released.has(problem.runId)
  }

  function arrived(runId: string): void {
    const news = released.has(runId) ? [] : ledger.accepted(runId)
    dispatch({ type: 'accepted', runId })
    feed.resume('missing')
    options.onChange()
    publish()
    for (const event of news) options.onNews(event)
  }

  /** `error` is absent when nobody is to be bothered with one. */
  function refused(intent: Intent, error?: TransportError): void {
    const { runId } = intent.body
    sendings.delete(runId)
    failedStart = { runId, text: textOf(intent), ...(error && { error }) }
    dispatch({ type: 'refused', runId })
    options.onChange()
    publish()
  }

  async function cancel(asked: string | undefined, reason: string | undefined): Promise<void> {
    const runId = asked ?? (isBusy(activity) ? activity.runId : undefined)
    if (runId === undefined) return cancelWhateverIsLive(reason)
    const sending = activity.type === 'starting' && activity.runId === runId ? sendings.get(runId) : undefined
    if (sending) {
      released.add(runId)
      ledger.release(runId)
      sending.intent.release.abort()
    }
    dispatch({ type: 'cancel', runId })
    publish()
    try {
      const answer = await persist(() => transport.cancelRun(key, runId, reason), { environment, signal: closed })
      const known = 'alreadyTerminal' in answer || answer.run !== undefined
      if (sending) await dropUnlessArrived(sending, known)
    } catch (cause) {
      uncancelled(runId)
      if (sending) await dropUnlessArrived(sending, false)
      throw transportError(cause)
    }
  }

  /** What was given up before the server had it was never said: its words go back, without a complaint (S004-29). */
  async function dropUnlessArrived({ intent, arrival }: Sending, known: boolean): Promise<void> {
    if ((await arrival) || known) {
      feed.resume('missing')
      return
    }
    released.delete(intent.body.runId)
    refused(intent)
  }

  async function cancelWhateverIsLive(reason: string | undefined): Promise<void> {
    // The log is at hand and shows that nothing runs.
    if (feed.state.type === 'live') return
    await persist(() => transport.cancelThread(key, reason), { environment, signal: closed }).catch((cause) => {
      if (problemOf(transportError(cause))?.code !== 'not_found') throw transportError(cause)
    })
  }

  function uncancelled(runId: string): void {
    released.delete(runId)
    dispatch({ type: 'cancel-refused', runId })
    if (keeper.view) dispatchLive(keeper.view.runs)
    publish()
  }

  // ---- looking

  function unsubscribed(): void {
    if (listeners.size > 0) return
    undoFrame?.()
    undoFrame = undefined
    undoLinger = environment.clock.schedule(LINGER_MS, () => {
      undoLinger = undefined
      options.onChange()
    })
    options.onChange()
  }

  return {
    key,
    get activity() {
      return activity
    },
    counters: feed.counters,
    get need() {
      if (listeners.size > 0) return 'observed'
      if (isBusy(activity) || sendings.size > 0 || released.size > 0) return 'running'
      return undoLinger ? 'lingering' : 'none'
    },
    get connected() {
      return isConnected(feed.state)
    },
    get pendingText() {
      const [sending] = sendings.values()
      return sending ? textOf(sending.intent) : ''
    },
    snapshot() {
      // Nobody was told of what came while nobody looked; whoever looks now sees all of it.
      if (listeners.size === 0 && feed.state.type === 'live') settle()
      return state
    },
    subscribe(listener) {
      // What was not there when somebody last looked may have been made elsewhere since.
      if (listeners.size === 0) feed.resume('missing')
      const undo = listeners.add(listener)
      undoLinger?.()
      undoLinger = undefined
      if (keeper.stale && feed.state.type === 'live') undoFrame ??= environment.frames.next(settle)
      options.onChange()
      let done = false
      return () => {
        if (done) return
        done = true
        undo()
        unsubscribed()
      }
    },
    follow(wanted) {
      if (!wanted) feed.close()
      else if (keeper.content.type !== 'gone') feed.open()
    },
    start: send,
    retry(runId) {
      const run = keeper.view?.runs.find((each) => each.runId === runId)
      if (!run) throw new RegistryError('unknown_run', 'This run is not known here. Open its thread and try again.')
      return send({ messages: [], ...(run.parentId === undefined ? {} : { parentId: run.parentId }) })
    },
    cancel,
    dismissFailedStart() {
      failedStart = undefined
      publish()
    },
    resume: () => feed.resume('unauthorized'),
    close() {
      listeners.clear()
      undoFrame?.()
      undoLinger?.()
      undoFrame = undefined
      undoLinger = undefined
      feed.close()
    },
  }
}
