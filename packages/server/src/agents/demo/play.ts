/** Plays a script exactly: the text is `t0 t1 t2 … `, so that a reader can prove that it missed nothing. */
import type { Event, RunAgentInput } from '@ag-ui/core'
import { AgentFailure } from '../failure.ts'
import type { Answered } from '../port.ts'
import { forever } from '../sleep.ts'
import { asking, freeQuestion } from './questions.ts'
import type { DemoScript } from './script.ts'
import { announce, complete, mainActor, type Stage, say } from './stage.ts'
import { playSteps } from './steps.ts'
import { playSubAgents, type SubAgentPlan } from './sub-agents.ts'

const LOOK_UP = { name: 'demo_lookup', args: '{"query":"holdfast"}' }

export async function* play(
  script: DemoScript,
  input: RunAgentInput,
  stage: Stage,
  answers: readonly Answered[] = [],
): AsyncGenerator<Event> {
  const main = mainActor(stage)
  const ms = script.flood ? 0 : script.intervalMs
  if (script.tool) {
    const known = [...main.done.calls.values()].find(({ name }) => name === LOOK_UP.name)
    if (!known?.hasResult) yield* complete(main, yield* announce(main, LOOK_UP, known), '{"found":1}')
  }
  const { steps: count, effect } = script
  const question = yield* playSteps(main, { count, ms, effect, answers, script })
  if (question) {
    yield asking(input, question)
    return
  }
  yield* playSubAgents(
    stage,
    Array.from({ length: script.subagents }, (_, n) => scripted(n, script, ms)),
  )
  yield* playText(script, stage)
  if (script.interrupt && answers.length === 0) yield asking(input, freeQuestion(stage.newId(), script))
}

/** The text alone. */
export function playText(script: DemoScript, stage: Stage): AsyncGenerator<Event> {
  const ms = script.flood ? 0 : script.intervalMs
  return say(mainActor(stage), () => tokens(script), ms, script.hang ? () => forever(stage.signal) : undefined)
}

function scripted(index: number, { subagentSteps: count }: DemoScript, ms: number): SubAgentPlan {
  const name = `helper ${index + 1}`
  return {
    name,
    prompt: `Take ${count} ${count === 1 ? 'step' : 'steps'}.`,
    async *act(actor) {
      yield* playSteps(actor, { count, ms, effect: 'read' })
      const words = `${name} has taken ${count} ${count === 1 ? 'step' : 'steps'}.`
      yield* say(actor, () => [words], 0)
      return words
    },
  }
}

function* tokens({ tokens: count, prefix, failAfter }: DemoScript): Generator<string> {
  for (let n = 0; n < count; n++) {
    if (n === failAfter) fail(n)
    yield `${prefix}${n} `
  }
  if (failAfter === count) fail(count)
}

function fail(count: number): never {
  throw new AgentFailure('agent_error', `The demo agent failed after ${count} tokens, as its script asked.`)
}
