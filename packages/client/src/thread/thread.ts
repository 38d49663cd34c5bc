/**
 * One thread as the registry keeps it: its content, its connection and its activity, joined to one observable state.
 *
 * Owns: the joining. Does not know: other threads, requests (`outbox.ts`), handles (`announcer.ts`), observers
 * (`audience.ts`), how many connections there may be (`registry.ts` says when to follow).
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
  type ThreadKey,
  type ThreadMessage,
  type ThreadView,
} from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import type { Backoff } from '../follow/backoff.ts'
import { createFollower, type FollowCounters } from '../follow/follow.ts'
import { type ConnectionState, isConnected } from '../follow/state.ts'
import type { TransportError } from '../transport/error.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import { type Activity, type ActivityEvent, isBusy, nextActivity, QUIET } from './activity.ts'
import type { Announcer, ThreadForAnnouncer } from './announce.ts'
import { createAudience } from './audience.ts'
import { createContentKeeper } from './content.ts'
import type { GivenUp } from './given-up.ts'
import { hang } from './intent.ts'
import { createLedger, type News } from './ledger.ts'
import { createLookUp } from './look-up.ts'
import { createOutbox } from './outbox.ts'
import type { OutboxThread } from './outbox-port.ts'
import type { StartIntent, StartTicket, ThreadState } from './port.ts'
import { createQueue, type Queue } from './queue.ts'
import { RegistryError } from './registry-error.ts'
import type { Wish, Wishes } from './wishes.ts'

export interface Thread {
  readonly key: ThreadKey
  readonly activity: Activity
  readonly counters: FollowCounters
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
  retry(runId: string, agentId?: string): StartTicket
  continueFrom(messageId: string): StartTicket
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  readonly queue: Pick<Queue, 'edit' | 'reorder' | 'pause' | 'sendNow'>
  dismissFailedStart(): void
  /** Goes on with what a page before this one had begun. */
  restore(wish: Wish): void
  /** Another tab has given this start up, and has its words. */
  letGo(runId: string): void
  /** Takes its content anew. */
  refresh(): void
  /** Somebody has to sign in: nothing is asked until then, and what was asked is given up. */
  expire(): void
  /** Somebody signed in, or does not want to wait for the next attempt. */
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
  readonly backoff: Backoff
  announcerOf(thread: ThreadForAnnouncer): Announcer
  /** A run that was asked for here will never exist. */
  onRefused(error: TransportError): void
  readonly wishes: Wishes
  readonly givenUp: GivenUp
  readonly access: Access
}

export function createThread(options: ThreadOptions): Thread {
  const { key, transport, environment, closed } = options
  const audience = createAudience({ environment, read: settle, onChange: options.onChange })
  const keeper = createContentKeeper(key)
  const ledger = createLedger()
  const lookUp = createLookUp(transport, key, closed)
  let activity = QUIET
  let pending: readonly ThreadMessage[] = []
  /** The server has said that it has this thread: an answer from before that is out of date. */
  let known = false
  /** The messages of what has its turn, made once. */
  let next: { readonly entry: QueueEntry; readonly messages: readonly ThreadMessage[] } | undefined

  const follower = createFollower({
    key,
    transport,
    environment,
    backoff: options.backoff,
    sink: {
      get seq() {
        return keeper.seq
      },
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

  /** The thread as its parts know it. */
  const self: OutboxThread = {
    get view() {
      return keeper.view
    },
    get activity() {
      return activity
    },
    get isLive() {
      return follower.state.type === 'live'
    },
    dispatch,
    exists() {
      known = true
      follower.found()
    },
    reconsider: () => keeper.view && dispatchLive(keeper.view),
    changed(news) {
      options.onChange()
      publish(news)
    },
    signalOf: (runId) => announcer.signalOf(runId),
  }

  const announcer = options.announcerOf({
    get activity() {
      return activity
    },
    get view() {
      return keeper.view
    },
    // This device knows no more of the run until it looks again.
    detached(runId) {
      if (!isBusy(activity) || activity.runId !== runId) return
      dispatch({ type: 'gone' })
      publish()
    },
  })

  const outbox = createOutbox({
    ...options,
    ledger,
    lookUp,
    thread: self,
  })

  const queue = createQueue({
    ...options,
    lookUp,
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
    connection: follower.state,
  }

  // ---- what comes from the log

  function take(batch: readonly Envelope[]): void {
    keeper.apply(batch)
    if (follower.state.type !== 'live') return
    if (batch.some(({ kind }) => kind === 'control')) settle()
    else audience.soon()
  }

  function missing(): void {
    if (known) {
      known = false
      follower.found()
      return
    }
    forget()
    options.onChange()
    publish()
  }

  function changed(connection: ConnectionState): void {
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
        follower.resume('missing')
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
    outbox.giveBack()
    dispatch({ type: 'gone' })
    announcer.tell(ledger.abandon({ type: 'cancelled', by: 'server', reason: 'The thread was deleted.' }))
  }

  /** A thread that is not there yet may be about to be made from here. */
  function forget(): void {
    keeper.forget()
    if (outbox.busy) return
    dispatch({ type: 'gone' })
    const message = 'The server does not have this thread any more.'
    announcer.tell(ledger.abandon({ type: 'failed', code: 'store_failed', message }))
  }

  /** Reads what the log has brought and makes everything else agree with it. */
  function settle(): void {
    audience.caughtUp()
    publish(keeper.stale ? agree() : [])
  }

  function agree(): readonly News[] {
    const before = keeper.view
    keeper.read()
    if (keeper.content.type === 'gone') follower.pause('deleted')
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
    announcer.follow()
    options.onChange()
  }

  /** The state is changed before the news of it are told, and those before views are: all then say the same. */
  function publish(news: readonly News[] = []): void {
    const changed = refresh()
    announcer.tell(news)
    if (changed) audience.tell()
  }

  function refresh(): boolean {
    const onTheWay = unsaid()
    queue.observe()
    if (onTheWay.length !== pending.length || onTheWay.some((message, at) => message !== pending[at])) {
      pending = onTheWay
    }
    const { content } = keeper
    const { failedStart } = outbox
    const connection = follower.state
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

  return {
    key,
    get activity() {
      return activity
    },
    counters: follower.counters,
    get need() {
      if (audience.looks) return 'observed'
      if (isBusy(activity) || outbox.busy) return 'running'
      return audience.lingers ? 'lingering' : 'none'
    },
    get connected() {
      return isConnected(follower.state)
    },
    get warm() {
      return follower.state.type !== 'idle' && keeper.content.type !== 'loading'
    },
    get pendingText() {
      return outbox.text
    },
    snapshot() {
      // Nobody was told of what came while nobody looked; whoever looks now sees all of it.
      if (!audience.looks && follower.state.type === 'live') settle()
      return state
    },
    subscribe(listener) {
      // What was not there when somebody last looked may have been made elsewhere since.
      if (!audience.looks) follower.resume('missing')
      const undo = audience.add(listener)
      if (keeper.stale && follower.state.type === 'live') audience.soon()
      options.onChange()
      return undo
    },
    follow(wanted) {
      if (!wanted) follower.close()
      else if (keeper.content.type !== 'gone') follower.open()
    },
    start: outbox.start,
    retry(runId, agentId) {
      const run = keeper.view?.runs.find((each) => each.runId === runId)
      if (!run) throw new RegistryError('unknown_run', 'This run is not known here. Open its thread and try again.')
      const { parentId } = run
      return outbox.start({
        messages: [],
        agentId: agentId ?? run.agentId,
        ...(parentId === undefined ? {} : { parentId }),
      })
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
    letGo: outbox.letGo,
    refresh: follower.refresh,
    expire: () => follower.pause('unauthorized'),
    resume() {
      follower.resume('unauthorized')
      follower.wake()
    },
    vanish() {
      follower.pause('deleted')
      if (keeper.content.type !== 'gone') bury()
      options.onChange()
      publish()
    },
    close() {
      audience.close()
      follower.close()
    },
  }
}
