/** An agent that says a person's words backwards, one at a time. */
import { setTimeout as wait } from 'node:timers/promises'
import { contentToText, EventType } from '@ag-ui/core'
import { AgentFailure, defineAgent, defineConfig } from '@holdfast/server'

const backwards = defineAgent({
  id: 'backwards',
  title: 'Backwards',
  description: 'Says what you said, from its end.',
  async *run({ messages }, { signal }) {
    const asked = messages.findLast((message) => message.role === 'user')
    const words = asked?.role === 'user' ? contentToText(asked.content).split(/\s+/).filter(Boolean) : []
    if (words.length === 0) throw new AgentFailure('agent_error', 'There is nothing to say backwards: write something.')

    const messageId = crypto.randomUUID()
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
    for (const word of words.reverse()) {
      // An observer that leaves does not abort this signal. A cancel does, and ends the wait.
      await wait(20, undefined, { signal })
      yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: `${word} ` }
    }
    yield { type: EventType.TEXT_MESSAGE_END, messageId }
  },
})

export default defineConfig({ agents: [backwards], defaultAgent: 'backwards' })
