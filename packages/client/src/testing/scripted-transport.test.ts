import { transportContract } from '../transport/transport.contract.ts'
import { createScriptedTransport } from './scripted-transport.ts'

transportContract('scripted', async () => {
  const script = createScriptedTransport()
  return { transport: script, script, stop: async () => {} }
})
