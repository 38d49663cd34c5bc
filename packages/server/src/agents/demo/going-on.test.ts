/** The demo agent that goes on: after a crash, after an answer, with sub-agents beside it. */
import { type Event, EventType, type Interrupt, type ResumeEntry, type RunAgentInput } from '@ag-ui/core'
import { createRecorder, DEFAULT_RECORDER_LIMITS } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Agent, AgentContext, Answered } from '../port.ts'
import { testContext } from '../testing/agent-context.ts'
import { createDemoAgent } from './demo-agent.ts'

interface World {
  readonly agent: Agent
  readonly clock: ReturnType<typeof createManualClock>
}

function createWorld(): World {
  const clock = createManualClock()
  let n = 0
  return { clock, agent: createDemoAgent({ clock, newId: () => `id-${++n}` }) }
}

interface Played {
  readonly events: Event[]
  readonly asked: readonly Interrupt[]
  /** It returned or asked; otherwise it was killed or has failed. */
  readonly end: 'ended' | 'killed'
}

interface Sitting {
  readonly script?: object
  readonly question?: string
  readonly before?: Partial<AgentContext>
  readonly resume?: ResumeEntry[]
  /** The process is killed when this many events are in the log. */
  readonly kill?: number
  readonly onEvent?: (event: Event) => void
}

/** One process plays the agent until it ends or is killed. Every event passes a recorder, which takes only legal ones. */
async function sit(
  { agent, clock }: World,
  { script, question = 'Why?', before = {}, ...rest }: Sitting,
): Promise<Played> {
  const { resume, kill = Number.POSITIVE_INFINITY, onEvent = () => {} } = rest
  const messages = [{ id: 'q', role: 'user' as const, content: question }]
  const input: RunAgentInput = {
    threadId: 't',
    runId: 'r',
    messages,
    tools: [],
    context: [],
    ...(resume && { resume }),
  }
  if (script) input.forwardedProps = { script }
  const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS })
  const stop = new AbortController()
  const already = before.resumed?.events ?? []
  expect(recorder.resume(structuredClone(already))).toEqual({ type: 'recorded' })
  const context = testContext({ signal: stop.signal, ...before })
  const iterator = agent.run(input, context)[Symbol.asyncIterator]()
  const events: Event[] = []
  try {
    while (events.length < kill) {
      let settled = false
      const next = iterator.next().finally(() => (settled = true))
      while (!settled) {
        await new Promise(setImmediate)
        clock.advance(1)
      }
      const { done, value } = await next
      if (done) return { events, asked: [], end: 'ended' }
      if (value.type === EventType.RUN_FINISHED && value.outcome?.type === 'interrupt') {
        return { events, asked: value.outcome.interrupts, end: 'ended' }
      }
      expect(recorder.record(structuredClone(value)), JSON.stringify(value)).toEqual({ type: 'recorded' })
      events.push(value)
      onEvent(value)
    }
  } finally {
    stop.abort(new Error('killed'))
  }
  return { events, asked: [], end: 'killed' }
}

const results = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === EventType.TOOL_CALL_RESULT ? [event] : []))
const started = (events: readonly Event[]) =>
  events.flatMap((event) =>
    event.type === EventType.CUSTOM && event.name === 'holdfast.tool_started' ? [event.value] : [],
  )

/** What a view shows of the main agent: its texts without the superseded ones. */
function shown(events: readonly Event[]): string {
  const texts = new Map<string, string>()
  for (const event of events) {
    if ('subagentRunId' in event && event.subagentRunId !== undefined) continue
    if (event.type === EventType.TEXT_MESSAGE_START) texts.set(event.messageId, '')
    if (event.type === EventType.TEXT_MESSAGE_CONTENT)
      texts.set(event.messageId, `${texts.get(event.messageId)}${event.delta}`)
    if (event.type === EventType.CUSTOM && event.name === 'holdfast.superseded')
      for (const id of event.value.messageIds) texts.delete(id)
  }
  return [...texts.values()].join('')
}

describe('steps', () => {
  it('are tool calls one after another, beside the text, each completed before the next is made', async () => {
    const { events } = await sit(createWorld(), { script: { steps: 3, tokens: 2, intervalMs: 5 } })
    expect(events.map(({ type }) => type).slice(0, 8)).toEqual(
      Array.from({ length: 2 }, () => [
        'TOOL_CALL_START',
        'TOOL_CALL_ARGS',
        'TOOL_CALL_END',
        'TOOL_CALL_RESULT',
      ]).flat(),
    )
    expect(results(events).map(({ content }) => content)).toEqual(['step 0', 'step 1', 'step 2'])
    const args = events.flatMap((event) => (event.type === EventType.TOOL_CALL_ARGS ? [JSON.parse(event.delta)] : []))
    expect(args).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    expect(shown(events)).toBe('t0 t1 ')
  })

  it('declare what a crash does: a script with steps, and an answer, are resumed', () => {
    const { afterCrash } = createWorld().agent
    if (typeof afterCrash !== 'function') throw new Error('It depends on what is asked.')
    expect(afterCrash({ forwardedProps: { script: { steps: 1 } } })).toBe('resume')
    expect(afterCrash({ resume: [{ interruptId: 'i', status: 'resolved' }] })).toBe('resume')
    for (const forwardedProps of [{ script: { tokens: 3 } }, undefined])
      expect(afterCrash({ forwardedProps })).toBe('fail')
  })

  const kills = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 })
  const scripted = fc.record({
    steps: fc.integer({ min: 1, max: 4 }),
    tokens: fc.nat(3),
    subagents: fc.nat(2),
    subagentSteps: fc.nat(2),
  })

  it('G13 after any crashes, no completed step is made again, nothing is shown twice, and the log is legal', async () => {
    await fc.assert(
      fc.asyncProperty(kills, scripted, async (kills, shape) => {
        const world = createWorld()
        const script = { ...shape, intervalMs: 1 }
        let log: Event[] = []
        for (const [times, kill] of [...kills, Number.POSITIVE_INFINITY].entries()) {
          const before = times === 0 ? {} : { resumed: { events: structuredClone(log), times } }
          const { events, end } = await sit(world, { script, before, kill })
          log = [...log, ...events]
          if (end === 'ended') break
        }
        const own = results(log).filter(({ content }) => String(content).startsWith('step '))
        const main = own.filter(({ subagentRunId }) => subagentRunId === undefined)
        expect(main.map(({ content }) => content)).toEqual(Array.from({ length: shape.steps }, (_, n) => `step ${n}`))
        expect(own.length - main.length).toBe(shape.subagents * shape.subagentSteps)
        expect(new Set(results(log).map(({ toolCallId }) => toolCallId)).size).toBe(results(log).length)
        const children = log.filter(({ type }) => type === EventType.SUBAGENT_FINISHED)
        expect(children).toHaveLength(shape.subagents)
        expect(shown(log)).toBe(Array.from({ length: shape.tokens }, (_, n) => `t${n} `).join(''))
      }),
      { numRuns: 60 },
    )
  })

  const told = fc.constantFrom({ outcome: 'happened', result: 'seen' }, { outcome: 'again' }, { outcome: 'skip' })

  it('G13 a step with an effect is never made twice without an answer, whatever crashes and whatever is answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { maxLength: 8 }),
        fc.array(told, { maxLength: 8 }),
        async (kills, payloads) => {
          const world = createWorld()
          const script = { steps: 3, tokens: 1, intervalMs: 1, effect: 'effect' }
          const again = new Map<string, number>()
          const deaths = [...kills]
          let continued: Event[] = []
          let here: Event[] = []
          let answers: Answered[] | undefined
          for (let sitting = 0; sitting < 40; sitting++) {
            const before = {
              ...(here.length > 0 && { resumed: { events: structuredClone(here), times: 1 } }),
              ...(answers && { answers, continued: { events: structuredClone(continued) } }),
            }
            const resume = answers?.map(({ answer }) => answer)
            const given = answers ? { resume: resume ?? [] } : { script }
            const { events, asked, end } = await sit(world, { ...given, before, kill: deaths.shift() ?? 1_000 })
            here = [...here, ...events]
            if (end === 'killed') continue
            const [interrupt] = asked
            if (!interrupt) break
            const payload = payloads.shift() ?? { outcome: 'again' }
            expect(await world.agent.checkAnswer?.(interrupt, payload)).toEqual({ type: 'ok' })
            const call = interrupt.toolCallId ?? ''
            if (payload.outcome === 'again') again.set(call, (again.get(call) ?? 0) + 1)
            answers = [{ interrupt, answer: { interruptId: interrupt.id, status: 'resolved', payload } }]
            continued = [...continued, ...here]
            here = []
          }
          const log = [...continued, ...here]
          for (const { toolCallId } of started(log)) {
            const starts = started(log).filter((value) => value.toolCallId === toolCallId).length
            expect(starts).toBeLessThanOrEqual(1 + (again.get(toolCallId) ?? 0))
          }
          expect(new Set(results(log).map(({ toolCallId }) => toolCallId)).size).toBe(3)
          expect(results(log)).toHaveLength(3)
          expect(shown(log)).toBe('t0 ')
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('sub-agents', () => {
  it('act side by side, each started by a call of its own, whose result holds its last words', async () => {
    const script = { tokens: 1, intervalMs: 5, subagents: 2, subagentSteps: 2 }
    const { events } = await sit(createWorld(), { script })
    const begun = events.flatMap((event) => (event.type === EventType.SUBAGENT_STARTED ? [event] : []))
    expect(begun).toMatchObject([{ name: 'helper 1' }, { name: 'helper 2' }])
    expect(new Set(begun.map(({ metadata }) => metadata?.holdfast.jobId)).size).toBe(2)
    const parents = begun.map(({ parentToolCallId }) => parentToolCallId)
    const words = results(events).filter(({ toolCallId }) => parents.includes(toolCallId))
    expect(words.map(({ content }) => content)).toEqual(['helper 1 has taken 2 steps.', 'helper 2 has taken 2 steps.'])
    const order = results(events).flatMap(({ subagentRunId }) => subagentRunId ?? [])
    expect(order.slice(0, 2)).toEqual(begun.map(({ subagentRunId }) => subagentRunId))
    expect(events.find(({ type }) => type === EventType.TEXT_MESSAGE_CONTENT)).toMatchObject({
      delta: 'Take 2 steps.',
      subagentRunId: begun[0]?.subagentRunId,
    })
  })

  it('S003-11 stop one by one: the others and their parent go on', async () => {
    const stops = new Map<string, AbortController>()
    const childSignal = (id: string) => {
      const stop = stops.get(id) ?? new AbortController()
      stops.set(id, stop)
      return stop.signal
    }
    const script = { tokens: 1, intervalMs: 5, subagents: 2, subagentSteps: 5 }
    const { events, end } = await sit(createWorld(), {
      script,
      before: { childSignal },
      onEvent(event) {
        if (event.type !== EventType.TOOL_CALL_RESULT || event.content !== 'step 1') return
        const [first] = stops.values()
        first?.abort(new DOMException('stopped', 'AbortError'))
      },
    })
    expect(end).toBe('ended')
    const [first, second] = [...stops.keys()]
    const ends = events.filter(({ type }) => type === EventType.SUBAGENT_ERROR || type === EventType.SUBAGENT_FINISHED)
    expect(ends).toMatchObject([
      { type: 'SUBAGENT_ERROR', subagentRunId: first, code: 'cancelled' },
      { type: 'SUBAGENT_FINISHED', subagentRunId: second },
    ])
    expect(results(events).filter(({ metadata }) => metadata?.holdfast.error)).toHaveLength(1)
    expect(shown(events)).toBe('t0 ')
  })
})

describe('questions', () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined))

  it('a scripted question ends the run, and the run that answers ends well whatever the answer', async () => {
    const world = createWorld()
    const { asked, events } = await sit(world, { script: { tokens: 2, intervalMs: 0, interrupt: true } })
    const [interrupt] = asked
    if (!interrupt) throw new Error('It asked nothing.')
    const answering = fc.record({
      payload: anything,
      status: fc.constantFrom('resolved' as const, 'cancelled' as const),
    })
    await fc.assert(
      fc.asyncProperty(answering, fc.boolean(), async ({ payload, status }, isScripted) => {
        const answer: ResumeEntry = { interruptId: interrupt.id, status, payload }
        const before = { answers: [{ interrupt, answer }], continued: { events } }
        const script = isScripted ? { script: { tokens: 1, intervalMs: 0, interrupt: true } } : {}
        const next = await sit(world, { ...script, before, resume: [answer] })
        expect(next).toMatchObject({ end: 'ended', asked: [] })
        expect(shown(next.events)).not.toBe('')
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['approved', { approved: true }, '"to":"Ada"', false],
    ['with edited arguments', { approved: true, arguments: { to: 'Grace', text: 'Hi' } }, '"to":"Grace"', false],
    ['denied with a note', { approved: false, note: 'Not today.' }, 'They say: Not today.', true],
  ])('asks a person before it acts: %s', async (_, payload, result, isError) => {
    const world = createWorld()
    const { asked, events } = await sit(world, { question: 'Ask me first, please' })
    const [interrupt] = asked
    if (!interrupt) throw new Error('It asked nothing.')
    expect(interrupt).toMatchObject({ reason: 'tool_approval', metadata: { toolName: 'send_postcard' } })
    expect(await world.agent.checkAnswer?.(interrupt, payload)).toEqual({ type: 'ok' })
    const answer: ResumeEntry = { interruptId: interrupt.id, status: 'resolved', payload }
    const before = { answers: [{ interrupt, answer }], continued: { events } }
    const next = await sit(world, { before, resume: [answer] })
    expect(results(next.events)).toMatchObject([
      { toolCallId: interrupt.toolCallId, content: expect.stringContaining(result) },
    ])
    expect(results(next.events)[0]?.metadata?.holdfast?.error ?? false).toBe(isError)
    expect(started(next.events)).toHaveLength(isError ? 0 : 1)
  })

  it('refuses an answer that its question does not take', async () => {
    const world = createWorld()
    const [interrupt] = (await sit(world, { question: 'Ask me first' })).asked
    if (!interrupt) throw new Error('It asked nothing.')
    for (const payload of [
      undefined,
      null,
      {},
      { approved: 'yes' },
      { approved: true, arguments: { to: 1, text: 'x' } },
    ])
      expect(await world.agent.checkAnswer?.(interrupt, payload)).toMatchObject({ type: 'invalid' })
    const unknown = { ...interrupt, reason: 'tool_outcome_unknown' }
    for (const payload of [{}, { outcome: 'maybe' }])
      expect(await world.agent.checkAnswer?.(unknown, payload)).toMatchObject({ type: 'invalid' })
  })

  it('lets a person choose, and three sub-agents work where a person asks for some', async () => {
    const [choice] = (await sit(createWorld(), { question: 'Ask me something' })).asked
    expect(choice?.responseSchema).toMatchObject({
      properties: { choice: { enum: [expect.any(String), expect.any(String), expect.any(String)] } },
    })
    const { events } = await sit(createWorld(), { question: 'Use sub-agents for this' })
    expect(events.filter(({ type }) => type === EventType.SUBAGENT_FINISHED)).toHaveLength(3)
    expect(shown(events)).toContain('librarian')
  })
})
