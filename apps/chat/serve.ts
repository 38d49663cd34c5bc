/** The server of the chat application: the one place where it gets its agents and its page. */
import { join } from 'node:path'
import { checkNode } from './check-node.ts'

checkNode()
const { serve } = await import('@holdfast/server')
await serve({
  env: process.env,
  webRoot: join(import.meta.dirname, 'dist'),
  agents: async ({ model }, clock, tools) => {
    if (!model) return []
    // Only who names a model loads what talks to one.
    const { createModelAgent } = await import('@holdfast/server/model')
    return [createModelAgent({ ...model, clock, tools })]
  },
})
