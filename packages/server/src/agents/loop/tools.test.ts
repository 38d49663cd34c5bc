import { describe, expect, it } from 'vitest'
import { expectLegalEnd } from '../../engine/testing/test-server.ts'
import { agent, call, lastOf, resultsIn, type Said, serverWith, tool } from './testing/scripted.ts'

/** Says these one after another. */
const saying =
  (...said: Said[]) =>
  (_: unknown, nth: number): Said =>
    said[nth - 1] ?? { text: 'Done.' }

it('S000-C10 makes the calls of one step at the same time, and asks the model once for all of them', async () => {
  const both: string[] = []
  const { promise: met, resolve: meet } = Promise.withResolvers<void>()
  const meeting = tool('meet', async ({ n }) => {
    both.push(String(n))
    if (both.length === 2) meet()
    await met
    return { n }
  })
  const main = agent('main', {
    tools: [meeting],
    script: saying({ text: 'I ask.', calls: [call('meet', { n: 1 }), call('meet', { n: 2 })] }),
  })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(main.asked).toHaveLength(2)
  expect(main.asked[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool'])
  expect(resultsIn(main.asked[1] as never)).toEqual(['{"n":1}', '{"n":2}'])
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
})

it('has the model’s calls written before a tool starts, and all results before the model is asked again', async () => {
  const written: Record<string, readonly string[]> = {}
  const look = async (what: string) => {
    written[what] = (await server.envelopes('a')).map(({ event }) => event.type)
  }
  const acts = tool('acts', () => look('acts'), { effect: 'effect' })
  const reads = tool('reads', () => look('reads'))
  const main = agent('main', {
    tools: [acts, reads],
    script: (_, nth) => {
      if (nth === 2) void look('asked')
      return nth === 1 ? { calls: [call('acts'), call('reads')] } : { text: 'Done.' }
    },
  })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  for (const which of ['reads', 'acts']) {
    expect(written[which]?.filter((type) => type === 'TOOL_CALL_END')).toHaveLength(2)
    expect(written[which]).toContain('STEP_FINISHED')
  }
  expect(written.acts).toContain('CUSTOM')
  expect(written.asked?.filter((type) => type === 'TOOL_CALL_RESULT')).toHaveLength(2)
})

describe('a call that fails gets a result that says so, and the run goes on', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  const proxy = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no keys')
      },
      get: () => {
        throw new Error('no')
      },
    },
  )
  const fine = tool('fine', () => 'fine')
  const returning = (value: unknown) => tool('odd', () => value)
  it.each<readonly [string, ReturnType<typeof tool>, unknown, RegExp]>([
    ['S000-C10 an unknown tool', fine, call('rm_rf', {}), /no tool “rm_rf”.*There are: fine/],
    ['arguments that are not JSON', returning(1), call('odd', '{"n":'), /not valid JSON/],
    ['arguments of another type', returning(1), call('odd', { n: 'x' }), /arguments are wrong[\s\S]*at n/],
    ['arguments that are no object', returning(1), call('odd', '7'), /arguments are wrong/],
    [
      'arguments that are too long',
      returning(1),
      call('odd', JSON.stringify({ x: 'x'.repeat(1024 * 1024) })),
      /more than 1048576 characters/,
    ],
    [
      'a tool that throws',
      tool('odd', () => {
        throw new Error('No ink.')
      }),
      call('odd'),
      /^The tool failed: No ink\.$/,
    ],
    [
      'a tool that throws something that cannot be read',
      tool('odd', () => {
        throw Object.defineProperty(new Error('x'), 'message', {
          get() {
            throw new Error('no')
          },
        })
      }),
      call('odd'),
      /gave no reason/,
    ],
    ['a tool that rejects with nothing', tool('odd', () => Promise.reject()), call('odd'), /^The tool failed/],
    ['a cycle', returning(cycle), call('odd'), /cannot be written as JSON/],
    ['a Proxy that throws', returning(proxy), call('odd'), /^The tool failed/],
    ['a big integer', returning({ n: 1n }), call('odd'), /cannot be written as JSON/],
    ['50 MB of text', returning('x'.repeat(50 * 1024 * 1024)), call('odd'), /more than \d+ bytes/],
    [
      '50 MB of JSON',
      returning(Array.from({ length: 500 }, () => 'x'.repeat(100 * 1024))),
      call('odd'),
      /more than \d+ bytes/,
    ],
    [
      'a check that throws',
      tool('odd', () => 1, {
        approval: () => {
          throw new Error('no')
        },
      }),
      call('odd'),
      /could not be decided/,
    ],
  ])('%s', async (_, odd, wrong, sentence) => {
    const main = agent('main', {
      tools: odd === fine ? [fine] : [odd, fine],
      script: saying({ calls: [wrong as never, call('fine')] }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(1_000, 20)
    const results = await server.results('a')
    expect(results).toHaveLength(2)
    expect(results.find(({ text }) => text !== 'fine')).toMatchObject({
      text: expect.stringMatching(sentence),
      error: true,
    })
    expect(results.find(({ text }) => text === 'fine')).toMatchObject({ error: false })
    expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
    expect(main.asked).toHaveLength(2)
  })

  it('a tool that does not finish in time, even if it ignores its signal; what it says later is not heard', async () => {
    let late = (_: string) => {}
    let signal: AbortSignal | undefined
    const deaf = tool(
      'deaf',
      (_, context) => {
        ;({ signal } = context)
        return new Promise((resolve) => {
          late = (text) => {
            context.progress(text)
            resolve(text)
          }
        })
      },
      { timeoutMs: 1_000 },
    )
    const server = await serverWith(agent('main', { tools: [deaf], script: saying({ calls: [call('deaf')] }) }))
    await server.ask('a')
    await server.pass(990)
    expect(await server.results('a')).toEqual([])
    await server.pass(20)
    expect(await server.results('a')).toMatchObject([{ error: true, text: expect.stringContaining('1000 ms') }])
    expect(signal?.aborted).toBe(true)
    late('late')
    await server.pass(1_000)
    expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
    expect(JSON.stringify(await server.envelopes('a'))).not.toContain('late')
  })

  it('more calls than a step may have: the 64th is made, the 65th is not', async () => {
    const counted = tool('counted', ({ n }) => n)
    const calls = Array.from({ length: 65 }, (_, n) => call('counted', { n }))
    const server = await serverWith(agent('main', { tools: [counted], script: saying({ calls }) }))
    await server.ask('a')
    await server.pass(300, 20)
    const results = await server.results('a')
    expect(results.filter(({ error }) => error)).toMatchObject([{ text: expect.stringMatching(/Only 64 calls/) }])
    expect(counted.inputs).toEqual(Array.from({ length: 64 }, (_, n) => ({ n })))
  })
})

it('answers 1,000 calls in one step, each once', async () => {
  const counted = tool('counted')
  const calls = Array.from({ length: 1_000 }, (_, n) => call('counted', { n }, 'same'))
  const main = agent('main', { tools: [counted], script: saying({ calls }) })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(3_000, 20)
  const results = await server.results('a')
  expect(new Set(results.map(({ id }) => id)).size).toBe(1_000)
  expect(results.filter(({ error }) => !error)).toHaveLength(64)
  expect(counted.keys).toHaveLength(64)
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
})

it('makes no more calls at the same time than allowed', async () => {
  let now = 0
  let most = 0
  const busy = tool('busy', async () => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
  })
  const calls = Array.from({ length: 20 }, () => call('busy'))
  const server = await serverWith(
    agent('main', { tools: [busy], limits: { maxParallel: 3 }, script: saying({ calls }) }),
  )
  await server.ask('a')
  await server.pass(300, 20)
  expect(await server.results('a')).toHaveLength(20)
  expect(most).toBe(3)
})

it('gives repeated call ids new ones, within a step and in later steps, and every call its own key', async () => {
  const keyed = tool('keyed', (_, { toolCallId }) => toolCallId)
  const main = agent('main', {
    tools: [keyed],
    script: saying(
      { calls: [call('keyed', {}, 'c1'), call('keyed', {}, 'c1')] },
      { calls: [call('keyed', {}, 'c1'), call('keyed', {}, '?!')] },
    ),
  })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  const results = await server.results('a')
  expect(new Set(results.map(({ id }) => id)).size).toBe(4)
  expect(results.map(({ text }) => text)).toEqual(results.map(({ id }) => id))
  expect(results[0]?.id).toBe('c1')
  expect(new Set(keyed.keys).size).toBe(4)
})

it('shows the latest progress of a call while it goes on, and none after its result', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  let say = (_: string) => {}
  const slow = tool('slow', (_, { progress }) => {
    say = progress
    for (let n = 0; n < 1_000; n++) progress(`early ${n}`)
    return promise
  })
  const server = await serverWith(agent('main', { tools: [slow], script: saying({ calls: [call('slow', {}, 'c1')] }) }))
  await server.ask('a')
  await server.pass(100)
  say('almost')
  resolve('done')
  await server.pass(1_000)
  say('after the end')
  await server.pass(1_000)
  const events = await server.events('a')
  const said = events.flatMap((event) =>
    event.type === 'CUSTOM' && event.name === 'holdfast.progress' ? [event.value] : [],
  )
  expect(said).toEqual([
    { toolCallId: 'c1', text: 'early 999' },
    { toolCallId: 'c1', text: 'almost' },
  ])
})

describe('a long result', () => {
  it('is kept in full, and shortened for the model visibly', async () => {
    const long = `${'a'.repeat(50_000)}${'b'.repeat(50_000)}`
    const main = agent('main', { tools: [tool('long', () => long)], script: saying({ calls: [call('long')] }) })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(300, 20)
    expect((await server.results('a'))[0]?.text).toBe(long)
    // The model agent shortens when it asks (`model/messages.ts`).
    expect(lastOf(main.asked[1] as never)).toMatchObject({ role: 'tool', content: long })
  })

  it('is kept up to the limit of an event, and refused one byte above', async () => {
    const limit = 1_000
    for (const [length, error] of [
      [limit - 2, false],
      [limit - 1, true],
    ] as const) {
      const main = agent('main', {
        tools: [tool('long', () => 'x'.repeat(length))],
        limits: { maxResultBytes: limit },
        script: saying({ calls: [call('long')] }),
      })
      const server = await serverWith(main)
      await server.ask('a')
      await server.pass(300, 20)
      expect(await server.results('a')).toMatchObject([{ error }])
    }
  })
})

describe('limits', () => {
  it.each([
    [3, 'failed'],
    [4, 'succeeded'],
  ])('S000-C10 S002-C2 a run that needs 4 model calls and may make %i has %s', async (maxSteps, status) => {
    const counted = tool('counted')
    const main = agent('main', {
      tools: [counted],
      limits: { maxSteps },
      script: (_, nth) => (nth < 4 ? { calls: [call('counted')] } : { text: 'Done.' }),
    })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(300, 20)
    expect(await server.run('a')).toMatchObject({
      status,
      ...(status === 'failed' && { outcome: { code: 'step_limit' } }),
    })
    expect(main.asked).toHaveLength(maxSteps)
    expect(counted.keys).toHaveLength(3)
  })

  it.each([
    [100, 'failed'],
    [101, 'succeeded'],
  ])(
    'a run that has used 100 of %i tokens and wants more has %s, and warns at 80 percent',
    async (maxTokens, status) => {
      const main = agent('main', {
        tools: [tool('counted')],
        limits: { maxTokens },
        script: (_, nth) => (nth < 3 ? { calls: [call('counted')], tokens: nth === 1 ? 85 : 15 } : { text: 'Done.' }),
      })
      const server = await serverWith(main)
      await server.ask('a')
      await server.pass(300, 20)
      expect(await server.run('a')).toMatchObject({
        status,
        ...(status === 'failed' && { outcome: { code: 'token_limit' } }),
      })
      const said = (await server.events('a')).filter(
        (event) => event.type === 'CUSTOM' && event.name === 'holdfast.budget',
      )
      expect(said).toMatchObject([{ value: { used: 85, limit: maxTokens } }])
    },
  )
})

describe('Stop', () => {
  it('S000-C10 S003-11 aborts the tools that are being called, starts no further one, and ends cancelled', async () => {
    let aborted = 0
    const waiting = tool(
      'waiting',
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted++
            reject(signal.reason)
          }),
        ),
    )
    const calls = Array.from({ length: 4 }, () => call('waiting'))
    const main = agent('main', { tools: [waiting], limits: { maxParallel: 2 }, script: saying({ calls }) })
    const server = await serverWith(main)
    await server.ask('a')
    await server.pass(300, 20)
    expect(waiting.keys).toHaveLength(2)
    await server.cancel('a')
    await server.pass(300, 20)
    expect(aborted).toBe(2)
    expect(waiting.keys).toHaveLength(2)
    expect(main.asked).toHaveLength(1)
    expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
  })

  it('survives a tool whose abort listener throws', async () => {
    const rude = tool('rude', (_, { signal }) => {
      signal.addEventListener('abort', () => {
        throw new Error('from a listener')
      })
      signal.addEventListener('abort', async () => Promise.reject(new Error('from another one')))
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    const server = await serverWith(agent('main', { tools: [rude], script: saying({ calls: [call('rude')] }) }))
    await server.ask('a')
    await server.pass(300, 20)
    await server.cancel('a')
    await server.pass(300, 20)
    expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
  })

  it('G6 leaves a tool that ignores it, and ends all the same', async () => {
    const deaf = tool('deaf', () => new Promise(() => {}))
    const server = await serverWith(agent('main', { tools: [deaf], script: saying({ calls: [call('deaf')] }) }))
    await server.ask('a')
    await server.pass(300, 20)
    await server.cancel('a')
    await server.pass(6_000, 100)
    expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
  })
})

it('fails if the model fails after calls, and makes none of them', async () => {
  const counted = tool('counted')
  const main = agent('main', { tools: [counted], script: () => ({ text: 'I', fails: new Error('gone') }) })
  const server = await serverWith(main)
  await server.ask('a')
  await server.pass(300, 20)
  expect(await server.run('a')).toMatchObject({ status: 'failed' })
  expect(counted.keys).toEqual([])
})
