import type { Event, Interrupt } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { expectLegalEnd } from '../../engine/testing/test-server.ts'
import { LOCAL_PRINCIPAL as me } from '../../store/principal.ts'
import { agent, call, resultsIn, type Said, type Script, serverWith, tool } from './testing/scripted.ts'

const interruptsOf = (run: unknown) => (run as { outcome: { interrupts: Interrupt[] } }).outcome.interrupts
const resolved = ({ id }: Pick<Interrupt, 'id'>, payload: object) => ({ interruptId: id, status: 'resolved', payload })
const tagOf = (event: Event) => ('subagentRunId' in event ? event.subagentRunId : undefined)
const startsIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'SUBAGENT_STARTED' ? [event] : []))

/** Says the nth of these when the conversation has n complete steps. */
const inOrder =
  (...said: Said[]): Script =>
  ({ messages }) =>
    said[messages.filter(({ role }) => role === 'assistant').length] ?? { text: 'Done.' }

/** A server whose store says that sub-agents are to stop, as it does when a person asks. */
async function stoppable(main: Parameters<typeof serverWith>[0]) {
  const stopped: string[] = []
  const server = await serverWith(main, {
    work: (work) => ({
      ...work,
      renew: async (...lease) =>
        (await work.renew(...lease)).map((state) =>
          state.type === 'running' ? { ...state, stoppedChildren: [...stopped] } : state,
        ),
    }),
  })
  return {
    ...server,
    stop(subagentRunId = '') {
      stopped.push(subagentRunId)
      const key = { tenantId: 'local', ...server.key('a') }
      server.bus.publish({ type: 'run.subagent-cancel', key, runId: 'a', subagentRunId })
    },
  }
}

const task = (prompt: string, more: object = {}, id?: string) =>
  call('run_sub_agent', { agent: 'helper', prompt, ...more }, id)

async function subagentsIn(server: Awaited<ReturnType<typeof serverWith>>, threadId = 'a') {
  const answer = await server.store.threads.snapshot(me, server.key(threadId))
  if (answer.type !== 'snapshot') throw new Error(answer.type)
  return answer.view
}

describe('a sub-agent', () => {
  it('gets the prompt alone, works with its own tools, and its last words are the result of the call', async () => {
    const helper = agent('helper', {
      tools: [tool('look', () => 'seen')],
      script: inOrder({ text: 'I look.', calls: [call('look')] }, { text: 'Found it.' }),
    })
    const main = agent('main', { subAgents: [helper], script: inOrder({ calls: [task('Find it.', {}, 'c1')] }) })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect(await server.results('a')).toMatchObject([{ text: 'seen' }, { id: 'c1', text: 'Found it.', error: false }])
    expect(helper.asked[0]?.messages).toMatchObject([{ role: 'user', content: 'Find it.' }])
    expect([...(helper.asked[0]?.tools.keys() ?? [])]).toEqual(['look'])
    expect([...(main.asked[0]?.tools.keys() ?? [])]).toEqual(['run_sub_agent', 'sub_agent_result'])

    const events = await server.events('a')
    const [started] = startsIn(events)
    expect(started).toMatchObject({
      name: 'helper',
      parentToolCallId: 'c1',
      metadata: { holdfast: { jobId: expect.any(String) } },
    })
    const own = events.filter((event) => tagOf(event) === started?.subagentRunId)
    expect(own.find((event) => event.type === 'TEXT_MESSAGE_START')).toMatchObject({ role: 'user' })
    expect(events.find((event) => event.type === 'SUBAGENT_FINISHED')).toMatchObject({ result: 'Found it.' })
    const view = await subagentsIn(server)
    expect(view.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Hi'],
      ['assistant', undefined],
      ['tool', 'Found it.'],
      ['assistant', 'Done.'],
    ])
    expect(view.subagents).toMatchObject([{ status: 'succeeded', parentToolCallId: 'c1', name: 'helper' }])
    expect(view.subagents[0]?.steps.map(({ kind }) => kind)).toContain('tool')
  })

  it('starts others, up to the configured depth', async () => {
    const names: string[][] = []
    const deep: Script = ({ tools, messages }) => {
      if (messages.length === 1) names.push([...tools.keys()])
      return tools.has('run_sub_agent') && messages.length === 1 ? { calls: [task('Deeper.')] } : { text: 'Bottom.' }
    }
    const subAgents: ReturnType<typeof agent>[] = []
    const helper = agent('helper', { subAgents, script: deep })
    subAgents.push(helper)
    const server = await serverWith(agent('main', { subAgents, script: deep, limits: { maxDepth: 2 } }))
    await server.ask('a')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect(names.map((each) => each.includes('run_sub_agent'))).toEqual([true, true, false])
    const [outer, inner] = startsIn(await server.events('a'))
    expect(inner).toMatchObject({ parentSubagentRunId: outer?.subagentRunId })
  })

  it.each<readonly [string, Said, RegExp]>([
    ['whose model fails', { fails: new Error('secret detail') }, /The sub-agent failed unexpectedly/],
    ['that makes too many steps', { calls: [call('look')] }, /called its model 2 times/],
  ])('%s ends with an error, its parent is told and goes on', async (_, said, sentence) => {
    const helper = agent('helper', { tools: [tool('look')], limits: { maxSteps: 2 }, script: () => said })
    const server = await serverWith(agent('main', { subAgents: [helper], script: inOrder({ calls: [task('Try.')] }) }))
    await server.ask('a')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect((await server.results('a')).at(-1)).toMatchObject({ error: true, text: expect.stringMatching(sentence) })
    expect((await server.events('a')).filter((event) => event.type === 'SUBAGENT_ERROR')).toHaveLength(1)
    expect((await subagentsIn(server)).subagents).toMatchObject([{ status: 'failed' }])
  })

  it('that is not there is the error of its call', async () => {
    const helper = agent('helper', { script: () => ({ text: 'x' }) })
    const server = await serverWith(
      agent('main', {
        subAgents: [helper],
        script: inOrder({ calls: [call('run_sub_agent', { agent: 'nobody', prompt: 'x' })] }),
      }),
    )
    await server.ask('a')
    await server.pass(300, 20)
    expect(await server.results('a')).toMatchObject([{ error: true, text: expect.stringContaining('helper') }])
    expect(startsIn(await server.events('a'))).toEqual([])
  })

  it('uses the tokens of its run', async () => {
    const helper = agent('helper', { tools: [tool('look')], script: () => ({ calls: [call('look')], tokens: 60 }) })
    const server = await serverWith(
      agent('main', {
        subAgents: [helper],
        limits: { maxTokens: 100 },
        script: inOrder({ calls: [task('Spend.')], tokens: 10 }),
      }),
    )
    await server.ask('a')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'token_limit' })
  })
})

describe('Stop', () => {
  const waits = () =>
    tool(
      'wait',
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )

  it('ends one sub-agent with everything it does, and its parent goes on', async () => {
    const helper = agent('helper', { tools: [waits()], script: () => ({ text: 'I wait.', calls: [call('wait')] }) })
    const main = agent('main', {
      subAgents: [helper],
      script: inOrder({ calls: [task('One.', {}, 'c1'), task('Two.', {}, 'c2')] }),
    })
    const server = await stoppable(main)
    await server.ask('a')
    await server.pass(300, 20)
    const [one, two] = startsIn(await server.events('a'))
    for (const [child, id] of [
      [one, 'c1'],
      [two, 'c2'],
    ] as const) {
      server.stop(child?.subagentRunId)
      await server.pass(300, 20)
      expect((await server.results('a')).at(-1)).toMatchObject({
        id,
        error: true,
        text: expect.stringContaining('stopped by a person'),
      })
    }
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    const ends = (await server.events('a')).flatMap((event) =>
      event.type === 'SUBAGENT_ERROR' ? [[event.subagentRunId, event.code]] : [],
    )
    expect(ends).toEqual([
      [one?.subagentRunId, 'cancelled'],
      [two?.subagentRunId, 'cancelled'],
    ])
    expect(resultsIn(main.asked[1] as never)).toHaveLength(2)
  })

  it('of a sub-agent ends those that it has started', async () => {
    const inner = agent('inner', { tools: [waits()], script: () => ({ calls: [call('wait')] }) })
    const helper = agent('helper', {
      subAgents: [inner],
      script: inOrder({ calls: [call('run_sub_agent', { agent: 'inner', prompt: 'Wait.' })] }),
    })
    const server = await stoppable(agent('main', { subAgents: [helper], script: inOrder({ calls: [task('Go.')] }) }))
    await server.ask('a')
    await server.pass(500, 20)
    const [outer] = startsIn(await server.events('a'))
    server.stop(outer?.subagentRunId)
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect((await subagentsIn(server)).subagents.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
    expect(inner.asked).toHaveLength(1)
  })

  it('S002-C2 of the run ends all of them, none as complete', async () => {
    const helper = agent('helper', { tools: [waits()], script: () => ({ calls: [call('wait')] }) })
    const server = await serverWith(
      agent('main', {
        subAgents: [helper],
        script: inOrder({ calls: [task('One.'), task('Two.', { background: true })] }, { text: 'Hm', hangs: true }),
      }),
    )
    await server.ask('a')
    await server.pass(500, 20)
    await server.cancel('a')
    await server.pass(1_000, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
    expect((await subagentsIn(server)).subagents.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
  })
})

describe('a job in the background', () => {
  const gated = () => {
    const gate = Promise.withResolvers<string>()
    return { gate, wait: tool('wait', () => gate.promise) }
  }

  it('S002-C2 answers its call at once, goes on beside its parent, and its result is read later', async () => {
    const { gate, wait } = gated()
    const helper = agent('helper', {
      tools: [wait],
      script: inOrder({ calls: [call('wait')] }, { text: 'Late words.' }),
    })
    const main = agent('main', {
      subAgents: [helper],
      tools: [tool('look')],
      script: (asked) => {
        const [job] = resultsIn(asked)
        const jobId = job === undefined ? '' : (JSON.parse(job) as { jobId: string }).jobId
        return inOrder(
          { calls: [task('Slowly.', { background: true })] },
          { calls: [call('look')] },
          { calls: [call('sub_agent_result', { jobId })] },
        )(asked, 0)
      },
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(500, 20)
    const [job, looked] = await server.results('a')
    expect(JSON.parse(job?.text ?? '')).toEqual({ jobId: expect.any(String), status: 'running' })
    expect(looked?.text).toBe('ok')
    expect(main.asked).toHaveLength(3)
    gate.resolve('now')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect((await server.results('a')).at(-1)).toMatchObject({ text: 'Late words.', error: false })
    const { jobId } = JSON.parse(job?.text ?? '') as { jobId: string }
    expect((await subagentsIn(server)).subagents).toMatchObject([{ jobId, status: 'succeeded' }])
  })

  it('is waited for if its parent is done', async () => {
    const { gate, wait } = gated()
    const helper = agent('helper', { tools: [wait], script: inOrder({ calls: [call('wait')] }) })
    const server = await serverWith(
      agent('main', {
        subAgents: [helper],
        script: inOrder({ calls: [task('Slowly.', { background: true })] }, { text: 'I am done.' }),
      }),
    )
    await server.ask('a')
    await server.pass(500, 20)
    expect(await server.run('a')).toMatchObject({ status: 'running' })
    gate.resolve('now')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect((await subagentsIn(server)).subagents).toMatchObject([{ status: 'succeeded' }])
  })

  it('of another agent cannot be read', async () => {
    const server = await serverWith(
      agent('main', {
        subAgents: [agent('helper', { script: () => ({ text: 'x' }) })],
        script: inOrder({ calls: [call('sub_agent_result', { jobId: 'nope' })] }),
      }),
    )
    await server.ask('a')
    await server.pass(300, 20)
    expect(await server.results('a')).toMatchObject([{ error: true, text: expect.stringContaining('no job “nope”') }])
  })

  it('stops at its next step when the run asks a person, and goes on in the run that answers', async () => {
    const { gate, wait } = gated()
    const helper = agent('helper', {
      tools: [wait],
      script: inOrder({ calls: [call('wait')] }, { text: 'Late words.' }),
    })
    const send = tool('send', () => 'sent', { approval: 'always' })
    const server = await serverWith(
      agent('main', {
        subAgents: [helper],
        tools: [send],
        script: inOrder({ calls: [task('Slowly.', { background: true }), call('send')] }),
      }),
    )
    await server.ask('a')
    await server.pass(500, 20)
    gate.resolve('now')
    await server.pass(500, 20)
    const run = await server.run('a')
    expect(run).toMatchObject({ status: 'interrupted' })
    await server.answer(
      'a',
      'b',
      interruptsOf(run).map((each) => resolved(each, { approved: true })),
    )
    await server.pass(500, 20)
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
    expect(send.keys).toHaveLength(1)
    expect(wait.keys).toHaveLength(1)
    const events = await server.events('a', 'b')
    expect(events.filter((event) => event.type === 'SUBAGENT_FINISHED')).toMatchObject([{ result: 'Late words.' }])
  })
})

describe('a job at work when the run asks', () => {
  it.each([
    ['a call that may be made twice', { calls: [call('wait')] } as Said],
    ['a call of its model', { text: 'Half a', hangs: true } as Said],
  ])('does not hold up the question: %s is made again in the run that answers', async (_, first) => {
    let asked = 0
    const begun = Promise.withResolvers<void>()
    const until = tool('until', () => begun.promise)
    const wait = tool('wait', () => {
      begun.resolve()
      return wait.keys.length === 1 ? new Promise(() => {}) : 'waited'
    })
    const helper = agent('helper', {
      tools: [wait],
      script(question, nth) {
        if (first.hangs) begun.resolve()
        return ++asked === 1 ? first : inOrder(first.hangs ? { text: 'Whole.' } : first)(question, nth)
      },
    })
    const send = tool('send', () => 'sent', { approval: 'always' })
    const calls = [task('Slowly.', { background: true }), call('until')]
    const script = inOrder({ calls }, { calls: [call('send')] })
    const server = await serverWith(agent('main', { subAgents: [helper], tools: [send, until], script }))
    await server.ask('a')
    await server.pass(6_000, 100)
    const run = await server.run('a')
    expect(run).toMatchObject({ status: 'interrupted' })
    expect(interruptsOf(run)).toHaveLength(1)
    const interruptIds = interruptsOf(run).map(({ id }) => id)
    expect((await subagentsIn(server)).subagents).toMatchObject([{ interruptIds }])
    const payload = { approved: true }
    await server.answer(
      'a',
      'b',
      interruptsOf(run).map((each) => resolved(each, payload)),
    )
    await server.pass(500, 20)
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
    expect(wait.keys).toHaveLength(first.hangs ? 0 : 2)
    expect(new Set(wait.keys).size).toBe(first.hangs ? 0 : 1)
  })
})

describe('a crash while a sub-agent waits for an answer', () => {
  const send = () => tool('send', ({ n }) => `sent ${n}`, { effect: 'effect', approval: 'always' })
  const asks = { calls: [call('send', { n: 1 })] }

  async function answered(server: Awaited<ReturnType<typeof serverWith>>) {
    const run = await server.run('a')
    expect(run).toMatchObject({ status: 'interrupted' })
    await server.answer(
      'a',
      'b',
      interruptsOf(run).map((each) => resolved(each, { approved: true })),
    )
    await server.pass(500, 20)
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
  }

  it('and the run still does something else, asks again once that is done', async () => {
    const sent = send()
    const wait = tool('wait', () => (wait.keys.length === 1 ? new Promise(() => {}) : 'waited'))
    const helper = agent('helper', { tools: [sent], script: inOrder(asks) })
    const calls = [task('Send.'), call('wait')]
    const server = await serverWith(agent('main', { subAgents: [helper], tools: [wait], script: inOrder({ calls }) }))
    await server.ask('a')
    await server.pass(500, 20)
    await server.store.work.settleOrphans('all')
    await server.pass(6_000, 100)
    await answered(server)
    expect([sent.inputs, wait.keys.length]).toEqual([[{ n: 1 }], 2])
  })

  it('and the run is about to end, asks the same again', async () => {
    const sent = send()
    const inner = agent('inner', { tools: [sent], script: inOrder(asks) })
    const nested = { calls: [call('run_sub_agent', { agent: 'inner', prompt: 'Send.' })] }
    const helper = agent('helper', { subAgents: [inner], script: inOrder(nested) })
    let isLost = false
    const server = await serverWith(
      agent('main', { subAgents: [helper], script: inOrder({ calls: [task('Send.')] }) }),
      {
        work: (work) => ({
          ...work,
          // The words that the sub-agents wait are written, and the end of the run is not.
          async end(lease, end) {
            if (isLost) return work.end(lease, end)
            isLost = true
            await work.append(lease, end.events.slice(0, -1))
            await work.settleOrphans('all')
            return { type: 'lost' }
          },
        }),
      },
    )
    await server.ask('a')
    await server.pass(6_000, 100)
    const ends = (await server.events('a')).filter((event) => event.type === 'SUBAGENT_FINISHED')
    expect(ends).toHaveLength(2)
    await answered(server)
    expect(sent.inputs).toEqual([{ n: 1 }])
  })
})

describe('a question inside a sub-agent', () => {
  it('is one of the run, names the sub-agent, and continues there once it is answered', async () => {
    const send = tool('send', ({ n }) => `sent ${n}`, { effect: 'effect', approval: 'always' })
    const helper = agent('helper', {
      tools: [send],
      script: inOrder({ text: 'May I?', calls: [call('send', { n: 1 })] }, { text: 'Sent it.' }),
    })
    const main = agent('main', {
      subAgents: [helper],
      script: inOrder({ calls: [task('One.', {}, 'c1'), task('Two.', {}, 'c2')] }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(500, 20)
    const [one, two] = startsIn(await server.events('a'))
    const interrupts = interruptsOf(await server.run('a'))
    expect(interrupts.map(({ subagentRunId }) => subagentRunId)).toEqual([one?.subagentRunId, two?.subagentRunId])
    const ends = (await server.events('a')).filter((event) => event.type === 'SUBAGENT_FINISHED')
    expect(ends.map(({ outcome }) => outcome)).toEqual(
      interrupts.toReversed().map(({ id }) => ({ type: 'suspended', interruptIds: [id] })),
    )
    await server.answer(
      'a',
      'b',
      interrupts.map((each, n) => resolved(each, { approved: n === 0 })),
    )
    await server.pass(500, 20)
    expect(await server.runOf('a', 'b')).toMatchObject({ status: 'succeeded' })
    expect(send.inputs).toEqual([{ n: 1 }])
    const again = startsIn(await server.events('a', 'b'))
    expect(again.map(({ subagentRunId, metadata }) => [subagentRunId, metadata])).toEqual(
      [one, two].map((each) => [each?.subagentRunId, each?.metadata]),
    )
    expect((await server.results('a', 'b')).map(({ text }) => text).toSorted()).toEqual([
      'A person denied this call. It was not made.',
      'Sent it.',
      'Sent it.',
      'sent 1',
    ])
    expect(main.asked).toHaveLength(2)
    expect(helper.asked.map(({ messages }) => messages.length)).toEqual([1, 1, 3, 3])
  })
})

describe('after a crash', () => {
  it('sub-agents go on where they were, in the foreground and in the background', async () => {
    let waits = 0
    const wait = tool('wait', () => (++waits <= 3 ? new Promise(() => {}) : 'waited'), { effect: 'idempotent' })
    const look = tool('look', () => 'seen')
    const inner = agent('inner', { tools: [wait], script: inOrder({ calls: [call('wait')] }, { text: 'Inner.' }) })
    const helper = agent('helper', {
      tools: [look, wait],
      subAgents: [inner],
      script: ({ messages }, nth) =>
        messages[0]?.content === 'Nest.'
          ? inOrder(
              { calls: [call('look'), call('run_sub_agent', { agent: 'inner', prompt: 'Wait.' })] },
              { text: 'Nested.' },
            )({ messages } as never, nth)
          : inOrder({ calls: [call('look'), call('wait')] }, { text: 'Waited.' })({ messages } as never, nth),
    })
    const main = agent('main', {
      subAgents: [helper],
      script: inOrder(
        { calls: [task('Nest.', {}, 'c1'), task('Job.', { background: true }, 'c2'), task('Plain.', {}, 'c3')] },
        { text: 'All done.' },
      ),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(500, 20)
    expect(waits).toBe(3)
    await server.store.work.settleOrphans('all')
    await server.pass(6_000, 100)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect(waits).toBe(6)
    expect(look.keys).toHaveLength(3)
    expect(startsIn(await server.events('a'))).toHaveLength(4)
    const results = await server.results('a')
    expect(
      results
        .filter(({ id }) => ['c1', 'c3'].includes(id))
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(['Nested.', 'Waited.'])
    const { subagents } = await subagentsIn(server)
    expect(subagents.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
    expect(new Set(wait.keys).size).toBe(3)
    expect(main.asked).toHaveLength(2)
  })

  it('the interrupted model call of a sub-agent is made again', async () => {
    let times = 0
    const helper = agent('helper', {
      script: () => (++times === 1 ? { text: 'Half a', hangs: true } : { text: 'Whole.' }),
    })
    const server = await serverWith(agent('main', { subAgents: [helper], script: inOrder({ calls: [task('Go.')] }) }))
    await server.ask('a')
    await server.pass(300, 20)
    await server.store.work.settleOrphans('all')
    await server.pass(500, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
    expect(await server.results('a')).toMatchObject([{ text: 'Whole.' }])
    const superseded = (await server.events('a')).find(
      (event) => event.type === 'CUSTOM' && event.name === 'holdfast.superseded',
    )
    expect(tagOf(superseded as Event)).toBe(startsIn(await server.events('a'))[0]?.subagentRunId)
  })
})
