/**
 * What this device asks of one thread, on its way: starts and cancels, from the tick of the asking until the log has
 * them or they have failed.
 *
 * Owns: requests and their repeating, what is shown of them meanwhile, runs that were given up. Does not know:
 * connections, who looks.
 *
 * Invariants:
 * - A start that was given up is repeated no more: it must not arrive after its cancel was forgotten.
 * - Words that did not arrive go back; a complaint comes with them only if nobody cancelled (S004-29).
 * - Starts reach the server in the order in which they were asked for.
 */
import { isEnded, type Run, type StartBody, type ThreadKey, type ThreadMessage, type ThreadView } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Access } from './access.ts'
import { type Activity, type ActivityEvent, isBusy } from './activity.ts'
import { createIntent, type Intent, intentOf, textOf } from './intent.ts'
import type { Ledger, News } from './ledger.ts'
import { persist } from './persist.ts'
import type { FailedStart, StartIntent, StartTicket } from './port.ts'
import type { WaitingStart } from './queue.ts'
import { RegistryError } from './registry-error.ts'
import type { Wish, Wishes } from './wishes.ts'

export interface Outbox {
  readonly failedStart: FailedStart | undefined
  /** Whether anything of it is not yet settled by the log. */
  readonly busy: boolean
  /** The text of the oldest start on its way. */
  readonly text: string
  /** Messages that the conversation does not hold yet, but for those that wait. */
  pending(view: ThreadView | undefined): readonly ThreadMessage[]
  /** Whether this run was given up before it was accepted, and has not ended yet. */
  isReleased(runId: string): boolean
  /** Starts on their way that are to wait, in order. */
  waitingStarts(): readonly WaitingStart[]
  /** Whether it is shown among `pending`. */
  isPending(runId: string): boolean
  /** The run that starts as soon as nothing goes on any more. */
  readonly starting: string | undefined
  /** Whether a cancel of this run is on its way. */
  isStopping(runId: string): boolean
  /** The log has moved on. */
  observe(view: ThreadView): void
  start(intent: StartIntent): StartTicket
  /** Without a run: whatever is live. */
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  restore(wish: Wish): void
  dismissFailedStart(): void
  /** The thread is gone. */
  clear(): void
}

/** The thread that the outbox belongs to, as far as the outbox knows it. */
export interface OutboxThread {
  readonly view: ThreadView | undefined
  readonly activity: Activity
  /** Whether the log is at hand: what it does not show does not run. */
  readonly isLive: boolean
  dispatch(event: ActivityEvent): void
  /** The server is known to have this thread. */
  exists(): void
  /** Which run is live may be seen differently now. */
  reconsider(): void
  changed(news?: readonly News[]): void
  /** Aborted once this run has ended, or is not followed any more; absent for a run without a handle. */
  signalOf(runId: string): AbortSignal | undefined
}

export interface OutboxOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly closed: AbortSignal
  readonly ledger: Ledger
  readonly thread: OutboxThread
  readonly wishes: Wishes
  readonly access: Access
  /** A run that was asked for here will never be. */
  onRefused(error: TransportError): void
}

interface Sending {
  readonly intent: Intent
  /** Whether it is to wait behind what goes on. */
  readonly waits: boolean
  /** The run whose place it takes. */
  readonly replaces?: string
  /** Whether the server is known to have accepted it. Never rejects. */
  readonly arrival: Promise<boolean>
}

interface Stopping {
  readonly reason: string | undefined
  readonly done: Promise<void>
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { key, transport, environment, closed, ledger, thread, wishes, access } = options
  const sendings = new Map<string, Sending>()
  /** Starts that the server has not answered for good, and when they were asked for. */
  const unanswered = new Map<string, { readonly start: StartBody; readonly at: number }>()
  const released = new Set<string>()
  const stoppings = new Map<string, Stopping>()
  /** The oldest first; one at a time is shown, so that no words are lost. */
  let failedStarts: readonly FailedStart[] = []

  /** Writes down what a page after this one has to know of this run. */
  function note(runId: string): void {
    const asked = unanswered.get(runId)
    const stopping = stoppings.get(runId)
    if (!asked && !stopping) {
      wishes.settle({ key, runId })
      return
    }
    const { reason } = stopping ?? {}
    const cancel = stopping && { cancel: reason === undefined ? {} : { reason } }
    wishes.put({ key, runId, ...asked, ...cancel })
  }

  function start(asked: StartIntent): StartTicket {
    const { activity } = thread
    const busy = isBusy(activity)
    if (busy && asked.onBusy === undefined) {
      throw new RegistryError('busy', 'A run is going on in this thread. Wait for it, or stop it first.')
    }
    const intent = createIntent(asked, thread.view, environment)
    const { runId, messages } = intent.body
    const waits = busy && asked.onBusy === 'enqueue'
    const replaces = busy && asked.onBusy === 'supersede' ? activity.runId : undefined
    if (replaces !== undefined) {
      // What the server may not have yet is given up; what it has makes room when it hears of the new one.
      if (activity.type === 'starting') cancel(replaces, undefined).catch(() => {})
      else thread.dispatch({ type: 'cancel', runId: replaces })
    }
    takeBack()
    const accepted = send(intent, { waits, ...(replaces !== undefined && { replaces }) })
    return { runId, messageIds: messages.map(({ id }) => id), accepted }
  }

  function send(intent: Intent, how: Pick<Sending, 'waits' | 'replaces'>, at = environment.clock.now()): Promise<Run> {
    const { runId } = intent.body
    const before: Promise<unknown>[] = [...sendings].flatMap(([id, { arrival }]) =>
      unanswered.has(id) ? [arrival] : [],
    )
    // A cancel that comes later than what follows it would hold that too.
    const stopping = stoppings.get(how.replaces ?? '')
    if (stopping) before.push(stopping.done.catch(() => {}))
    unanswered.set(runId, { start: intent.body, at })
    note(runId)
    const accepted = before.length === 0 ? post(intent) : Promise.all(before).then(() => post(intent))
    // The observation tells the same: whoever does not ask for the promise has not lost anything.
    const arrival = accepted.then(
      () => true,
      () => false,
    )
    sendings.set(runId, { intent, arrival, ...how })
    if (!how.waits) thread.dispatch({ type: 'start', runId })
    thread.changed()
    return accepted
  }

  async function post(intent: Intent): Promise<Run> {
    const { body, release } = intent
    try {
      // Given up while another start was waited for.
      if (release.signal.aborted) throw new TransportError({ type: 'aborted' })
      const { run } = await persist(() => transport.start(key, body), {
        environment,
        access,
        signal: AbortSignal.any([closed, release.signal]),
        again: isMomentary,
      })
      arrived(run, body)
      return run
    } catch (cause) {
      const error = transportError(cause)
      // Whoever comes after this registry finds the wish.
      if (closed.aborted) throw error
      // Every answer was lost, and yet the log shows the run: it was accepted.
      const shown = find(body.runId)
      if (shown) {
        answered(body.runId)
        return shown
      }
      if (!release.signal.aborted) refused(intent, error)
      throw error
    }
  }

  /** The thread is held by a run that was given up or has ended meanwhile: whoever sends next is not to see that. */
  function isMomentary(error: TransportError): boolean {
    const problem = problemOf(error)
    if (problem?.code !== 'run_active' || problem.runId === undefined) return false
    const holder = find(problem.runId)
    return released.has(problem.runId) || (holder !== undefined && isEnded(holder))
  }

  function find(runId: string): Run | undefined {
    return thread.view?.runs.find((run) => run.runId === runId)
  }

  function answered(runId: string): void {
    unanswered.delete(runId)
    note(runId)
  }

  function arrived(run: Run, { onBusy }: StartBody): void {
    const { runId } = run
    // What waits, or waits for another's end, is announced when the log shows that it runs.
    const news = released.has(runId) || onBusy !== undefined ? [] : ledger.accepted(run)
    answered(runId)
    thread.dispatch({ type: 'accepted', runId })
    thread.changed(news)
    thread.exists()
  }

  /** `error` is absent when nobody is to be bothered with one. */
  function refused(intent: Intent, error?: TransportError): void {
    const { runId } = intent.body
    const text = textOf(intent)
    const sending = sendings.get(runId)
    const at = unanswered.get(runId)?.at
    sendings.delete(runId)
    answered(runId)
    // What waited and was taken out is not wanted any more.
    if (error || !sending?.waits) {
      failedStarts = [...failedStarts, { runId, text, ...(error && { error }) }]
      if (text !== '') wishes.put({ key, runId, start: intent.body, ...(at !== undefined && { at }), refused: true })
    }
    thread.dispatch({ type: 'refused', runId })
    if (sending?.replaces !== undefined) {
      thread.dispatch({ type: 'cancel-refused', runId: sending.replaces })
      thread.reconsider()
    }
    thread.changed()
    if (error) options.onRefused(error)
  }

  /** The words are where they came from, or not wanted any more. */
  function takeBack(): void {
    const [failed, ...others] = failedStarts
    if (failed && !stoppings.has(failed.runId)) wishes.settle({ key, runId: failed.runId })
    failedStarts = others
  }

  async function cancel(asked: string | undefined, reason: string | undefined): Promise<void> {
    const { activity } = thread
    const runId = asked ?? (isBusy(activity) ? activity.runId : undefined)
    if (runId === undefined) return cancelWhateverIsLive(reason)
    const sending = unanswered.has(runId) && !find(runId) ? sendings.get(runId) : undefined
    if (sending) giveUp(sending)
    return stop(runId, reason, sending)
  }

  function giveUp({ intent }: Sending): void {
    const { runId } = intent.body
    released.add(runId)
    ledger.release(runId)
    intent.release.abort()
  }

  /** A second wish for the same end waits for the first. */
  function stop(runId: string, reason: string | undefined, sending: Sending | undefined): Promise<void> {
    const before = stoppings.get(runId)
    if (before) return before.done
    const { promise: done, resolve, reject } = Promise.withResolvers<void>()
    stoppings.set(runId, { reason, done })
    note(runId)
    thread.dispatch({ type: 'cancel', runId })
    // What waits for a sign-in is not under way: its words are free at once.
    if (sending && access.snapshot() === 'signed-out') refused(sending.intent)
    thread.changed()
    deliver(runId, reason, sending).then(resolve, reject)
    return done
  }

  async function deliver(runId: string, reason: string | undefined, sending: Sending | undefined): Promise<void> {
    const over = thread.signalOf(runId)
    try {
      const answer = await persist(() => transport.cancelRun(key, runId, reason), {
        environment,
        access,
        signal: over ? AbortSignal.any([closed, over]) : closed,
      })
      const isKnown = 'alreadyTerminal' in answer || answer.run !== undefined
      stoppings.delete(runId)
      if (sending) await dropUnlessArrived(sending, isKnown)
      answered(runId)
    } catch (cause) {
      if (closed.aborted) throw transportError(cause)
      stoppings.delete(runId)
      answered(runId)
      // It has ended, and needs no cancel any more.
      if (over?.aborted) return
      released.delete(runId)
      thread.dispatch({ type: 'cancel-refused', runId })
      thread.reconsider()
      thread.changed()
      if (sending) await dropUnlessArrived(sending, false)
      throw transportError(cause)
    }
  }

  /** What was given up before the server had it was never said. */
  async function dropUnlessArrived({ intent, arrival }: Sending, isKnown: boolean): Promise<void> {
    const { runId } = intent.body
    if ((await arrival) || isKnown) {
      thread.exists()
      return
    }
    released.delete(runId)
    if (sendings.has(runId)) refused(intent)
  }

  /** Goes on with what a page before this one had begun. */
  function restore({ runId, start: body, cancel: wished, at = 0, refused: words }: Wish): void {
    const intent = body && intentOf(body, thread.view)
    const waits = body?.onBusy === 'enqueue'
    if (intent && words) {
      failedStarts = [...failedStarts, { runId, text: textOf(intent) }]
      thread.changed()
    } else if (intent && !wished) {
      send(intent, { waits }, at).catch(() => {})
    } else if (wished) {
      const sending = intent && { intent, waits, arrival: Promise.resolve(false) }
      if (sending) {
        unanswered.set(runId, { start: sending.intent.body, at })
        sendings.set(runId, sending)
        giveUp(sending)
      }
      stop(runId, wished.reason, sending).catch(() => {})
    }
  }

  async function cancelWhateverIsLive(reason: string | undefined): Promise<void> {
    if (thread.isLive) return
    try {
      const answer = await persist(() => transport.cancelThread(key, reason), { environment, access, signal: closed })
      if ('alreadyTerminal' in answer || !answer.run || isEnded(answer.run)) return
      // From here on it is followed to its end.
      thread.dispatch({ type: 'stopping', runId: answer.run.runId })
      thread.changed()
    } catch (cause) {
      // Nothing runs where nothing is.
      if (problemOf(transportError(cause))?.code !== 'not_found') throw transportError(cause)
    }
  }

  return {
    get failedStart() {
      return failedStarts[0]
    },
    get busy() {
      return sendings.size > 0 || released.size > 0
    },
    get text() {
      const [sending] = sendings.values()
      return sending ? textOf(sending.intent) : ''
    },
    pending(view) {
      // New messages are at the end of the conversation, so that is where the search begins.
      const isHeld = (id: string) => view?.messages.findLast((message) => message.id === id) !== undefined
      return [...sendings.values()]
        .filter(({ waits }) => !waits)
        .flatMap(({ intent }) => intent.pending)
        .filter(({ id }) => !isHeld(id))
    },
    waitingStarts: () =>
      [...sendings].flatMap(([runId, { intent, waits, arrival }]) =>
        waits ? [{ runId, messages: intent.body.messages, arrival }] : [],
      ),
    isPending: (runId) => sendings.get(runId)?.waits === false,
    get starting() {
      for (const [runId, { waits }] of sendings)
        if (!waits && unanswered.has(runId) && !released.has(runId)) return runId
      return undefined
    },
    isReleased: (runId) => released.has(runId),
    isStopping: (runId) => stoppings.has(runId),
    observe(view) {
      for (const run of view.runs) {
        if (isEnded(run)) released.delete(run.runId)
        // A run's messages enter the conversation at its start; until then they are shown from here.
        if (isEnded(run) || (run.status !== 'queued' && run.startedAt !== undefined)) sendings.delete(run.runId)
      }
      // Unless they wait, whoever has put them there.
      for (const { run, first } of view.queue) {
        if (sendings.get(run.runId)?.waits || (view.queuePaused && !first)) sendings.delete(run.runId)
      }
    },
    start,
    cancel,
    restore,
    dismissFailedStart() {
      takeBack()
      thread.changed()
    },
    clear() {
      for (const runId of [...unanswered.keys(), ...stoppings.keys()]) wishes.settle({ key, runId })
      for (const { runId } of failedStarts) wishes.settle({ key, runId })
      sendings.clear()
      unanswered.clear()
      released.clear()
    },
  }
}
