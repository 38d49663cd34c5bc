/** Runs that answer the questions of earlier ones: what their agents learn of those. */
import { expect, it } from 'vitest'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { readChain } from './own-log.ts'
import { createPuppet, createTestServer } from './testing/test-server.ts'

const text = (messageId: string, delta: string) => [
  { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId, delta },
  { type: 'TEXT_MESSAGE_END', messageId },
]

/** A run that said a text and asked, and a run that answers it and asks again, `rounds` times; then one that answers. */
async function asked(rounds: number) {
  const puppet = createPuppet()
  const server = await createTestServer({ agents: [{ ...puppet.agent, id: 'asker' }] })
  await server.engine.start()
  await server.ask('t', 'asker')
  await server.settle()
  for (let n = 0; n < rounds; n++) {
    for (const event of text(`m${n}`, `words ${n}`)) puppet.calls[n]?.say(event)
    const interrupts = [{ id: `i${n}`, reason: 'question' }]
    const runId = n === 0 ? 't' : `run-${n - 1}`
    puppet.calls[n]?.say({ type: 'RUN_FINISHED', threadId: 't', runId, outcome: { type: 'interrupt', interrupts } })
    await server.pass(60)
    const resume = [{ interruptId: `i${n}`, status: 'resolved' as const, payload: { n } }]
    const request = { runId: `run-${n}`, messages: [], agentId: 'asker', tools: [], context: [], resume }
    expect(await server.store.runs.start(me, server.key('t'), { ...request, onBusy: 'reject' })).toMatchObject({
      type: 'accepted',
    })
    await server.pass(60)
  }
  return { server, calls: puppet.calls }
}

it('an agent that continues a question gets it with the answer, and what the asking runs had said', async () => {
  const { calls } = await asked(3)
  expect(calls[0]?.context).not.toHaveProperty('continued')
  expect(calls[0]?.context).not.toHaveProperty('answers')
  const { answers, continued } = calls[3]?.context ?? {}
  expect(answers).toEqual([
    {
      interrupt: { id: 'i2', reason: 'question' },
      answer: { interruptId: 'i2', status: 'resolved', payload: { n: 2 } },
    },
  ])
  const deltas = continued?.events.flatMap((event) => ('delta' in event ? [event.delta] : []))
  expect(deltas).toEqual(['words 0', 'words 1', 'words 2'])
  const types = new Set<string>(continued?.events.map(({ type }) => type))
  for (const type of ['RUN_STARTED', 'RUN_FINISHED']) expect(types).not.toContain(type)
})

it('of a chain of answers that is too long, the newest runs are kept as a whole', async () => {
  const { server, calls } = await asked(3)
  const runIds = ['t', 'run-0', 'run-1']
  const lease = { tenantId: 'local', ...server.key('t'), runId: 'run-2', epoch: 1 }
  const read = (maxLength: number) => readChain(server.store.log, me, lease, { firstSeq: 1, runIds }, maxLength)
  const whole = await read(1e9)
  expect(whole).toEqual(calls[3]?.context.continued?.events)
  const words = async (maxLength: number) =>
    (await read(maxLength)).flatMap((event) => ('delta' in event ? [event.delta] : []))
  const length = (await server.envelopes('t'))
    .filter(({ event }) => event.type.startsWith('TEXT_'))
    .reduce((sum, envelope) => sum + JSON.stringify(envelope).length, 0)
  expect(await words(length)).toEqual(['words 0', 'words 1', 'words 2'])
  expect(await words(length - 1)).toEqual(['words 1', 'words 2'])
  expect(await words(1)).toEqual(['words 2'])
})
