/** A model that may look up addresses, and may send letters once a person has approved them. */
import { defineConfig, defineTool, modelAgent } from '@holdfast/server'
import { z } from 'zod'

const address = defineTool({
  name: 'address',
  description: 'The address of a person.',
  input: z.object({ of: z.string() }),
  effect: 'read',
  execute: ({ of }) => `${of}, 1 Harbour Road`,
})

const send = defineTool({
  name: 'send',
  description: 'Sends a letter.',
  input: z.object({ to: z.string(), text: z.string() }),
  effect: 'effect', // a second call would send a second letter
  approval: 'always',
  execute: async ({ to }, { key, progress }) => {
    progress('At the post office')
    return { sent: to, receipt: key.length > 0 }
  },
})

export default defineConfig({
  tools: [address, send],
  agents: [modelAgent({ id: 'secretary', instructions: 'You write letters.', tools: ['address', 'send'] })],
})
