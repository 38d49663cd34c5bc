/** Three agents that count to thirty, and differ only in what may happen to them after a crash. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Event, EventType } from '@ag-ui/core'
import { type AgentContext, defineAgent, defineConfig } from '@holdfast/server'

const COUNT = 30

async function* count(from: number, messageId: string, { signal }: AgentContext): AsyncGenerator<Event> {
  if (from === 0) yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
  for (let n = from; n < COUNT; n++) {
    await wait(50, undefined, { signal })
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${n} ` }
  }
  yield { type: EventType.TEXT_MESSAGE_END, messageId }
}

const careful = defineAgent({ id: 'careful', run: ({ runId }, context) => count(0, `${runId}-a`, context) })

const restartable = defineAgent({
  id: 'restartable',
  restartable: true,
  run: ({ runId }, context) => count(0, `${runId}-a`, context),
})

const resumable = defineAgent({
  id: 'resumable',
  resumable: true,
  run({ runId }, context) {
    // The stored events show how far it got. Its message is still open, so it continues that.
    const said = (context.resumed?.events ?? []).map((event) => ('delta' in event ? event.delta : '')).join('')
    return count(said.split(' ').length - 1, `${runId}-a`, context)
  },
})

export default defineConfig({ agents: [careful, restartable, resumable] })
