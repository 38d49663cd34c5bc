/**
 * What this device asks of one thread, on its way: starts and cancels, from the tick of the asking until the log has
 * them or their words are back.
 *
 * Owns: one command for each run, its requests, what is shown of them meanwhile. Does not know: connections, who looks;
 * which phase follows which event (`command.ts`), when to ask again (`retry.ts`).
 *
 * Invariants:
 * - What a person wrote is in the log or goes back to them, whatever happens to its thread.
 * - A start that was given up is repeated no more: it must not arrive after its cancel was forgotten.
 * - A complaint comes with words that go back only if nobody took them back (S004-29).
 * - Starts reach the server in the order in which they were asked for.
 */
import { isEnded, type Run, type StartBody } from '@holdfast/core'
import { problemOf, TransportError, transportError } from '../transport/error.ts'
import { isBusy } from './activity.ts'
import {
  type Command,
  isReleased,
  isShownFromHere,
  isUndecided,
  nextPhase,
  type PhaseEvent,
  reuseAfter,
  type Start,
  type Stop,
  wishOf,
} from './command.ts'
import { createIntent, type Intent, intentOf, sameAgain, textOf } from './intent.ts'
import type { Outbox, OutboxOptions } from './outbox-port.ts'
import type { FailedStart, StartIntent, StartTicket } from './port.ts'
import { RegistryError } from './registry-error.ts'
import { retry } from './retry.ts'
import { HOLDS_MS, type Wish } from './wishes.ts'

export function createOutbox(options: OutboxOptions): Outbox {
  const { key, transport, environment, closed, ledger, lookUp, thread, wishes, givenUp, access } = options
  /** In the order of their asking; what came back, in the order of its coming back. */
  const commands = new Map<string, Command>()

  const startOf = (runId: string) => commands.get(runId)?.start
  const starts = () => [...commands].flatMap(([runId, { start }]) => (start ? [{ runId, start }] : []))
  const returned = () => starts().flatMap(({ runId, start }) => (start.returned ? [{ runId, ...start.returned }] : []))
  const find = (runId: string) => thread.view?.runs.find((run) => run.runId === runId)

  function put(command: Command): void {
    const { runId, start, stop } = command
    const before = wishOf(key, commands.get(runId))
    const wish = wishOf(key, command)
    if (start || stop) commands.set(runId, command)
    else commands.delete(runId)
    if (!wish) wishes.settle({ key, runId })
    else if (JSON.stringify(wish) !== JSON.stringify(before)) wishes.put(wish)
  }

  /** Whether anything has changed. `failed` says what is told of a start whose words go back. */
  function step(runId: string, event: PhaseEvent, failed?: FailedStart): boolean {
    const command = commands.get(runId)
    if (!command?.start) return false
    const { start, ...rest } = command
    const phase = nextPhase(start.phase, event)
    if (phase === start.phase) return false
    if (phase !== 'sending') start.intent.release.abort()
    if (phase === 'settled') put(rest)
    else if (phase === 'returned') {
      const failure = failed ?? { runId, text: textOf(start.intent) }
      commands.delete(runId)
      put({
        ...rest,
        start: { ...start, phase, returned: { failed: failure, taken: false, reuse: reuseAfter(failure.error) } },
      })
    } else put({ ...rest, start: { ...start, phase } })
    return true
  }

  function start(asked: StartIntent): StartTicket {
    const { activity } = thread
    const busy = isBusy(activity)
    if (busy && asked.onBusy === undefined) {
      throw new RegistryError('busy', 'A run is going on in this thread. Wait for it, or stop it first.')
    }
    const intent = again(asked, busy) ?? createIntent(asked, thread.view, environment)
    const { runId, messages } = intent.body
    const waits = busy && asked.onBusy === 'enqueue'
    const replaces = busy && asked.onBusy === 'supersede' ? activity.runId : undefined
    if (replaces !== undefined) {
      // What the server may not have yet is given up; what it has makes room when it hears of the new one.
      if (activity.type === 'starting') cancel(replaces, undefined).catch(() => {})
      else thread.dispatch({ type: 'cancel', runId: replaces })
    }
    takeReturned('and what was taken before')
    const accepted = send(intent, { waits, ...(replaces !== undefined && { replaces }) })
    return { runId, messageIds: messages.map(({ id }) => id), accepted }
  }

  /** Words that came back, sent as they are: the same message again, not another one with the same words. */
  function again(asked: StartIntent, busy: boolean): Intent | undefined {
    if (!asked.text) return undefined
    const same = returned().find(({ failed, reuse }) => failed.text === asked.text && reuse !== 'nothing')
    const before = same && startOf(same.runId)
    return before && sameAgain(before.intent, asked, { run: same.reuse === 'run', busy }, thread.view, environment)
  }

  function send(intent: Intent, how: Pick<Start, 'waits' | 'replaces'>, at = environment.clock.now()): Promise<Run> {
    const { runId } = intent.body
    const before: Promise<unknown>[] = starts()
      .filter(({ start }) => isUndecided(start.phase))
      .map(({ start }) => start.arrival)
    // A cancel that comes later than what follows it would hold that too.
    const stopping = commands.get(how.replaces ?? '')?.stop
    if (stopping) before.push(stopping.done.catch(() => {}))
    const accepted = before.length === 0 ? post(intent, at) : Promise.all(before).then(() => post(intent, at))
    // The observation tells the same: whoever does not ask for the promise has not lost anything.
    const arrival = accepted.then(
      () => true,
      () => false,
    )
    put({ ...commands.get(runId), runId, start: { intent, at, phase: 'sending', arrival, ...how } })
    if (!how.waits) thread.dispatch({ type: 'start', runId })
    thread.changed()
    return accepted
  }

  async function post(intent: Intent, at: number): Promise<Run> {
    const { body, release } = intent
    const { runId } = body
    try {
      // Given up while another start was waited for.
      if (release.signal.aborted) throw new TransportError({ type: 'aborted' })
      const run = await retry(() => ask(body), {
        environment,
        access,
        signal: AbortSignal.any([closed, release.signal]),
        again: isMomentary,
        find: () => lookUp(({ runs }) => runs.find((run) => run.runId === runId)),
        until: at + HOLDS_MS,
      })
      arrived(run, body)
      return run
    } catch (cause) {
      const error = transportError(cause)
      // Whoever comes after this registry finds the wish.
      if (closed.aborted) throw error
      const shown = find(runId)
      if (shown) {
        if (step(runId, 'accepted')) thread.changed()
        return shown
      }
      if (!release.signal.aborted) refused(runId, error)
      throw error
    }
  }

  async function ask(body: StartBody): Promise<Run> {
    const { runId } = body
    // Asked before each attempt: this tab may have slept when the other one said so.
    if (givenUp.has(key, runId)) {
      letGo(runId)
      throw new TransportError({ type: 'aborted' })
    }
    return acceptedIn(await transport.ask('start', [key, body]), runId)
  }

  function letGo(runId: string): void {
    const start = startOf(runId)
    if (start?.phase !== 'sending') return
    start.intent.release.abort()
    drop(runId)
    thread.dispatch({ type: 'refused', runId })
    thread.changed()
  }

  /** The thread is held by a run that was given up or has ended meanwhile: whoever sends next is not to see that. */
  function isMomentary(error: TransportError): boolean {
    const problem = problemOf(error)
    if (problem?.code !== 'run_active' || problem.runId === undefined) return false
    const holder = find(problem.runId)
    return isReleasedRun(problem.runId) || (holder !== undefined && isEnded(holder))
  }

  function isReleasedRun(runId: string): boolean {
    const start = startOf(runId)
    return start !== undefined && isReleased(start.phase)
  }

  function arrived(run: Run, { onBusy }: StartBody): void {
    const { runId } = run
    // What waits, or waits for another's end, is announced when the log shows that it runs.
    const news = isReleasedRun(runId) || onBusy !== undefined ? [] : ledger.accepted(run)
    step(runId, 'accepted')
    thread.dispatch({ type: 'accepted', runId })
    thread.changed(news)
    thread.exists()
  }

  /** The server does not have it. `error` is absent when nobody is to be bothered with one. */
  function refused(runId: string, error?: TransportError): void {
    const start = startOf(runId)
    if (!start || !isUndecided(start.phase)) return
    refuse(runId, start, error)
    thread.dispatch({ type: 'refused', runId })
    if (start.replaces !== undefined) {
      thread.dispatch({ type: 'cancel-refused', runId: start.replaces })
      thread.reconsider()
    }
    thread.changed()
    if (error) options.onRefused(error)
  }

  function refuse(runId: string, { intent, waits }: Start, error: TransportError | undefined): void {
    step(runId, 'absent', { runId, text: textOf(intent), ...(error && { error }) })
    // What waited and was taken out is not wanted any more.
    if (!error && waits) drop(runId)
  }

  function drop(runId: string): void {
    const { start: _, ...rest } = { runId, ...commands.get(runId) }
    put(rest)
  }

  /** The person has the words of the one that is told: the next is. Once others are sent, none of them are of any use. */
  function takeReturned(how: 'one' | 'and what was taken before'): void {
    const [told] = returned().filter(({ taken }) => !taken)
    for (const { runId, taken, ...rest } of returned()) {
      const { start, ...command } = { runId, ...commands.get(runId) }
      if (how !== 'one' && (taken || runId === told?.runId)) put(command)
      else if (start && runId === told?.runId)
        put({ ...command, start: { ...start, returned: { ...rest, taken: true } } })
    }
  }

  async function cancel(asked: string | undefined, reason: string | undefined): Promise<void> {
    const { activity } = thread
    const runId = asked ?? (isBusy(activity) ? activity.runId : undefined)
    if (runId === undefined) return cancelWhateverIsLive(reason)
    const recalls = startOf(runId)?.phase === 'sending' && !find(runId)
    if (recalls) recall(runId)
    return stop(runId, reason, recalls)
  }

  function recall(runId: string): void {
    step(runId, 'recall')
    ledger.release(runId)
    givenUp.mark(key, runId)
  }

  /** A second wish for the same end waits for the first. */
  function stop(runId: string, reason: string | undefined, recalls: boolean): Promise<void> {
    const command = commands.get(runId) ?? { runId }
    if (command.stop) return command.stop.done
    const { promise: done, resolve, reject } = Promise.withResolvers<void>()
    put({ ...command, stop: { reason, done } satisfies Stop })
    thread.dispatch({ type: 'cancel', runId })
    // What waits for a sign-in is not under way: its words are free at once.
    if (recalls && access.snapshot() === 'signed-out') refused(runId)
    thread.changed()
    deliver(runId, reason, recalls).then(resolve, reject)
    return done
  }

  async function deliver(runId: string, reason: string | undefined, recalls: boolean): Promise<void> {
    const over = thread.signalOf(runId)
    try {
      const isKnown = await retry(
        async () => {
          const answer = await transport.ask('cancelRun', [key, runId, reason])
          return 'alreadyTerminal' in answer || answer.run !== undefined
        },
        {
          environment,
          access,
          signal: over ? AbortSignal.any([closed, over]) : closed,
          find: () => lookUp(({ runs }) => runs.some((run) => run.runId === runId && isEnding(run)) || undefined),
        },
      )
      stopped(runId)
      if (recalls) await decide(runId, isKnown)
    } catch (cause) {
      if (closed.aborted) throw transportError(cause)
      stopped(runId)
      const run = find(runId)
      // It has ended, or the log shows that it was asked to, and needs no cancel any more.
      if (over?.aborted || (run && isEnding(run))) return
      step(runId, 'recall-refused')
      thread.dispatch({ type: 'cancel-refused', runId })
      thread.reconsider()
      thread.changed()
      if (recalls) await decide(runId, false)
      throw transportError(cause)
    }
  }

  function stopped(runId: string): void {
    const { stop: _, ...rest } = { runId, ...commands.get(runId) }
    put(rest)
  }

  /** What was given up before the server had it was never said. */
  async function decide(runId: string, isKnown: boolean): Promise<void> {
    const start = startOf(runId)
    if ((await start?.arrival) || isKnown) {
      step(runId, 'accepted')
      thread.exists()
      thread.changed()
    } else refused(runId)
  }

  /** Goes on with what a page before this one had begun. */
  function restore({ runId, start: body, cancel: wished, at = 0, refused: words }: Wish): void {
    const intent = body && intentOf(body, thread.view)
    const waits = body?.onBusy === 'enqueue'
    if (intent && !wished && !words) {
      if (givenUp.has(key, runId)) wishes.settle({ key, runId })
      else send(intent, { waits }, at).catch(() => {})
      return
    }
    if (intent) {
      commands.set(runId, { runId, start: { intent, at, waits, phase: 'sending', arrival: Promise.resolve(false) } })
      if (words) {
        step(runId, 'absent')
        thread.changed()
        return
      }
      recall(runId)
    }
    stop(runId, wished?.reason, intent !== undefined).catch(() => {})
  }

  async function cancelWhateverIsLive(reason: string | undefined): Promise<void> {
    if (thread.isLive) return
    try {
      const answer = await retry(() => transport.ask('cancelThread', [key, reason]), {
        environment,
        access,
        signal: closed,
        find: () =>
          lookUp(({ runs }) => (runs.some(isLive) ? undefined : { alreadyTerminal: true as const, status: null })),
      })
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
      return returned().find(({ taken }) => !taken)?.failed
    },
    get busy() {
      return starts().some(({ start }) => start.phase !== 'returned')
    },
    get text() {
      const first = starts().find(({ start }) => isShownFromHere(start.phase))
      return first ? textOf(first.start.intent) : ''
    },
    pending(view) {
      // New messages are at the end of the conversation, so that is where the search begins.
      const isHeld = (id: string) => view?.messages.findLast((message) => message.id === id) !== undefined
      return starts()
        .filter(({ start }) => isShownFromHere(start.phase) && !start.waits)
        .flatMap(({ start }) => start.intent.pending)
        .filter(({ id }) => !isHeld(id))
    },
    waitingStarts: () =>
      starts()
        .filter(({ start }) => isShownFromHere(start.phase) && start.waits)
        .map(({ runId, start }) => ({ runId, messages: start.intent.body.messages, arrival: start.arrival })),
    isPending(runId) {
      const start = startOf(runId)
      return start !== undefined && isShownFromHere(start.phase) && !start.waits
    },
    get starting() {
      return starts().find(({ start }) => start.phase === 'sending' && !start.waits)?.runId
    },
    isReleased: isReleasedRun,
    isStopping: (runId) => commands.get(runId)?.stop !== undefined,
    observe(view) {
      const queue = new Map(view.queue.map((entry) => [entry.run.runId, entry]))
      for (const { runId, start } of starts()) {
        const run = view.runs.find((each) => each.runId === runId)
        if (!run) continue
        const waiting = queue.get(runId)
        // A run's messages enter the conversation at its start; until then they are shown from here, unless they wait,
        // whoever has put them there.
        const isSaid = waiting
          ? start.waits || (view.queuePaused && !waiting.first)
          : run.status !== 'queued' && 'startedAt' in run && run.startedAt !== undefined
        step(runId, isEnded(run) ? 'ended' : isSaid ? 'said' : 'accepted')
      }
    },
    start,
    cancel,
    restore,
    letGo,
    dismissFailedStart() {
      takeReturned('one')
      thread.changed()
    },
    giveBack() {
      for (const { runId, start } of starts()) {
        if (start.phase === 'returned') continue
        if (isUndecided(start.phase)) refuse(runId, start, start.phase === 'sending' ? deleted() : undefined)
        else drop(runId)
      }
      for (const { runId, stop } of [...commands.values()]) if (stop) stopped(runId)
    },
  }
}

/** A good answer names the run that was asked for; anything else says nothing of what the server did. */
function acceptedIn(answer: { readonly run?: unknown } | undefined, runId: string): Run {
  const run = answer?.run as Partial<Run> | null | undefined
  if (run?.runId !== runId || typeof run.status !== 'string') {
    throw new TransportError({ type: 'protocol', detail: 'no run' })
  }
  return run as Run
}

function isLive({ status }: Run): boolean {
  return status === 'running' || status === 'cancelling'
}

function isEnding(run: Run): boolean {
  return isEnded(run) || run.status === 'cancelling'
}

function deleted(): TransportError {
  const detail = 'The thread was deleted.'
  const problem = { type: 'about:blank', title: detail, status: 410, code: 'deleted', detail } as const
  return new TransportError({ type: 'problem', problem })
}
