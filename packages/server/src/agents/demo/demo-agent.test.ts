import type { Event, RunAgentInput } from '@ag-ui/core'
import { createManualClock, type ManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { testContext } from '../testing/agent-context.ts'
import { createDemoAgent } from './demo-agent.ts'

function setUp() {
  const clock = createManualClock()
  let n = 0
  const agent = createDemoAgent({ clock, newId: () => `id-${++n}` })
  const stop = new AbortController()
  const events: Event[] = []
  let end: string | undefined
  return {
    clock,
    agent,
    stop,
    events,
    text: () => events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join(''),
    end: () => end,
    play(script: unknown, question = 'Why?') {
      const input: RunAgentInput = {
        threadId: 't',
        runId: 'r',
        messages: [{ id: 'q', role: 'user', content: question }],
        tools: [],
        context: [],
        ...(script === undefined ? {} : { forwardedProps: { script } }),
      }
      const run = agent.run(input, testContext({ signal: stop.signal }))
      return (async () => {
        for await (const event of run) events.push(event)
      })().then(
        () => (end = 'returned'),
        (error) => (end = String(error)),
      )
    },
  }
}

/** Lets time pass until the agent has ended or waits for something other than time. */
async function pass(clock: ManualClock, done: () => boolean): Promise<number> {
  let passed = 0
  for (let idle = 0; idle < 20 && !done(); ) {
    await new Promise(setImmediate)
    idle = clock.waiting === 0 ? idle + 1 : 0
    if (clock.waiting > 0) {
      clock.advance(1)
      passed++
    }
  }
  return passed
}

it('sends exactly t0 t1 t2 …, one token per interval, so that a reader can prove it missed nothing', async () => {
  const { clock, play, text, end } = setUp()
  void play({ tokens: 4, intervalMs: 20 })
  await vi.waitFor(() => expect(text()).toBe('t0 '))
  clock.advance(19)
  await new Promise(setImmediate)
  expect(text()).toBe('t0 ')
  clock.advance(1)
  await vi.waitFor(() => expect(text()).toBe('t0 t1 '))
  await pass(clock, () => end() !== undefined)
  expect(text()).toBe('t0 t1 t2 t3 ')
  expect(end()).toBe('returned')
  expect(clock.waiting).toBe(0)
})

it('follows any script of tokens and prefix', async () => {
  const script = fc.record({ tokens: fc.nat(40), prefix: fc.string({ minLength: 1, maxLength: 4 }) })
  await fc.assert(
    fc.asyncProperty(script, async ({ tokens, prefix }) => {
      const { play, text } = setUp()
      await play({ tokens, prefix, flood: true })
      expect(text()).toBe(Array.from({ length: tokens }, (_, n) => `${prefix}${n} `).join(''))
    }),
  )
})

it('fails after the scripted number of tokens, and says so', async () => {
  const { play, text, end } = setUp()
  await play({ tokens: 5, flood: true, failAfter: 2 })
  expect(text()).toBe('t0 t1 ')
  expect(end()).toContain('failed after 2 tokens')
})

it('hangs after its tokens until it is aborted', async () => {
  const { clock, play, text, end, stop } = setUp()
  void play({ tokens: 2, intervalMs: 5, hang: true })
  await pass(clock, () => false)
  expect(text()).toBe('t0 t1 ')
  expect(end()).toBeUndefined()
  stop.abort(new Error('enough'))
  await vi.waitFor(() => expect(end()).toBe('Error: enough'))
})

it('leaves no timer behind when it is aborted between two tokens', async () => {
  const { clock, play, text, end, stop } = setUp()
  void play({ tokens: 100, intervalMs: 20 })
  await vi.waitFor(() => expect(clock.waiting).toBe(1))
  stop.abort(new Error('enough'))
  await vi.waitFor(() => expect(end()).toBe('Error: enough'))
  expect(text()).toBe('t0 ')
  expect(clock.waiting).toBe(0)
})

it('continues despite an abort if the script says so', async () => {
  const { clock, play, text, end, stop } = setUp()
  stop.abort(new Error('enough'))
  void play({ tokens: 3, intervalMs: 20, ignoreAbort: true })
  await pass(clock, () => end() !== undefined)
  expect(text()).toBe('t0 t1 t2 ')
})

it('calls a tool before its text, always the same one', async () => {
  const { play, events } = setUp()
  await play({ tokens: 1, flood: true, tool: true })
  expect(events.map((event) => event.type)).toEqual([
    'TOOL_CALL_START',
    'TOOL_CALL_ARGS',
    'TOOL_CALL_END',
    'TOOL_CALL_RESULT',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
  ])
  const args = events.map((event) => (event.type === 'TOOL_CALL_ARGS' ? event.delta : '')).join('')
  expect(JSON.parse(args)).toEqual({ query: 'holdfast' })
})

it('refuses an invalid script before the run', () => {
  const { agent } = setUp()
  const check = (script: unknown) => agent.check?.({ script })
  for (const script of [
    null,
    [],
    'fast',
    { tokens: -1 },
    { tokens: 1.5 },
    { tokens: '3' },
    { hang: 1 },
    { fast: true },
  ])
    expect(check(script), JSON.stringify(script)).toMatchObject({ type: 'invalid' })
  expect(check({ tokens: -1 })).toMatchObject({ message: expect.stringContaining('forwardedProps.script.tokens') })
  for (const script of [{}, { tokens: 3 }, { subagents: 2 }, { interrupt: true, intervalMs: 0 }, { steps: 3 }])
    expect(check(script), JSON.stringify(script)).toEqual({ type: 'ok' })
  expect(agent.check?.(undefined)).toEqual({ type: 'ok' })
})

it('answers a person with thinking, a look-up and markdown that quotes the question, slowly enough to walk away', async () => {
  const lengths: number[] = []
  const answers = new Set<string>()
  for (const question of ['Why is the sky blue?', 'Wie geht das?', 'a\nb', '', '🦀'.repeat(500)]) {
    const { clock, play, text, events, end } = setUp()
    void play(undefined, question)
    lengths.push(await pass(clock, () => end() !== undefined))
    expect(end()).toBe('returned')
    expect(text()).toContain(`> ${Array.from(question).slice(0, 400).join('').split('\n')[0] ?? ''}`)
    expect(new Set(events.map((event) => event.type))).toContain('REASONING_MESSAGE_CONTENT')
    expect(new Set(events.map((event) => event.type))).toContain('TOOL_CALL_RESULT')
    answers.add(text().split('\n\n').slice(2).join('\n\n'))
  }
  expect(answers.size).toBeGreaterThan(1)
  for (const ms of lengths) expect(ms > 8_000 && ms < 25_000, `${ms} ms`).toBe(true)
})
