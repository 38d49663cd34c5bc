/** The demo agent. Needs no key and no network. A program can script it; for a person it talks about the product. */
import { randomUUID } from 'node:crypto'
import { contentToText, type RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import type { Agent } from '../port.ts'
import { play } from './play.ts'
import { readScript } from './script.ts'
import { talk } from './talk.ts'

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
    check(forwardedProps) {
      const reading = readScript(forwardedProps)
      return reading.type === 'invalid' || reading.type === 'not_supported' ? reading : { type: 'ok' }
    },
    run(input, { signal }) {
      const reading = readScript(input.forwardedProps)
      switch (reading.type) {
        case 'none':
          return talk(question(input), { clock, newId, signal })
        case 'script':
          return play(reading.script, { clock, newId, signal })
        case 'invalid':
        case 'not_supported':
          throw new AgentFailure('agent_error', reading.message)
      }
    },
  }
}

function question({ messages }: RunAgentInput): string {
  const asked = messages.findLast((message) => message.role === 'user')
  return asked?.role === 'user' ? contentToText(asked.content) : ''
}
