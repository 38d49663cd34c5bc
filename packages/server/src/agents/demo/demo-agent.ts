/** The demo agent. Needs no key and no network. A program can script it; for a person it talks about the product. */
import { randomUUID } from 'node:crypto'
import { contentToText, type Event, type RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import type { Agent, AgentContext } from '../port.ts'
import { doneBy } from './done.ts'
import { play, playText } from './play.ts'
import { checkAnswer, scriptIn } from './questions.ts'
import { type DemoScript, readScript } from './script.ts'
import type { Stage } from './stage.ts'
import { talk } from './talk.ts'
import { askFirst, askToChoose, goOn } from './talk-asking.ts'
import { talkWithTeam } from './talk-team.ts'

export interface DemoAgentOptions {
  readonly clock: Clock
  /** Ids of messages and tool calls; unique in a thread. */
  readonly newId?: () => string
}

export function createDemoAgent({ clock, newId = randomUUID }: DemoAgentOptions): Agent {
  return {
    id: 'demo',
    title: 'Demo',
    description: 'Answers without a key or a network, slowly enough to walk away from.',
    // What continues a question is worth continuing after a crash too. A plain text is not: it shows what a crash ends.
    afterCrash({ forwardedProps, resume }) {
      const reading = readScript(forwardedProps)
      return resume?.length || (reading.type === 'script' && reading.script.steps > 0) ? 'resume' : 'fail'
    },
    check(forwardedProps) {
      const reading = readScript(forwardedProps)
      return reading.type === 'invalid' ? reading : { type: 'ok' }
    },
    checkAnswer: async (interrupt, payload) => checkAnswer(interrupt, payload),
    run(input, context) {
      const reading = readScript(input.forwardedProps)
      if (reading.type === 'invalid') throw new AgentFailure('agent_error', reading.message)
      const [answered] = context.answers ?? []
      const asked = answered && scriptIn(answered.interrupt)
      const script = reading.type === 'script' ? { ...reading.script, ...(asked && stepsOf(asked)) } : asked
      const stage = stageFor(context, script)
      if (script) return isText(script) ? playText(script, stage) : play(script, input, stage, context.answers)
      if (answered) return goOn(input, stage, answered)
      return talkAbout(question(input), input, stage)
    },
  }

  function stageFor({ signal, written, childSignal, continued, resumed }: AgentContext, script?: DemoScript): Stage {
    const isDeaf = script?.ignoreAbort ?? false
    return {
      clock,
      newId,
      signal: isDeaf ? undefined : signal,
      written: isDeaf ? () => written().catch(() => {}) : written,
      childSignal,
      done: doneBy(continued?.events, resumed?.events),
    }
  }
}

/** An answer continues the steps of the run that asked. */
function stepsOf({ steps, effect }: DemoScript): Pick<DemoScript, 'steps' | 'effect'> {
  return { steps, effect }
}

function isText({ tool, steps, subagents, interrupt }: DemoScript): boolean {
  return !tool && steps === 0 && subagents === 0 && !interrupt
}

function talkAbout(words: string, input: RunAgentInput, stage: Stage): AsyncGenerator<Event> {
  if (/\bask (me )?first\b|\bapprov/i.test(words)) return askFirst(input, stage)
  if (/\bask me\b/i.test(words)) return askToChoose(input, stage)
  if (/\bsub-?\s?agents?\b/i.test(words)) return talkWithTeam(words, stage)
  return talk(words, stage)
}

function question({ messages }: RunAgentInput): string {
  const asked = messages.findLast((message) => message.role === 'user')
  return asked?.role === 'user' ? contentToText(asked.content) : ''
}
