/** An agent in a process of its own, and Holdfast before it: a whole answer, and one that breaks off. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { logUntilEnd, startHoldfast, textOf } from '../holdfast.ts'

const agent = spawn(process.execPath, [fileURLToPath(new URL('./agent.ts', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [address] = (await once(createInterface({ input: agent.stdout }), 'line')) as [string]
const holdfast = await startHoldfast({ AGUI_URL: address })
try {
  const key = { roomId: 'default', threadId: 'count' }
  const ask = (runId: string, content: string) =>
    holdfast.ask(key, { runId, agentId: 'remote', messages: [{ id: `${runId}-q`, role: 'user', content }] })

  await ask('r-1', 'Count down from 5.')
  const said = textOf(await logUntilEnd(holdfast, key, 'r-1'))
  console.log(`The remote agent said: ${said}`)
  assert.equal(said, '5 4 3 2 1 ')
  assert.equal((await holdfast.ended(key, 'r-1')).status, 'succeeded')

  await ask('r-2', 'Count down from 4 and break.')
  const broken = await holdfast.ended(key, 'r-2')
  console.log(`It broke off: ${JSON.stringify('outcome' in broken && broken.outcome)}`)
  assert.equal('outcome' in broken && broken.outcome.type === 'failed' && broken.outcome.code, 'agent_incomplete')
  assert.equal(textOf(await logUntilEnd(holdfast, key, 'r-2')), '5 4 3 2 1 4 3 2 ')
} finally {
  await holdfast.close()
  agent.kill()
}
