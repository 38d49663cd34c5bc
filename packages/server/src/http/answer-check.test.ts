/** What a person's answer to a question must be like, as a client of the API sees it. */
import type { Interrupt } from '@ag-ui/core'
import { MAX_QUESTIONS, paths } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent, AnswerCheck } from '../agents/port.ts'
import { createTestServer, expectProblem, KEY, type TestServer } from './testing/test-server.ts'

const APPROVAL: Interrupt = {
  id: 'i',
  reason: 'tool_approval',
  toolCallId: 'c',
  responseSchema: {
    type: 'object',
    properties: { approved: { type: 'boolean' }, argumentsHash: { type: 'string' } },
    required: ['approved'],
  },
  metadata: { toolName: 'send', arguments: { to: 'a' }, argumentsHash: 'abc' },
}

function answering(runId: string, payload: unknown, more: object = {}) {
  return { runId, resume: [{ interruptId: 'i', status: 'resolved', payload, ...more }] }
}

async function asked(agent: Partial<Agent> = {}, interrupt = APPROVAL): Promise<TestServer> {
  const odd: Agent = { id: 'odd', title: 'Odd', async *run() {}, ...agent }
  const other: Agent = { id: 'other', title: 'Other', async *run() {} }
  const server = await createTestServer({ agents: createCatalogue([odd, other], 'odd') })
  await server.start('r1')
  await server.finish(await server.claim(), { type: 'interrupted', interrupts: [interrupt] })
  return server
}

const post = (server: TestServer, body: object) => server.ask(paths.runs(KEY), body)
const openIn = async (server: TestServer) =>
  ((await (await server.ask(paths.thread(KEY))).json()) as { readonly interrupts: readonly unknown[] }).interrupts

it('a payload of another shape is 422, says where, and the question stays open', async () => {
  const server = await asked()
  const before = await (await server.ask(paths.log(KEY))).text()
  for (const payload of [
    undefined,
    null,
    7,
    'yes',
    [],
    {},
    { approved: 'yes' },
    { approved: true, argumentsHash: 7 },
  ]) {
    const problem = await expectProblem(await post(server, answering('r2', payload)), 422, 'invalid')
    expect(problem.issues?.at(-1)?.path).toMatch(/^resume\.0\.payload/)
  }
  expect(await openIn(server)).toHaveLength(1)
  expect(await (await server.ask(paths.log(KEY))).text()).toBe(before)
  expect((await post(server, answering('r2', { approved: true }))).status).toBe(202)
})

it('an approval of other arguments than those that were shown is 409, and the question stays open', async () => {
  const server = await asked()
  const changed = answering('r2', { approved: true, argumentsHash: 'abd' })
  await expectProblem(await post(server, changed), 409, 'arguments_changed')
  expect(await openIn(server)).toHaveLength(1)
  expect((await post(server, answering('r2', { approved: true, argumentsHash: 'abc' }))).status).toBe(202)
})

it('an answer that withdraws the question needs no payload, and a question without a schema takes anything', async () => {
  const server = await asked()
  expect((await post(server, answering('r2', { any: 'thing' }, { status: 'cancelled' }))).status).toBe(202)
  const open = await asked({}, { id: 'i', reason: 'approval' })
  expect((await post(open, answering('r2', 'free text'))).status).toBe(202)
})

it('of many answers in one request the wrong one is named, and none is taken', async () => {
  const odd: Agent = { id: 'odd', title: 'Odd', async *run() {} }
  const server = await createTestServer({ agents: createCatalogue([odd], 'odd') })
  await server.start('r1')
  const ids = Array.from({ length: MAX_QUESTIONS }, (_, n) => `i${n}`)
  const interrupts = ids.map((id) => ({ ...APPROVAL, id }))
  await server.finish(await server.claim(), { type: 'interrupted', interrupts })
  const last = MAX_QUESTIONS - 1
  const answers = (wrong?: number) => ({
    runId: 'r2',
    resume: ids.map((interruptId, n) => ({
      interruptId,
      status: 'resolved',
      payload: { approved: n === wrong ? 'no' : true },
    })),
  })
  const problem = await expectProblem(await post(server, answers(last)), 422, 'invalid')
  expect(problem.issues?.at(-1)?.path).toBe(`resume.${last}.payload.approved`)
  expect(await openIn(server)).toHaveLength(MAX_QUESTIONS)
  expect((await post(server, answers())).status).toBe(202)
})

it('one question is answered once in a request, by one of several devices, and a retry is the same answer', async () => {
  const server = await asked()
  const twice = { runId: 'r2', resume: [true, false].map((approved) => ({ ...answering('', { approved }).resume[0] })) }
  await expectProblem(await post(server, twice), 422, 'invalid')
  const bodies = ['r2', 'r3', 'r4'].map((runId) => answering(runId, { approved: true }))
  const statuses = await Promise.all(bodies.map(async (body) => (await post(server, body)).status))
  expect(statuses.toSorted()).toEqual([202, 409, 409])
  const [won] = bodies.filter((_, n) => statuses[n] === 202)
  expect((await post(server, won ?? {})).status).toBe(202)
  await expectProblem(
    await post(server, answering('r5', { approved: 'wrong shape, too late' })),
    409,
    'interrupt_answered',
  )
})

it('after a stop and after its time a question cannot be answered', async () => {
  const server = await asked()
  await server.ask(paths.cancelThread(KEY), {})
  await expectProblem(await post(server, answering('r2', { approved: true })), 409, 'interrupt_answered')
  const expiresAt = new Date(server.clock.now() + 1_000).toISOString()
  const late = await asked({}, { ...APPROVAL, expiresAt })
  late.clock.advance(1_000)
  await expectProblem(await post(late, answering('r2', { approved: true })), 409, 'interrupt_expired')
})

it('the agent that asked checks the answer, and gets it, whichever agent the thread has chosen since', async () => {
  const checked: unknown[] = []
  const server = await asked({
    async checkAnswer(interrupt, payload) {
      checked.push([interrupt.id, payload])
      const { approved } = payload as { readonly approved: boolean }
      return approved ? { type: 'ok' } : { type: 'invalid', message: 'Say yes.' }
    },
  })
  const chosen = {
    runId: 'q',
    agentId: 'other',
    onBusy: 'enqueue',
    messages: [{ id: 'm', role: 'user', content: 'x' }],
  }
  expect((await post(server, chosen)).status).toBe(202)
  const refused = await expectProblem(await post(server, answering('r2', { approved: false })), 422, 'invalid')
  expect(refused.detail).toBe('Say yes.')
  const answered = await post(server, answering('r2', { approved: true }))
  expect([answered.status, await answered.json()]).toMatchObject([202, { run: { agentId: 'odd', continues: 'r1' } }])
  expect(checked).toEqual([
    ['i', { approved: false }],
    ['i', { approved: true }],
  ])
  expect((await post(server, answering('r2', { approved: true }))).status, 'a retry is not checked again').toBe(202)
  expect(checked).toHaveLength(2)
})

it('a check that throws, changes what it is given, answers nonsense or never answers is no yes', async () => {
  const checks: readonly (() => unknown)[] = [
    () => {
      throw new Error('broken')
    },
    () => undefined,
    () => ({ type: 'not_supported', message: 'x' }),
    () => true,
  ]
  for (const check of checks) {
    const server = await asked({ checkAnswer: check as () => Promise<AnswerCheck> })
    await expectProblem(await post(server, answering('r2', { approved: true })), 500, 'internal')
    expect(server.faults).toHaveLength(1)
    expect(await openIn(server)).toHaveLength(1)
  }
  const silent = Promise.withResolvers<void>()
  const server = await asked({
    checkAnswer: () => {
      silent.resolve()
      return new Promise(() => {})
    },
  })
  const answer = post(server, answering('r2', { approved: true }))
  await silent.promise
  server.clock.advance(10_000)
  await expectProblem(await answer, 500, 'internal')
  const meddling = await asked({
    async checkAnswer(interrupt, payload) {
      Object.assign(interrupt, { id: 'x' })
      Object.assign(payload as object, { approved: 'changed' })
      return { type: 'ok' }
    },
  })
  expect((await post(meddling, answering('r2', { approved: true }))).status).toBe(202)
  const [claim] = await meddling.store.work.claim({ workerId: 'w', limit: 1, leaseMs: 1_000 })
  expect(claim?.answers).toEqual([{ interrupt: APPROVAL, answer: answering('', { approved: true }).resume[0] }])
})
