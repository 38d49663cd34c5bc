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
 */
import { isEnded, type Run, type StartBody, type ThreadKey, type ThreadMessage, type ThreadView } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { problemOf, type TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Access } from './access.ts'
import { type Activity, type ActivityEvent, isBusy } from './activity.ts'
import { createIntent, type Intent, intentOf, textOf } from './intent.ts'
import type { Ledger, News } from './ledger.ts'
import { persist } from './persist.ts'
import type { FailedStart, StartIntent, StartTicket } from './port.ts'
import { RegistryError } from './registry-error.ts'
import type { Wish, Wishes } from './wishes.ts'

export interface Outbox {
  readonly failedStart: FailedStart | undefined
  /** Whether anything of it is not yet settled by the log. */
  readonly busy: boolean
  /** The text of the oldest start on its way. */
  readonly text: string
  /** Messages that the conversation does not hold yet. */
  pending(view: ThreadView | undefined): readonly ThreadMessage[]
  /** Whether this run was given up before it was accepted, and has not ended yet. */
  isReleased(runId: string): boolean
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
  /** Starts that the server has not answered for good. */
  const unanswered = new Map<string, StartBody>()
  const released = new Set<string>()
  const stoppings = new Map<string, Stopping>()
  let failedStart: FailedStart | undefined

  /** Writes down what a page after this one has to know of this run. */
  function note(runId: string): void {
    const start = unanswered.get(runId)
    const stopping = stoppings.get(runId)
    if (!start && !stopping) {
      wishes.settle({ key, runId })
      return
    }
    const { reason } = stopping ?? {}
    const cancel = stopping && { cancel: reason === undefined ? {} : { reason } }
    wishes.put({ key, runId, ...(start && { start }), ...cancel })
  }

  function start(asked: StartIntent): StartTicket {
    if (isBusy(thread.activity)) {
      throw new RegistryError('busy', 'A run is going on in this thread. Wait for it, or stop it first.')
    }
    const intent = createIntent(asked, thread.view, environment)
    const { runId, messages } = intent.body
    return { runId, messageIds: messages.map(({ id }) => id), accepted: send(intent) }
  }

  function send(intent: Intent): Promise<Run> {
    const { runId } = intent.body
    takeBack()
    unanswered.set(runId, intent.body)
    note(runId)
    const accepted = post(intent)
    // The observation tells the same: whoever does not ask for the promise has not lost anything.
    const arrival = accepted.then(
      () => true,
      () => false,
    )
    sendings.set(runId, { intent, arrival })
    thread.dispatch({ type: 'start', runId })
    thread.changed()
    return accepted
  }

  async function post(intent: Intent): Promise<Run> {
    const { body, release } = intent
    try {
      const { run } = await persist(() => transport.start(key, body), {
        environment,
        access,
        signal: AbortSignal.any([closed, release.signal]),
        again: isMomentary,
      })
      arrived(run)
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

  function arrived(run: Run): void {
    const { runId } = run
    const news = released.has(runId) ? [] : ledger.accepted(run)
    answered(runId)
    thread.dispatch({ type: 'accepted', runId })
    thread.changed(news)
    thread.exists()
  }

  /** `error` is absent when nobody is to be bothered with one. */
  function refused(intent: Intent, error?: TransportError): void {
    const { runId } = intent.body
    const text = textOf(intent)
    sendings.delete(runId)
    answered(runId)
    failedStart = { runId, text, ...(error && { error }) }
    if (text !== '') wishes.put({ key, runId, start: intent.body, refused: true })
    thread.dispatch({ type: 'refused', runId })
    thread.changed()
    if (error) options.onRefused(error)
  }

  /** The words are where they came from, or not wanted any more. */
  function takeBack(): void {
    if (failedStart && !stoppings.has(failedStart.runId)) wishes.settle({ key, runId: failedStart.runId })
    failedStart = undefined
  }

  async function cancel(asked: string | undefined, reason: string | undefined): Promise<void> {
    const { activity } = thread
    const runId = asked ?? (isBusy(activity) ? activity.runId : undefined)
    if (runId === undefined) return cancelWhateverIsLive(reason)
    const sending = activity.type === 'starting' && activity.runId === runId ? sendings.get(runId) : undefined
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
  function restore({ runId, start: body, cancel: wished, refused: words }: Wish): void {
    const intent = body && intentOf(body, thread.view)
    if (intent && words) {
      failedStart = { runId, text: textOf(intent) }
      thread.changed()
    } else if (intent && !wished) {
      void send(intent)
    } else if (wished) {
      const sending = intent && { intent, arrival: Promise.resolve(false) }
      if (sending) {
        unanswered.set(runId, sending.intent.body)
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
      return failedStart
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
      return [...sendings.values()].flatMap(({ intent }) => intent.pending).filter(({ id }) => !isHeld(id))
    },
    isReleased: (runId) => released.has(runId),
    isStopping: (runId) => stoppings.has(runId),
    observe(view) {
      for (const run of view.runs) {
        if (isEnded(run)) released.delete(run.runId)
        // A run's messages enter the conversation at its start; until then they are shown from here.
        if (isEnded(run) || (run.status !== 'queued' && run.startedAt !== undefined)) sendings.delete(run.runId)
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
      sendings.clear()
      unanswered.clear()
      released.clear()
    },
  }
}
