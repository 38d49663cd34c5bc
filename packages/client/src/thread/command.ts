/**
 * A command: what a person has asked of one run, its start, its end, or both. It exists from the click until the log
 * shows the result.
 *
 * Pure and total. Owns: the phases of a start and their order, what of a command is stored. Does not know: requests,
 * time, observers.
 *
 * Invariant: only the log or the server's answer settles a start. A start that was reported as not sent is withdrawn
 * from there when the log shows it after all.
 */
import type { ThreadKey } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'
import type { FailedStart } from './port.ts'
import { defined, type StartRequest } from './request.ts'
import type { StoredCommand } from './stored-commands.ts'

export type Phase =
  /** On its way; its result is not known. */
  | 'sending'
  /** The person has cancelled it, and it is not known whether it has arrived. */
  | 'recalling'
  /** The server has it; the conversation does not contain its words yet. */
  | 'acknowledged'
  /** It had arrived when it was recalled: it will end cancelled, and is not shown as live. */
  | 'recalled'
  /** The same, and the log shows its words. */
  | 'ending'
  /** The server does not have it: its words went back to the person. */
  | 'returned'
  | 'settled'

/** A settled start is forgotten. */
export type Unsettled = Exclude<Phase, 'settled'>

export type PhaseEvent =
  /** The server, or its log, says that it has it. */
  | 'accepted'
  /** The log shows its words, in the conversation or in the queue. */
  | 'said'
  /** The log shows the end of its run. */
  | 'ended'
  /** The same, and its words were never said: the run left the queue before its turn. */
  | 'unsaid'
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
    unsaid: 'returned',
    recall: 'recalling',
    'recall-refused': 'sending',
    absent: 'returned',
  },
  recalling: {
    accepted: 'recalled',
    said: 'ending',
    ended: 'settled',
    unsaid: 'returned',
    recall: 'recalling',
    'recall-refused': 'sending',
    absent: 'returned',
  },
  acknowledged: {
    accepted: 'acknowledged',
    said: 'settled',
    ended: 'settled',
    unsaid: 'returned',
    recall: 'acknowledged',
    'recall-refused': 'acknowledged',
    absent: 'acknowledged',
  },
  recalled: {
    accepted: 'recalled',
    said: 'ending',
    ended: 'settled',
    unsaid: 'returned',
    recall: 'recalled',
    'recall-refused': 'acknowledged',
    absent: 'recalled',
  },
  ending: {
    accepted: 'ending',
    said: 'ending',
    ended: 'settled',
    unsaid: 'returned',
    recall: 'ending',
    'recall-refused': 'settled',
    absent: 'ending',
  },
  returned: {
    accepted: 'settled',
    said: 'settled',
    ended: 'settled',
    unsaid: 'returned',
    recall: 'returned',
    'recall-refused': 'returned',
    absent: 'returned',
  },
}

export function nextPhase(phase: Unsettled, event: PhaseEvent): Phase {
  return TABLE[phase][event]
}

/** It is not known yet whether it has arrived. */
export function isUndecided(phase: Phase): boolean {
  return phase === 'sending' || phase === 'recalling'
}

/** Its words are shown from here, because the conversation does not contain them yet. */
export function isShownFromHere(phase: Phase): boolean {
  return isUndecided(phase) || phase === 'acknowledged' || phase === 'recalled'
}

/** The person has given it up, and its run may still be visible in the log. */
export function isReleased(phase: Phase): boolean {
  return phase === 'recalling' || phase === 'recalled' || phase === 'ending'
}

/** A start that failed, as it is shown. */
export interface Returned {
  readonly failed: FailedStart
  /** The person has taken the words: it is not shown any more. */
  readonly taken: boolean
  /** Which ids the same words get when they are sent again. */
  readonly reuse: Reuse
}

/**
 * - `run` the same request: whatever happened to the first, it is said once and runs once
 * - `message` another run: the cancel of the first one may still be remembered by the server
 * - `nothing` the ids belong to other words
 */
export type Reuse = 'run' | 'message' | 'nothing'

export interface Start {
  readonly request: StartRequest
  /** Milliseconds since 1970. */
  readonly at: number
  readonly phase: Unsettled
  /** It joins the queue behind the run that is active. */
  readonly waits: boolean
  /** The run whose place it takes. */
  readonly replaces?: string
  /** In phase `returned` only. */
  readonly returned?: Returned
}

export interface Stop {
  readonly reason: string | undefined
  /** `acknowledged`: the server has it, and the log does not show it yet. */
  readonly phase: 'sending' | 'acknowledged'
}

export interface Command {
  readonly runId: string
  /** Absent: the run existed before, and only its end is asked for. */
  readonly start?: Start
  /** Absent: its end is not asked for. */
  readonly stop?: Stop
}

/** How the same words are sent again after this failure. `error` is absent when the person has taken them back. */
export function reuseAfter(error: TransportError | undefined): Reuse {
  if (!error) return 'message'
  const code = error.fault.type === 'problem' ? error.fault.problem.code : undefined
  return code === 'message_id_reused' || code === 'run_id_reused' ? 'nothing' : 'run'
}

/** What a later page has to know of it. */
export function storedForm(key: ThreadKey, command: Command | undefined): StoredCommand | undefined {
  if (!command) return undefined
  const { runId, start } = command
  const stop = command.stop?.phase === 'sending' ? command.stop : undefined
  const of = { key, runId }
  const cancel = stop || start?.phase === 'recalling' ? defined({ reason: stop?.reason }) : undefined
  const asked = start && { start: start.request.body, at: start.at }
  if (start && isUndecided(start.phase)) return { ...of, ...asked, ...(cancel && { cancel }) }
  if (cancel) return { ...of, cancel }
  const back = start?.returned
  return back && !back.taken && (back.failed.text !== '' || back.failed.answers)
    ? { ...of, ...asked, refused: true }
    : undefined
}
