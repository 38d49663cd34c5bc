/**
 * A decision in steps, as data. Deciders never load anything: a step that needs more facts names them.
 * `../commands/transact.ts` loads them in one round trip and calls the step's `decide`.
 *
 * A command has at most two such steps before it decides, which bounds the round trips of a network store.
 */
import type { Change, FactName, Facts, Known, Subject } from './facts.ts'

/** Final: the answer, and its changes, applied in this order. Without changes nothing is written. */
export interface Decision<Answer> {
  readonly answer: Answer
  readonly writes?: Change | readonly Change[]
  /** Completes the answer with facts as they are after the writes. */
  readonly after?: Need<Answer>
}

/** Needs these facts of the same subject to continue. Create it with `needing`. */
export interface Need<Next> {
  readonly needs: readonly FactName[]
  readonly decide: (facts: Facts & { readonly now: number }) => Next
}

/** A decision about one of several subjects. */
export interface Part<Answer> extends Need<Decision<Answer>> {
  readonly subject: Subject
}

/** Independent decisions, each made after the previous one was applied. Create it with `several`. */
export interface Several<Answer> {
  readonly parts: readonly Part<unknown>[]
  readonly answer: (answers: readonly unknown[]) => Answer
  /** Applied after all parts. */
  readonly writes?: Change
}

export type Decided<Answer> = Decision<Answer> | Several<Answer>
export type Step<Answer> = Decided<Answer> | Need<Decided<Answer>>

export function needing<const Names extends FactName, Next>(
  needs: readonly Names[],
  decide: (facts: Known<NoInfer<Names>>) => Next,
): Need<Next> {
  return { needs, decide }
}

export function several<One, Answer>(
  parts: readonly Part<One>[],
  answer: (answers: readonly One[]) => Answer,
  writes?: Change,
): Several<Answer> {
  // The answers are those of these parts, in the same order.
  return { parts, answer: answer as (answers: readonly unknown[]) => Answer, ...(writes && { writes }) }
}
