/** HOLDFAST_CONFIG of the server in `flood.ts`: an agent that sends the time, and two that never wait. */
import { setTimeout as wait } from 'node:timers/promises'
import { type AgentDefinition, defineAgent, defineConfig } from '@holdfast/server'

const TOKENS = 250
const INTERVAL_MS = 20

type Run = AgentDefinition['run']
type Said = Parameters<Run>[0] extends never ? never : ReturnType<Run> extends AsyncIterable<infer E> ? E : never

const start = { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Said
const word = (delta: string) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta }) as Said
const end = { type: 'TEXT_MESSAGE_END', messageId: 'm' } as Said

const probe = defineAgent({
  id: 'probe',
  async *run(_, { signal }) {
    yield start
    for (let n = 0; n < TOKENS; n++) {
      await wait(INTERVAL_MS, undefined, { signal })
      yield word(`${Date.now()} `)
    }
    yield end
  },
})

function flood(id: string, delta: string) {
  return defineAgent({
    id,
    async *run() {
      yield start
      for (;;) yield word(delta)
    },
  })
}

export default defineConfig({ agents: [probe, flood('tokens', 'token '), flood('pages', 'x'.repeat(1_000))] })
