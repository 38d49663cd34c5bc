/** Three runs, one killed server: one failed, one was asked again, one went on as if nothing had been. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { Envelope } from '@holdfast/core'
import { logUntilEnd, startHoldfast, textOf } from '../holdfast.ts'

const WHOLE = Array.from({ length: 30 }, (_, n) => `${n} `).join('')
const AGENTS = ['careful', 'restartable', 'resumable'] as const
const keyOf = (agentId: string) => ({ roomId: 'default', threadId: agentId })

const holdfast = await startHoldfast({
  HOLDFAST_CONFIG: fileURLToPath(new URL('./holdfast.config.ts', import.meta.url)),
})
try {
  for (const agentId of AGENTS) {
    const messages = [{ id: 'q', role: 'user' as const, content: 'Count.' }]
    await holdfast.ask(keyOf(agentId), { runId: 'r', agentId, messages })
  }
  for (const agentId of AGENTS) {
    const seen: Envelope[] = []
    for await (const envelope of holdfast.log(keyOf(agentId), 0)) {
      seen.push(envelope)
      if (textOf(seen).includes('5 ')) break
    }
  }
  await holdfast.kill()
  console.log('Killed in the middle.')
  await holdfast.start()

  const careful = await holdfast.ended(keyOf('careful'), 'r')
  console.log(`careful: ${careful.status}`)
  assert.equal('outcome' in careful && careful.outcome.type === 'failed' && careful.outcome.code, 'worker_lost')
  assert.equal((await holdfast.runs(keyOf('careful'))).length, 1)

  const [lost, again] = await holdfast.runs(keyOf('restartable'))
  assert.equal(lost?.status, 'failed')
  assert.equal(again?.retryOf, 'r')
  const retried = await logUntilEnd(holdfast, keyOf('restartable'), again.runId)
  console.log(`restartable: ${lost.status}, then ${again.runId} counted to its end`)
  assert.equal(textOf(retried.filter(({ runId }) => runId === again.runId)), WHOLE)

  const whole = await logUntilEnd(holdfast, keyOf('resumable'), 'r')
  console.log(`resumable: ${(await holdfast.ended(keyOf('resumable'), 'r')).status}`)
  assert.equal(textOf(whole), WHOLE)
  assert.equal(whole.filter(({ event }) => event.type === 'RUN_STARTED').length, 1)
} finally {
  await holdfast.close()
}
