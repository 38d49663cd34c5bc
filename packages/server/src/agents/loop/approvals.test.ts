import { createHash } from 'node:crypto'
import type { Interrupt } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectLegalEnd } from '../../engine/testing/test-server.ts'
import { agent, call, resultsIn, type Said, serverWith, tool } from './testing/scripted.ts'

const saying =
  (...said: Said[]) =>
  (_: unknown, nth: number): Said =>
    said[nth - 1] ?? { text: 'Done.' }

const interruptsOf = (run: unknown) => (run as { outcome: { interrupts: Interrupt[] } }).outcome.interrupts
const resolved = ({ id }: Pick<Interrupt, 'id'>, payload: object) => ({ interruptId: id, status: 'resolved', payload })
const cancelled = ({ id }: Pick<Interrupt, 'id'>) => ({ interruptId: id, status: 'cancelled' })

async function asked(calls: Said['calls'] = [call('send', { to: 'Ann', n: 1 }, 'c1')], more = {}) {
  const send = tool('send', ({ n }) => `sent ${n}`, {
    effect: 'effect',
    approval: 'always',
    input: z.object({ to: z.string().optional(), n: z.number() }),
    ...more,
  })
  const look = tool('look', () => 'seen')
  const main = agent('main', { tools: [send, look], script: saying({ text: 'I will send.', calls }) })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  return { send, look, main, server, interrupts: interruptsOf(await server.run('a')) }
}

describe('a call that needs approval', () => {
  it('S001-C4 ends the run with a question that is bound to the call and its arguments, and calls nothing', async () => {
    const { send, server, interrupts } = await asked(undefined, { approvalTtlMs: 60_000 })
    expect(send.keys).toEqual([])
    const hash = createHash('sha256').update('{"n":1,"to":"Ann"}').digest('hex')
    expect(interrupts).toEqual([
      {
        id: expect.any(String),
        reason: 'tool_approval',
        message: 'May the agent call “send”?',
        toolCallId: 'c1',
        responseSchema: expect.objectContaining({ required: ['approved'] }),
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
        metadata: {
          toolName: 'send',
          arguments: { to: 'Ann', n: 1 },
          argumentsHash: hash,
          holdfast: { agentId: 'main' },
        },
      },
    ])
    expectLegalEnd(await server.envelopes('a'), { type: 'interrupted' })
  })

  it('is made by the run that answers, with the same key as before, and the model goes on', async () => {
    const { send, main, server, interrupts } = await asked()
    await server.answer(
      'a',
      'b',
      interrupts.map((each) => resolved(each, { approved: true })),
    )
    await server.pass(300, 20)
    expect(send.inputs).toEqual([{ to: 'Ann', n: 1 }])
    expect(await server.results('a', 'b')).toEqual([{ id: 'c1', text: 'sent 1', error: false }])
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
    expect(main.asked[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    const events = await server.events('a')
    const start = events.find((event) => event.type === 'TOOL_CALL_START')
    expect(start).toMatchObject({ metadata: { holdfast: { key: send.keys[0] } } })
    expect(send.keys).toHaveLength(1)
  })

  it('is made with the arguments that the person edited, and the model is told', async () => {
    const { send, main, server, interrupts } = await asked()
    await server.answer(
      'a',
      'b',
      interrupts.map((each) => resolved(each, { approved: true, arguments: { n: 2 } })),
    )
    await server.pass(300, 20)
    expect(send.inputs).toEqual([{ n: 2 }])
    expect(resultsIn(main.asked[1] as never)).toEqual([
      expect.stringMatching(/changed the arguments to \{"n":2\}[^\n]*\nsent 2$/),
    ])
  })

  it.each([
    [
      'denied',
      (each: Interrupt) => resolved(each, { approved: false, note: 'Not today.' }),
      /denied this call. It was not made. They say: Not today./,
    ],
    ['dismissed', cancelled, /dismissed the question/],
    ['answered in another form', (each: Interrupt) => resolved(each, { approved: 'yes' }), /denied/],
  ])('is not made if it is %s; the model is told, and the run goes on', async (_, answer, sentence) => {
    const { send, main, server, interrupts } = await asked()
    await server.answer('a', 'b', interrupts.map(answer))
    await server.pass(300, 20)
    expect(send.keys).toEqual([])
    expect(await server.results('a', 'b')).toMatchObject([
      { id: 'c1', error: true, text: expect.stringMatching(sentence) },
    ])
    expect(resultsIn(main.asked[1] as never)).toEqual([expect.stringMatching(sentence)])
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
  })

  it('waits while the other calls of its step are made, and those are not made again', async () => {
    const { send, look, main, server, interrupts } = await asked([
      call('look', {}, 'c0'),
      call('send', { n: 1 }, 'c1'),
      call('send', { n: 2 }, 'c2'),
    ])
    expect(look.keys).toHaveLength(1)
    expect(await server.results('a')).toMatchObject([{ id: 'c0', text: 'seen' }])
    expect(interrupts.map(({ toolCallId }) => toolCallId)).toEqual(['c1', 'c2'])
    const [first, second] = interrupts as [Interrupt, Interrupt]
    await server.answer('a', 'b', [resolved(second, { approved: true }), resolved(first, { approved: false })])
    await server.pass(300, 20)
    expect([look.keys.length, send.inputs]).toEqual([1, [{ n: 2 }]])
    expect((await server.results('a', 'b')).map(({ id }) => id).toSorted()).toEqual(['c1', 'c2'])
    expect(resultsIn(main.asked[1] as never)).toHaveLength(3)
    expect(main.asked).toHaveLength(2)
  })

  it('depends on its arguments if the tool says so', async () => {
    const { send, interrupts } = await asked([call('send', { n: 1 }), call('send', { n: 100 })], {
      approval: ({ n }: { n: number }) => n > 10,
    })
    expect(send.inputs).toEqual([{ n: 1 }])
    expect(interrupts).toMatchObject([{ metadata: { arguments: { n: 100 } } }])
  })

  it('may be followed by another one, and the chain of answers continues', async () => {
    const send = tool('send', ({ n }) => `sent ${n}`, { effect: 'effect', approval: 'always' })
    const main = agent('main', {
      tools: [send],
      script: saying({ calls: [call('send', { n: 1 })] }, { calls: [call('send', { n: 2 })] }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(300, 20)
    await server.answer(
      'a',
      'b',
      interruptsOf(await server.run('a')).map((each) => resolved(each, { approved: true })),
    )
    await server.pass(300, 20)
    await server.answer(
      'a',
      'c',
      interruptsOf(await server.runOf('a', 'b')).map((each) => resolved(each, { approved: true })),
    )
    await server.pass(300, 20)
    expect(send.inputs).toEqual([{ n: 1 }, { n: 2 }])
    expect(await server.runOf('a', 'c')).toMatchObject({ status: 'succeeded' })
    expect(main.asked[2]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  })
})

it('a question that a tool asks in its call is answered by making the call again', async () => {
  const answers: unknown[] = []
  const picky = tool('picky', async (_, { ask }) => {
    for (const message of ['Which one?', 'Really?'])
      answers.push(
        await ask?.({
          message,
          schema: { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] },
        }),
      )
    return 'picked'
  })
  const main = agent('main', { tools: [picky], script: saying({ calls: [call('picky', {}, 'c1')] }) })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  const [first] = interruptsOf(await server.run('a')) as [Interrupt]
  expect(first).toMatchObject({
    reason: 'tool_question',
    message: 'Which one?',
    toolCallId: 'c1',
    responseSchema: { type: 'object' },
  })
  await server.answer('a', 'b', [resolved(first, { value: 'blue' })])
  await server.pass(300, 20)
  const [second] = interruptsOf(await server.runOf('a', 'b')) as [Interrupt]
  expect(second).toMatchObject({ message: 'Really?' })
  await server.answer('a', 'c', [cancelled(second)])
  await server.pass(300, 20)
  expect(answers).toEqual([
    { type: 'answered', content: { value: 'blue' } },
    { type: 'answered', content: { value: 'blue' } },
    { type: 'cancelled' },
  ])
  expect(new Set(picky.keys).size).toBe(1)
  expect(await server.results('a', 'c')).toMatchObject([{ text: 'picked' }])
})

describe('an answer', () => {
  const check = async (payload: unknown, change: (each: Interrupt) => Interrupt = (each) => each) => {
    const { server, interrupts } = await asked()
    const [interrupt] = interrupts as [Interrupt]
    return server.settings.catalogue.get('main')?.checkAnswer?.(change(interrupt), payload)
  }
  const unknown = (each: Interrupt) => ({ ...each, reason: 'tool_outcome_unknown' })
  const question = (each: Interrupt) => ({
    ...each,
    reason: 'tool_question',
    responseSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
  })

  it.each([
    [{ approved: true }],
    [{ approved: false, note: 'No.' }],
    [{ approved: true, arguments: { n: 3 }, argumentsHash: 'x' }],
    [{ approved: false, arguments: { n: 'x' } }],
    [{ outcome: 'happened', result: { any: 1 } }, unknown],
    [{ outcome: 'again' }, unknown],
    [{ outcome: 'skip' }, unknown],
    [{ n: 1 }, question],
  ])('%j can be used', async (payload, change?: (each: Interrupt) => Interrupt) => {
    expect(await check(payload, change)).toEqual({ type: 'ok' })
  })

  it.each<[unknown, RegExp, ((each: Interrupt) => Interrupt)?]>([
    [undefined, /approved/],
    ['yes', /approved/],
    [{ approved: 'yes' }, /approved/],
    [{ approved: true, extra: 1 }, /approved/],
    [{ approved: true, arguments: { n: 'x' } }, /does not take these arguments/],
    [{ approved: true, arguments: [] }, /approved/],
    [{ outcome: 'maybe' }, /happened/, unknown],
    [{ n: 'x' }, /does not fit/, question],
    [
      { approved: true, arguments: {} },
      /not available any more/,
      (each) => ({ ...each, metadata: { ...each.metadata, toolName: 'gone' } }),
    ],
  ])('%j is refused in a sentence', async (payload, sentence, change) => {
    expect(await check(payload, change)).toEqual({ type: 'invalid', message: expect.stringMatching(sentence) })
  })
})
