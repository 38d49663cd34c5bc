import { feedSourceContract } from '../transport/feed-source.contract.ts'
import { createScriptedTransport } from './scripted-transport.ts'

feedSourceContract('scripted', async () => {
  const script = createScriptedTransport()
  return { source: script, script, stop: async () => {} }
})
