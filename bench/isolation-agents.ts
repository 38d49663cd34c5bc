/** HOLDFAST_CONFIG of the server in `isolation.ts`: an agent that sends a few events every 20 ms for a given time. */
import { setTimeout as wait } from 'node:timers/promises'
import { type AgentDefinition, defineAgent, defineConfig } from '@holdfast/server'

type Said = ReturnType<AgentDefinition['run']> extends AsyncIterable<infer E> ? E : never

export interface PacedProps {
  readonly forMs: number
  /** Every 20 ms. No two of them can be joined. */
  readonly events: number
}

const INTERVAL_MS = 20
const NAMES = ['a', 'b'] as const

const paced = defineAgent({
  id: 'paced',
  async *run({ forwardedProps }) {
    const { forMs, events } = forwardedProps as PacedProps
    const start = performance.now()
    for (const messageId of NAMES) yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' } as Said
    for (let turn = 1, n = 0; turn * INTERVAL_MS < forMs; turn++) {
      const late = start + turn * INTERVAL_MS - performance.now()
      if (late > 0) await wait(late)
      for (const last = n + events; n < last; n++)
        yield { type: 'TEXT_MESSAGE_CONTENT', messageId: NAMES[n % 2], delta: `token${n} ` } as Said
    }
    for (const messageId of NAMES) yield { type: 'TEXT_MESSAGE_END', messageId } as Said
  },
})

export default defineConfig({ agents: [paced] })
