/**
 * One thread as the registry keeps it: its content, its connection and its activity, joined to one observable state.
 *
 * Owns: the joining, when observers are told. Does not know: other threads, requests (`outbox.ts`), how many connections there
 * may be (`registry.ts` says when to follow).
 *
 * Invariants:
 * - An intent is visible in the tick in which it was had: before anything is awaited.
 * - Observers are told at most once a frame, and not at all while history is caught up; what begins or ends a run is
 *   told at once.
 * - The state is changed before the news of it is told (S000-45).
 * - Nobody's leaving sends a request.
 */
import {
  type Envelope,
  newestLeaf,
  nextToStart,
  type QueueEntry,
  type Run,
  type ThreadKey,
  type ThreadMessage,
  type ThreadView,
} from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { createFeed, type FeedCounters } from '../feed/feed.ts'
import type { Pace } from '../feed/pace.ts'
import { type FeedState, isConnected } from '../feed/state.ts'
import { problemOf } from '../transport/error.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import type { Access } from './access.ts'
import { type Activity, type ActivityEvent, isBusy, nextActivity, QUIET } from './activity.ts'
import { createContentKeeper } from './content.ts'
import { createRunHandle, type RunHandle } from './handle.ts'
import type { RunHandles } from './handles.ts'
import { hang } from './intent.ts'
import { createLedger, type News } from './ledger.ts'
import { createListeners } from './observable.ts'
import { createOutbox } from './outbox.ts'
import type { StartIntent, StartTicket, ThreadState } from './port.ts'
import { createQueue, type Queue } from './queue.ts'
import { RegistryError } from './registry-error.ts'
import type { Wish, Wishes } from './wishes.ts'

/** How long a thread that nobody looks at any more is followed on: people go back and forth. */
const LINGER_MS = 5_000

export interface Thread {
  readonly key: ThreadKey
  readonly activity: Activity
  readonly counters: FeedCounters
  /** Whether somebody looks, looked a moment ago, or something here is on its way or running. */
  readonly need: 'observed' | 'running' | 'lingering' | 'none'
  readonly connected: boolean
  /** Whether it is followed, and there is something to lose by following it no more. */
  readonly warm: boolean
  /** The text of what is on its way: what a list calls a thread that it does not know yet. */
  readonly pendingText: string
  snapshot(): ThreadState
  subscribe(listener: () => void): () => void
  follow(wanted: boolean): void
  start(intent: StartIntent): StartTicket
  retry(runId: string): StartTicket
  continueFrom(messageId: string): StartTicket
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  readonly queue: Pick<Queue, 'edit' | 'reorder' | 'pause' | 'sendNow'>
  dismissFailedStart(): void
  /** Goes on with what a page before this one had begun. */
  restore(wish: Wish): void
  /** Takes its content anew. */
  refresh(): void
  /** Somebody has to sign in: nothing is asked until then, and what was asked is given up. */
  expire(): void
  /** Somebody signed in. */
  resume(): void
  /** It was deleted. */
  vanish(): void
  close(): void
}

export interface ThreadOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  /** Aborted when the registry is closed. */
  readonly closed: AbortSignal
  /** Need or activity may have changed. */
  onChange(): void
  onDropped(reason: DropReason, type: string | undefined, key: ThreadKey): void
  /** Shared by all threads, which share their connection. */
  readonly pace: Pace
  readonly handles: RunHandles
  readonly wishes: Wishes
  readonly access: Access
}

export function createThread(options: ThreadOptions): Thread {
  const { key, transport, environment, handles, closed } = options
  const listeners = createListeners()
  const keeper = createContentKeeper(key)
  const ledger = createLedger()
  let activity = QUIET
  let pending: readonly ThreadMessage[] = []
  /** The server has said that it has this thread: an answer from before that is out of date. */
  let known = false
  /** The messages of what has its turn, made once. */
  let next: { readonly entry: QueueEntry; readonly messages: readonly ThreadMessage[] } | undefined
  let undoFrame: (() => void) | undefined
  let undoLinger: (() => void) | undefined

  const feed = createFeed({
    key,
    transport,
    environment,
    pace: options.pace,
    sink: {
      snapshot(snapshot) {
        keeper.replace(snapshot)
        settle()
      },
      missing,
      envelopes: take,
      changed,
      dropped: (reason, type) => options.onDropped(reason, type, key),
    },
  })

  const outbox = createOutbox({
    ...options,
    ledger,
    thread: {
      get view() {
        return keeper.view
      },
      get activity() {
        return activity
      },
      get isLive() {
        return feed.state.type === 'live'
      },
      dispatch,
      exists() {
        known = true
        feed.found()
      },
      reconsider: () => keeper.view && dispatchLive(keeper.view),
      changed(news) {
        options.onChange()
        publish(news)
      },
      signalOf: (runId) => ownHandle(runId)?.token.signal,
    },
    // It was never written down, whatever the reason; the outcomes' list has a word of its own only for a missing agent.
    onRefused(error) {
      const code = problemOf(error)?.code === 'unknown_agent' ? 'agent_unknown' : 'store_failed'
      handles.notifyCompletion(key, { type: 'failed', code, message: error.message })
    },
  })

  const queue = createQueue({
    ...options,
    view: () => keeper.view,
    isSaid: (runId) => outbox.isPending(runId) || (keeper.view && turnIn(keeper.view)?.run.runId === runId) === true,
    starts: outbox.waitingStarts,
    isLeaving: outbox.isStopping,
    changed: publish,
  })

  let state: ThreadState = {
    key,
    content: keeper.content,
    pending,
    queue: queue.state,
    activity,
    connection: feed.state,
  }

  // ---- what comes from the log

  function take(batch: readonly Envelope[]): void {
    keeper.apply(batch)
    if (feed.state.type !== 'live') return
    if (batch.some(({ kind }) => kind === 'control')) settle()
    else if (listeners.size > 0) undoFrame ??= environment.frames.next(settle)
  }

  function missing(): void {
    if (known) {
      known = false
      feed.found()
      return
    }
    forget()
    options.onChange()
    publish()
  }

  function changed(connection: FeedState): void {
    if (connection.type === 'live') {
      const anew = state.connection.type !== 'live'
      settle()
      // What was let go of while nobody looked may still be going on.
      if (anew && keeper.view) dispatchLive(keeper.view)
      publish()
      return
    }
    if (connection.type === 'paused') {
      if (known && connection.reasons.has('missing')) {
        known = false
        feed.resume('missing')
        return
      }
      if (connection.reasons.has('deleted')) bury()
      else if (connection.reasons.has('missing')) forget()
      options.onChange()
    }
    publish()
  }

  function bury(): void {
    keeper.bury()
    outbox.clear()
    dispatch({ type: 'gone' })
    tell(ledger.abandon({ type: 'cancelled', by: 'server', reason: 'The thread was deleted.' }))
  }

  /** A thread that is not there yet may be about to be made from here. */
  function forget(): void {
    keeper.forget()
    if (outbox.busy) return
    dispatch({ type: 'gone' })
    const message = 'The server does not have this thread any more.'
    tell(ledger.abandon({ type: 'failed', code: 'store_failed', message }))
  }

  /** Reads what the log has brought and makes everything else agree with it. */
  function settle(): void {
    undoFrame?.()
    undoFrame = undefined
    publish(keeper.stale ? agree() : [])
  }

  function agree(): readonly News[] {
    const before = keeper.view
    keeper.read()
    if (keeper.content.type === 'gone') feed.pause('deleted')
    const { view } = keeper
    if (!view) return []
    if (view.runs === before?.runs && view.queue === before.queue && view.queuePaused === before.queuePaused) return []
    outbox.observe(view)
    const { news, ended } = ledger.observe(view.runs)
    for (const { unsaid, ...run } of ended) if (!unsaid || isBusy(activity)) dispatch({ type: 'ended', ...run })
    dispatchLive(view)
    return news
  }

  function dispatchLive(view: ThreadView): void {
    const live = mineOf(view).find(({ status }) => status === 'running' || status === 'cancelling') ?? turnIn(view)?.run
    if (live) {
      const { runId } = live
      dispatch({ type: live.status === 'cancelling' || outbox.isStopping(runId) ? 'stopping' : 'live', runId })
      return
    }
    if (isBusy(activity)) {
      const { runId } = activity
      if (view.queue.some(({ run }) => run.runId === runId)) dispatch({ type: 'waits', runId })
    }
    const { starting } = outbox
    if (starting !== undefined && !isBusy(activity)) dispatch({ type: 'start', runId: starting })
  }

  const mineOf = ({ runs }: ThreadView) => runs.filter(({ runId }) => !outbox.isReleased(runId))

  /** What starts next, now; it is as good as live. */
  function turnIn(view: ThreadView): QueueEntry | undefined {
    if (view.queue.length === 0) return undefined
    return nextToStart({ ...view, runs: mineOf(view) })
  }

  // ---- what observers are told

  function dispatch(event: ActivityEvent): void {
    const next = nextActivity(activity, event)
    if (next === activity) return
    activity = next
    mirror()
    options.onChange()
  }

  // ---- the run's handle

  function ownHandle(runId: string): RunHandle | undefined {
    const handle = handles.get(key)
    return handle?.runId === runId ? handle : undefined
  }

  /** The handle is as active as the thread is. */
  function mirror(): void {
    if (activity.type === 'active') ownHandle(activity.runId)?.become({ type: 'running' })
    else if (activity.type === 'cancelling') ownHandle(activity.runId)?.become({ type: 'cancelling' })
  }

  function tell(news: readonly News[]): void {
    for (const each of news) {
      if (closed.aborted) return
      if (each.type === 'started') begin(each.run)
      else {
        const handle = ownHandle(each.runId)
        if (handle) handles.complete(handle, each.outcome)
      }
    }
  }

  function begin({ runId, parentId, continues }: Run): void {
    const before = handles.get(key)
    const handle = createRunHandle({
      key,
      runId,
      token: new AbortController(),
      subscription: {
        close() {
          if (handle.isActive) detach(runId)
        },
      },
      userMessageId: parentId,
      previousState: keeper.view?.state,
    })
    if (continues === undefined || before?.runId !== continues || !handles.replace(before, handle)) {
      handles.register(handle)
    }
    mirror()
  }

  /** Whoever holds the registry has let go of a run that goes on: this device knows no more of it until it looks. */
  function detach(runId: string): void {
    if (closed.aborted || !isBusy(activity) || activity.runId !== runId) return
    dispatch({ type: 'gone' })
    publish()
  }

  /** The state is changed before the news of it are told, and those before views are: all then say the same. */
  function publish(news: readonly News[] = []): void {
    const changed = refresh()
    tell(news)
    if (changed) listeners.tell()
  }

  function refresh(): boolean {
    const onTheWay = unsaid()
    queue.observe()
    if (onTheWay.length !== pending.length || onTheWay.some((message, at) => message !== pending[at])) {
      pending = onTheWay
    }
    const { content } = keeper
    const { failedStart } = outbox
    const connection = feed.state
    if (
      state.content === content &&
      state.pending === pending &&
      state.queue === queue.state &&
      state.activity === activity &&
      state.connection === connection &&
      state.failedStart === failedStart
    )
      return false
    state = { key, content, pending, queue: queue.state, activity, connection, ...(failedStart && { failedStart }) }
    return true
  }

  /** What was sent from here, and whatever has its turn, whoever has sent it. */
  function unsaid(): readonly ThreadMessage[] {
    const sent = outbox.pending(keeper.view)
    const turn = keeper.view && turnIn(keeper.view)
    if (!turn || turn.messages.length === 0 || outbox.isPending(turn.run.runId)) return sent
    if (next?.entry !== turn)
      next = { entry: turn, messages: hang(turn.messages, newestLeaf(keeper.view?.messages ?? [])) }
    return [...next.messages, ...sent]
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
      if (isBusy(activity) || outbox.busy) return 'running'
      return undoLinger ? 'lingering' : 'none'
    },
    get connected() {
      return isConnected(feed.state)
    },
    get warm() {
      return feed.state.type !== 'idle' && keeper.content.type !== 'loading'
    },
    get pendingText() {
      return outbox.text
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
    start: outbox.start,
    retry(runId) {
      const run = keeper.view?.runs.find((each) => each.runId === runId)
      if (!run) throw new RegistryError('unknown_run', 'This run is not known here. Open its thread and try again.')
      const { agentId, parentId } = run
      return outbox.start({ messages: [], agentId, ...(parentId === undefined ? {} : { parentId }) })
    },
    continueFrom(messageId) {
      // Whoever has begun goes on; a message that nobody here wrote is answered by the room's agent.
      const writer = keeper.view?.messages.find(({ id }) => id === messageId)?.runId
      const run = keeper.view?.runs.find(({ runId }) => runId === writer)
      return outbox.start({ messages: [], parentId: messageId, ...(run && { agentId: run.agentId }) })
    },
    cancel: outbox.cancel,
    queue,
    dismissFailedStart: outbox.dismissFailedStart,
    restore: outbox.restore,
    refresh: feed.refresh,
    expire: () => feed.pause('unauthorized'),
    resume: () => feed.resume('unauthorized'),
    vanish() {
      feed.pause('deleted')
      if (keeper.content.type !== 'gone') bury()
      options.onChange()
      publish()
    },
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
