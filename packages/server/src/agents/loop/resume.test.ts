/** Runs that a crash interrupted: what is done again, and what never is. */
import type { Interrupt } from '@ag-ui/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLegalEnd } from '../../engine/testing/test-server.ts'
import type { ToolEffect } from '../tools/port.ts'
import { agent, call, resultsIn, type Said, type Script, serverWith, tool } from './testing/scripted.ts'

const interruptsOf = (run: unknown) => (run as { outcome: { interrupts: Interrupt[] } }).outcome.interrupts
const resolved = ({ id }: Pick<Interrupt, 'id'>, payload: object) => ({ interruptId: id, status: 'resolved', payload })

/** Says the nth of these when the conversation has n complete steps: a model that has no memory of being asked. */
const inOrder =
  (...said: Said[]): Script =>
  ({ messages }) =>
    said[messages.filter(({ role }) => role === 'assistant').length] ?? { text: 'Done.' }

/** The process dies: another one takes the run over. */
const crash = (server: Awaited<ReturnType<typeof serverWith>>) => server.store.work.settleOrphans('all')

describe('the interrupted model call', () => {
  it('is made again; what it had said is closed, marked and not told to the model', async () => {
    const main = agent('main', {
      tools: [tool('look')],
      script: (_, nth) => (nth === 1 ? { text: 'Half a', hangs: true } : { text: 'Whole.' }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(100)
    await crash(server)
    await server.pass(300, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    const events = await server.events('a')
    const half = events.find((event) => event.type === 'TEXT_MESSAGE_START')
    const superseded = events.findIndex((event) => event.type === 'CUSTOM' && event.name === 'holdfast.superseded')
    expect(events[superseded]).toMatchObject({ value: { messageIds: [half?.messageId] } })
    expect(events.findIndex((event) => event.type === 'TEXT_MESSAGE_END')).toBeLessThan(superseded)
    expect(main.asked[1]?.messages).toEqual(main.asked[0]?.messages)
    const view = await server.store.threads.snapshot({ personId: 'local', tenantId: 'local' } as never, server.key('a'))
    if (view.type !== 'snapshot') throw new Error(view.type)
    expect(view.view.messages.map(({ content }) => content)).toEqual(['Hi', 'Whole.'])
  })

  it('is made again for an agent without tools too', async () => {
    const main = agent('main', {
      script: (_, nth) => (nth === 1 ? { text: 'Half a', hangs: true } : { text: 'Whole.' }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(100)
    await crash(server)
    await server.pass(300, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect((await server.events('a')).filter((event) => event.type === 'CUSTOM')).toHaveLength(1)
  })
})

/** A run in which two calls were complete and one was on its way when the process died. */
async function interrupted(effect: ToolEffect) {
  const attempts: { key: string; toolCallId: string }[] = []
  const slow = tool(
    'slow',
    (_, { key, toolCallId }) => {
      attempts.push({ key, toolCallId })
      return attempts.length === 1 ? new Promise(() => {}) : 'second'
    },
    { effect },
  )
  const look = tool('look', () => 'seen')
  const main = agent('main', {
    tools: [slow, look],
    script: inOrder({ calls: [call('look')] }, { calls: [call('slow', { n: 1 }, 's1'), call('look')] }),
  })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  await crash(server)
  await server.pass(5_000, 100)
  return { server, main, slow, look, attempts }
}

describe('a call that was on its way', () => {
  it.each(['read', 'idempotent'] as const)(
    'is made again with the same id and key if it is %s; complete ones are not',
    async (effect) => {
      const { server, main, look, attempts } = await interrupted(effect)
      expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
      expect(attempts).toEqual([attempts[0], attempts[0]])
      expect(look.keys).toHaveLength(2)
      expect(main.asked).toHaveLength(3)
      expect(resultsIn(main.asked[2] as never).toSorted()).toEqual(['second', 'seen', 'seen'].toSorted())
    },
  )

  const answers: [string, object, number, RegExp, boolean][] = [
    ['happened', { outcome: 'happened', result: { id: 7 } }, 1, /^\{"id":7\}$/, false],
    ['happened, without a result', { outcome: 'happened' }, 1, /Its result is not known/, false],
    ['skip', { outcome: 'skip' }, 1, /decided not to repeat it/, true],
    ['again', { outcome: 'again' }, 2, /^second$/, false],
  ]
  it.each(answers)(
    'is a question if it has an effect, and is not made before a person says so: %s',
    async (_, payload, made, text, error) => {
      const { server, attempts } = await interrupted('effect')
      expect(attempts).toHaveLength(1)
      const [interrupt] = interruptsOf(await server.run('a')) as [Interrupt]
      expect(interrupt).toMatchObject({
        reason: 'tool_outcome_unknown',
        toolCallId: 's1',
        metadata: { toolName: 'slow', arguments: { n: 1 } },
      })
      await server.answer('a', 'b', [resolved(interrupt, payload)])
      await server.pass(300, 20)
      expect(attempts).toHaveLength(made)
      expect(new Set(attempts.map(({ key }) => key)).size).toBe(1)
      expect(await server.results('a', 'b')).toMatchObject([{ id: 's1', text: expect.stringMatching(text), error }])
      expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
    },
  )

  it('is a question again if the answering run dies too', async () => {
    const effect = tool('slow', () => new Promise(() => {}), { effect: 'effect' })
    const server = await serverWith(agent('main', { tools: [effect], script: inOrder({ calls: [call('slow')] }) }))
    await server.ask('a')
    await server.pass(100)
    await crash(server)
    await server.pass(5_000, 100)
    await server.answer(
      'a',
      'b',
      interruptsOf(await server.run('a')).map((each) => resolved(each, { outcome: 'again' })),
    )
    await server.pass(100)
    expect(effect.keys).toHaveLength(2)
    await crash(server)
    await server.pass(5_000, 100)
    expect(effect.keys).toHaveLength(2)
    expect(interruptsOf(await server.runOf('a', 'b'))).toMatchObject([{ reason: 'tool_outcome_unknown' }])
  })

  it('that was approved and never begun is made; that was approved and begun is a question', async () => {
    const gate = Promise.withResolvers<string>()
    const send = tool('send', () => gate.promise, { effect: 'effect', approval: 'always' })
    const calls = [call('send', { n: 1 }, 'c1'), call('send', { n: 2 }, 'c2')]
    const server = await serverWith(
      agent('main', { tools: [send], limits: { maxParallel: 1 }, script: inOrder({ calls }) }),
    )
    await server.ask('a')
    await server.pass(100)
    await server.answer(
      'a',
      'b',
      interruptsOf(await server.run('a')).map((each) => resolved(each, { approved: true })),
    )
    await server.pass(100)
    expect(send.inputs).toEqual([{ n: 1 }])
    await crash(server)
    gate.resolve('sent')
    await server.pass(5_000, 100)
    expect(send.inputs).toEqual([{ n: 1 }, { n: 2 }])
    expect(await server.results('a', 'b')).toMatchObject([{ id: 'c2', text: 'sent' }])
    expect(interruptsOf(await server.runOf('a', 'b'))).toMatchObject([
      { toolCallId: 'c1', reason: 'tool_outcome_unknown' },
    ])
  })
})

it('the usage of a run is that of all its processes', async () => {
  const main = agent('main', {
    tools: [tool('look')],
    script: (asked, nth) =>
      nth === 2 ? { text: 'Half a', hangs: true } : { ...inOrder({ calls: [call('look')] })(asked, nth), tokens: 5 },
  })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  await crash(server)
  await server.pass(300, 20)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded', usage: [{ totalTokens: 10 }] })
})

it('a run that answers has steps and tokens of its own', async () => {
  const send = tool('send', () => 'sent', { approval: 'always' })
  const main = agent('main', {
    tools: [send],
    limits: { maxSteps: 1, maxTokens: 10 },
    script: (asked, nth) => ({ ...inOrder({ calls: [call('send')] })(asked, nth), tokens: 10 }),
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
  expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
})

describe('G13 wherever the process dies', () => {
  const effects = fc.constantFrom<ToolEffect>('read', 'idempotent', 'effect')
  const script = fc.array(fc.array(effects, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  const crashes = fc.array(fc.record({ after: fc.integer({ min: 1, max: 12 }), isWritten: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  })
  const outcomes = fc.array(fc.constantFrom('happened', 'again', 'skip'), { minLength: 1, maxLength: 4 })

  it('no complete call is made again, no call with an effect twice without an answer, and every call has one result', async () => {
    await fc.assert(
      fc.asyncProperty(script, crashes, outcomes, async (steps, points, outcome) => {
        const results = new Set<string>()
        const wrong: string[] = []
        const made = new Map<string, number>()
        const allowed = new Map<string, number>()
        const left = [...points]
        let appends = 0
        const tools = (['read', 'idempotent', 'effect'] as const).map((effect) =>
          tool(
            effect,
            async (_, { toolCallId }) => {
              if (results.has(toolCallId)) wrong.push(`${toolCallId} had its result`)
              made.set(toolCallId, (made.get(toolCallId) ?? 0) + 1)
              if (effect === 'effect' && (made.get(toolCallId) ?? 0) > (allowed.get(toolCallId) ?? 1))
                wrong.push(`${toolCallId} was made again`)
              await new Promise(setImmediate)
              return toolCallId
            },
            { effect },
          ),
        )
        const said = steps.map((effects, step) => ({
          text: `step ${step}`,
          calls: effects.map((effect, n) => call(effect, {}, `c${step}-${n}`)),
        }))
        const main = agent('main', { tools, script: inOrder(...said) })
        const server = await serverWith(main, {
          maxResumes: 10,
          work: (work) => ({
            ...work,
            async append(lease, events) {
              const dies = left[0] && ++appends >= left[0].after ? left.shift() : undefined
              if (dies) appends = 0
              if (dies && !dies.isWritten) await work.settleOrphans('all')
              const answer = await work.append(lease, events)
              if (answer.type !== 'lost')
                for (const json of events) {
                  const event = JSON.parse(json) as { type: string; toolCallId: string }
                  if (event.type === 'TOOL_CALL_RESULT') results.add(event.toolCallId)
                }
              if (dies?.isWritten) await work.settleOrphans('all')
              return answer
            },
          }),
        })
        await server.ask('a')
        let runId = 'a'
        for (let n = 0; n < 20; n++) {
          await server.pass(6_000, 200)
          const run = await server.runOf('a', runId)
          if (run.status !== 'interrupted') break
          const answers = interruptsOf(run).map((each, at) => {
            const chosen = outcome[(n + at) % outcome.length] ?? 'skip'
            if (chosen === 'again') allowed.set(each.toolCallId ?? '', (allowed.get(each.toolCallId ?? '') ?? 1) + 1)
            return resolved(each, { outcome: chosen })
          })
          runId = `a${n}`
          expect(await server.answer('a', runId, answers)).toMatchObject({ type: 'accepted' })
        }
        expect(wrong).toEqual([])
        expect(await server.runOf('a', runId)).toMatchObject({ status: 'succeeded' })
        const ids = (await server.envelopes('a')).flatMap(({ event }) =>
          event.type === 'TOOL_CALL_RESULT' ? [event.toolCallId] : [],
        )
        expect(ids).toHaveLength(steps.flat().length)
        expect(new Set(ids).size).toBe(ids.length)
        const last = main.asked.at(-1)?.messages ?? []
        expect(last.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual(
          said.map(({ text }) => text),
        )
        expect(last.filter(({ role }) => role === 'tool')).toHaveLength(ids.length)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
