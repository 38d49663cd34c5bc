/** A model calls a tool, asks before it calls another one, and goes on with the person's answer. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { logUntilEnd, startHoldfast, textOf } from '../holdfast.ts'
import { startModel } from './model.ts'

const model = await startModel()
const holdfast = await startHoldfast({
  HOLDFAST_CONFIG: fileURLToPath(new URL('./holdfast.config.ts', import.meta.url)),
  OPENAI_BASE_URL: model.url,
  OPENAI_MODEL: 'example',
})
try {
  const key = { roomId: 'default', threadId: 'letters' }
  const messages = [{ id: 'q-1', role: 'user' as const, content: 'Write to Ann.' }]
  await holdfast.ask(key, { runId: 'r-1', agentId: 'secretary', messages })
  const run = await holdfast.ended(key, 'r-1')
  assert.ok('outcome' in run && run.outcome.type === 'interrupted')
  const [question] = run.outcome.interrupts
  console.log(`${question?.message} ${JSON.stringify(question?.metadata?.arguments)}`)
  assert.deepEqual(question?.metadata?.arguments, { to: 'Ann, 1 Harbour Road', text: 'Hello Ann' })

  // The question survives everything: another device may answer it, after a restart.
  await holdfast.kill()
  await holdfast.start()
  const payload = { approved: true, arguments: { to: 'Ann, 1 Harbour Road', text: 'Dear Ann' } }
  const resume = [{ interruptId: question.id, status: 'resolved' as const, payload }]
  await holdfast.ask(key, { runId: 'r-2', agentId: 'secretary', messages: [], resume })
  const said = textOf(await logUntilEnd(holdfast, key, 'r-2'))
  console.log(said)
  assert.match(said, /^The letter: A person changed the arguments to .*Dear Ann.*"sent":"Ann, 1 Harbour Road"/s)
} finally {
  await holdfast.close()
  model.close()
}
