/**
 * What a person has asked of one run: its start, its end, or both. From the tick of the asking until the log shows what
 * became of it.
 *
 * Owns: which phase of a start follows which event. Pure and total. Does not know: requests, time, who looks.
 *
 * Invariant: only the log, or the server's word, settles a start. What came back as not sent is withdrawn when the log
 * shows it after all.
 */
import type { ThreadKey } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'
import type { Intent } from './intent.ts'
import type { FailedStart } from './port.ts'
import type { Wish } from './wishes.ts'

export type Phase =
  /** On its way; nobody has said yet what became of it. */
  | 'sending'
  /** The person wants it back, and it is not known whether it has arrived. */
  | 'recalling'
  /** The server has it; the conversation does not hold its words yet. */
  | 'acknowledged'
  /** It had arrived when it was recalled: it ends cancelled, and is not shown as live. */
  | 'recalled'
  /** The same, and the log shows its words. */
  | 'ending'
  /** The server does not have it: its words went back to the person. */
  | 'returned'
  | 'settled'

/** What is settled is forgotten. */
export type Unsettled = Exclude<Phase, 'settled'>

export type PhaseEvent =
  /** The server, or its log, says that it has it. */
  | 'accepted'
  /** The log shows its words: in the conversation, or in the queue. */
  | 'said'
  /** The log shows the end of its run. */
  | 'ended'
  | 'recall'
  /** The cancel could not be delivered. */
  | 'recall-refused'
  /** The server does not have it. */
  | 'absent'

const TABLE: { readonly [P in Unsettled]: { readonly [E in PhaseEvent]: Phase } } = {
  sending: {
    accepted: 'acknowledged',
    said: 'settled',
    ended: 'settled',
    recall: 'recalling',
    'recall-refused': 'sending',
    absent: 'returned',
  },
  recalling: {
    accepted: 'recalled',
    said: 'ending',
    ended: 'settled',
    recall: 'recalling',
    'recall-refused': 'sending',
    absent: 'returned',
  },
  acknowledged: {
    accepted: 'acknowledged',
    said: 'settled',
    ended: 'settled',
    recall: 'acknowledged',
    'recall-refused': 'acknowledged',
    absent: 'acknowledged',
  },
  recalled: {
    accepted: 'recalled',
    said: 'ending',
    ended: 'settled',
    recall: 'recalled',
    'recall-refused': 'acknowledged',
    absent: 'recalled',
  },
  ending: {
    accepted: 'ending',
    said: 'ending',
    ended: 'settled',
    recall: 'ending',
    'recall-refused': 'settled',
    absent: 'ending',
  },
  returned: {
    accepted: 'settled',
    said: 'settled',
    ended: 'settled',
    recall: 'returned',
    'recall-refused': 'returned',
    absent: 'returned',
  },
}

export function nextPhase(phase: Unsettled, event: PhaseEvent): Phase {
  return TABLE[phase][event]
}

/** Nobody has said yet whether it arrived: it is asked for, or asked about. */
export function isUndecided(phase: Phase): boolean {
  return phase === 'sending' || phase === 'recalling'
}

/** Its words are shown from here, because the conversation does not hold them yet. */
export function isShownFromHere(phase: Phase): boolean {
  return isUndecided(phase) || phase === 'acknowledged' || phase === 'recalled'
}

/** The person has given it up, and its run may still be seen. */
export function isReleased(phase: Phase): boolean {
  return phase === 'recalling' || phase === 'recalled' || phase === 'ending'
}

/** What is told of a start that came back. */
export interface Returned {
  readonly failed: FailedStart
  /** The person has the words: it is told no more. */
  readonly taken: boolean
  /** Which ids the same words have when they are sent again. */
  readonly reuse: Reuse
}

/**
 * - `run` the same request again: whatever became of the first, it is said once and runs once
 * - `message` another run: the cancel of the first one may still be remembered
 * - `nothing` the ids are taken by other words
 */
export type Reuse = 'run' | 'message' | 'nothing'

export interface Start {
  readonly intent: Intent
  /** Milliseconds since 1970. */
  readonly at: number
  readonly phase: Unsettled
  /** Whether it is to wait behind what goes on. */
  readonly waits: boolean
  /** The run whose place it takes. */
  readonly replaces?: string
  /** Whether the server is known to have accepted it. Never rejects. */
  readonly arrival: Promise<boolean>
  /** In phase `returned` only. */
  readonly returned?: Returned
}

export interface Stop {
  readonly reason: string | undefined
  readonly done: Promise<void>
}

export interface Command {
  readonly runId: string
  /** Absent: the run was there before, and only its end is asked for. */
  readonly start?: Start
  /** A cancel that is on its way. */
  readonly stop?: Stop
}

/** How the same words are sent again after this. `error` is absent when the person has taken them back. */
export function reuseAfter(error: TransportError | undefined): Reuse {
  if (!error) return 'message'
  const code = error.fault.type === 'problem' ? error.fault.problem.code : undefined
  return code === 'message_id_reused' || code === 'run_id_reused' ? 'nothing' : 'run'
}

/** What a page after this one has to know of it. */
export function wishOf(key: ThreadKey, command: Command | undefined): Wish | undefined {
  if (!command) return undefined
  const { runId, start, stop } = command
  const of = { key, runId }
  const asked = start && { start: start.intent.body, at: start.at }
  if (start && isUndecided(start.phase)) {
    return { ...of, ...asked, ...((stop || start.phase === 'recalling') && { cancel: cancelOf(stop) }) }
  }
  if (stop) return { ...of, cancel: cancelOf(stop) }
  const back = start?.returned
  return back && !back.taken && back.failed.text !== '' ? { ...of, ...asked, refused: true } : undefined
}

function cancelOf(stop: Stop | undefined): NonNullable<Wish['cancel']> {
  return stop?.reason === undefined ? {} : { reason: stop.reason }
}
