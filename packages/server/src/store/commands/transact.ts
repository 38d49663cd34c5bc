/**
 * Executes one command: loads the declared facts, decides, loads the facts that the decision needs next, applies the
 * writes. Loads and writes are yielded as values, so the same commands run on a synchronous store (`perform`) and on
 * one that awaits each answer.
 *
 * Does not know: what is decided, where facts come from, where a transaction begins and ends.
 */
import { changesOf } from '../decide/commit.ts'
import type { Change, FactName, Facts, Subject } from '../decide/facts.ts'
import type { Command } from './commands.ts'

export type Loaded = Facts & { readonly now: number }

export type Effect =
  /** One round trip for the facts of one subject. */
  | { readonly type: 'load'; readonly subject: Subject; readonly needs: readonly FactName[] }
  /** `subject`: what the decision was about. The change belongs to its tenant. */
  | { readonly type: 'apply'; readonly subject: Subject; readonly change: Change }

/** After a `load`, `next` takes its facts. After an `apply`, its argument is ignored. */
export type Transaction<Answer> = Generator<Effect, Answer, Loaded>

/** One command's access to a synchronous store, with the time of its transaction. */
export interface Session {
  load(subject: Subject, needs: readonly FactName[]): Loaded
  apply(subject: Subject, change: Change): void
}

/** One generator without `yield*`: every append would pay for the delegation. */
export function* transact<Args extends readonly unknown[], Answer>(
  command: Command<Args, Answer>,
  args: Args,
): Transaction<Answer> {
  const subject = command.subject(...args)
  let step = command.decide(yield load(subject, command.needs), ...args)
  if ('needs' in step) step = step.decide(yield load(subject, step.needs))
  if ('parts' in step) {
    const answers: unknown[] = []
    for (const part of step.parts) {
      const decision = part.decide(yield load(part.subject, part.needs))
      for (const change of changesOf(decision)) yield apply(part.subject, change)
      answers.push(decision.answer)
    }
    for (const change of changesOf(step)) yield apply(subject, change)
    return step.answer(answers)
  }
  for (const change of changesOf(step)) yield apply(subject, change)
  return step.after ? step.after.decide(yield load(subject, step.after.needs)) : step.answer
}

/** Runs the transaction to its end and returns its answer. */
export function perform<Answer>(transaction: Transaction<Answer>, session: Session): Answer {
  let next = transaction.next()
  while (!next.done) {
    const effect = next.value
    if (effect.type === 'load') next = transaction.next(session.load(effect.subject, effect.needs))
    else {
      session.apply(effect.subject, effect.change)
      next = transaction.next()
    }
  }
  return next.value
}

function load(subject: Subject, needs: readonly FactName[]): Effect {
  return { type: 'load', subject, needs }
}

function apply(subject: Subject, change: Change): Effect {
  return { type: 'apply', subject, change }
}
