/** A server with an agent of its own: asked, and asked for what it refuses with a sentence. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { logUntilEnd, startHoldfast, textOf } from '../holdfast.ts'

const holdfast = await startHoldfast({
  HOLDFAST_CONFIG: fileURLToPath(new URL('./holdfast.config.ts', import.meta.url)),
})
try {
  const agents = (await (await fetch(`${holdfast.url}/v1/agents`)).json()) as { items: { agentId: string }[] }
  assert.ok(agents.items.some(({ agentId }) => agentId === 'backwards'))

  const key = { roomId: 'default', threadId: 'words' }
  // No agentId: the room `default` has the module's default agent.
  await holdfast.ask(key, { runId: 'r-1', messages: [{ id: 'q-1', role: 'user', content: 'hold fast and look away' }] })
  const said = textOf(await logUntilEnd(holdfast, key, 'r-1'))
  console.log(`It said: ${said}`)
  assert.equal(said, 'away look and fast hold ')

  await holdfast.ask(key, { runId: 'r-2', messages: [{ id: 'q-2', role: 'user', content: ' ' }] })
  const failed = await holdfast.ended(key, 'r-2')
  console.log(`It failed with: ${'outcome' in failed && failed.outcome.type === 'failed' && failed.outcome.message}`)
  assert.equal(failed.status, 'failed')
  assert.match(JSON.stringify(failed), /There is nothing to say backwards: write something\./)
} finally {
  await holdfast.close()
}
