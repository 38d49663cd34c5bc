/**
 * Tool calls one after another, as a model's tool loop makes them: a completed one is never made again, and one that a
 * crash has interrupted is made again only if that is harmless, or if the person says so.
 */
import type { Event, Interrupt } from '@ag-ui/core'
import type { Answered } from '../port.ts'
import { sleep } from '../sleep.ts'
import type { DoneCall } from './done.ts'
import { outcomeQuestion, whatHappened } from './questions.ts'
import type { DemoScript } from './script.ts'
import { type Actor, announce, begin, complete } from './stage.ts'

export interface StepsOptions {
  readonly count: number
  readonly ms: number
  readonly effect: DemoScript['effect']
  readonly answers?: readonly Answered[]
  /** Kept in a question, so that the run that answers it knows how to go on. */
  readonly script?: DemoScript
}

/** Returns the question to ask instead of going on. */
export async function* playSteps(actor: Actor, options: StepsOptions): AsyncGenerator<Event, Interrupt | undefined> {
  const calls = [...actor.done.calls.values()].filter(({ name }) => name === 'step')
  for (let n = 0; n < options.count; n++) {
    const known = calls[n]
    if (known?.hasResult) continue
    actor.signal?.throwIfAborted()
    const question = yield* playStep(actor, n, known, options)
    if (question) return question
  }
  return undefined
}

async function* playStep(
  actor: Actor,
  n: number,
  known: DoneCall | undefined,
  { ms, effect, answers, script }: StepsOptions,
): AsyncGenerator<Event, Interrupt | undefined> {
  const plan = { name: 'step', args: JSON.stringify({ n }) }
  const result = `step ${n}`
  if (known?.isStarted && effect === 'effect') {
    // An answer is about the call of the run that asked. A call that was made since then is uncertain again.
    const answer = known.isStartedHere ? undefined : answers?.find(({ interrupt }) => interrupt.toolCallId === known.id)
    if (!answer) return outcomeQuestion(actor.newId(), known, script)
    const told = whatHappened(answer.answer)
    if (told.type === 'happened') {
      yield* complete(actor, known.id, told.result ?? result)
      return undefined
    }
    if (told.type === 'skip') {
      yield* complete(actor, known.id, 'This call was skipped: the person decided that it is not made again.', true)
      return undefined
    }
  }
  const toolCallId = yield* announce(actor, plan, known)
  yield* begin(actor, toolCallId, effect)
  if (ms > 0) await sleep(actor.clock, ms, actor.signal)
  actor.signal?.throwIfAborted()
  yield* complete(actor, toolCallId, result)
  return undefined
}
