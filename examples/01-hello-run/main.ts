/** Start a run, leave in the middle, come back with a cursor: nothing is missing, nothing comes twice. */
import assert from 'node:assert/strict'
import type { Envelope } from '@holdfast/core'
import { logUntilEnd, startHoldfast, textOf } from '../holdfast.ts'

const KEY = { roomId: 'default', threadId: 'hello' }

const holdfast = await startHoldfast()
try {
  const body = {
    runId: 'run-1',
    messages: [{ id: 'm-1', role: 'user', content: 'Hello' }],
    agentId: 'demo',
    forwardedProps: { script: { tokens: 60, intervalMs: 20 } },
  } as const
  await holdfast.ask(KEY, { ...body, messages: [...body.messages] })
  // A retry, as after a lost answer: the same run, asked once.
  const run = await holdfast.ask(KEY, { ...body, messages: [...body.messages] })
  assert.equal(run.runId, 'run-1')

  const seen: Envelope[] = []
  for await (const envelope of holdfast.log(KEY, 0)) {
    seen.push(envelope)
    if (textOf(seen).includes('t5 ')) break
  }
  console.log(`Left after: ${textOf(seen)}`)

  const rest = await logUntilEnd(holdfast, KEY, 'run-1', seen.at(-1)?.seq ?? 0)
  const all = [...seen, ...rest]
  console.log(`Came back for the other ${rest.length} records.`)

  assert.deepEqual(
    all.map(({ seq }) => seq),
    all.map((_, index) => index + 1),
  )
  assert.equal(textOf(all), Array.from({ length: 60 }, (_, n) => `t${n} `).join(''))
  assert.deepEqual(all.at(-1)?.event, { type: 'run.ended', outcome: { type: 'succeeded' } })
} finally {
  await holdfast.close()
}
