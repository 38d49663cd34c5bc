/**
 * A small server for tests of the engine: memory store, in-process bus, manual clock, and agents that the test
 * controls.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Event, RunAgentInput } from '@ag-ui/core'
import { type AfterCrash, type Envelope, envelopeJson, splitFrames, type ThreadKey } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect } from 'vitest'
import { createCatalogue } from '../../agents/catalogue.ts'
import { createDemoAgent } from '../../agents/demo/demo-agent.ts'
import type { Agent, AgentContext } from '../../agents/port.ts'
import { createInProcessBus } from '../../bus/in-process-bus.ts'
import { createMemoryStore } from '../../store/memory/memory-store.ts'
import type { RunWork, Store } from '../../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../../store/principal.ts'
import type { OnBusy, StartRequest } from '../../store/run-record.ts'
import { createEngine, type EngineOptions } from '../engine.ts'
import type { EngineLogEntry } from '../log.ts'

/** One call of the agent `puppet`, whose output the test controls. */
export interface PuppetCall {
  readonly input: RunAgentInput
  readonly context: AgentContext
  say(event: unknown): void
  /** Sends a text message that stays open. */
  text(delta: string): void
  finish(): void
  fail(error: unknown): void
  /** How often the engine has asked for an event. */
  readonly asked: number
  /** Whether the engine has left this call. */
  readonly left: boolean
}

export function createPuppet(id = 'puppet', { stopsOnAbort = true } = {}) {
  const calls: PuppetCall[] = []
  const agent: Agent = {
    id,
    title: id,
    run(input, context) {
      const said: (() => IteratorResult<Event>)[] = []
      let wake = () => {}
      let begun = false
      let asked = 0
      let left = false
      const push = (result: () => IteratorResult<Event>) => {
        said.push(result)
        wake()
      }
      const say = (event: unknown) => push(() => ({ done: false, value: event as Event }))
      const done = () => ({ done: true as const, value: undefined })
      calls.push({
        input,
        context,
        say,
        text(delta) {
          if (!begun) say({ type: 'TEXT_MESSAGE_START', messageId: `${input.runId}-text`, role: 'assistant' })
          begun = true
          say({ type: 'TEXT_MESSAGE_CONTENT', messageId: `${input.runId}-text`, delta })
        },
        finish() {
          if (begun) say({ type: 'TEXT_MESSAGE_END', messageId: `${input.runId}-text` })
          push(done)
        },
        fail: (error) =>
          push(() => {
            throw error
          }),
        get asked() {
          return asked
        },
        get left() {
          return left
        },
      })
      if (stopsOnAbort)
        context.signal.addEventListener('abort', () =>
          push(() => {
            throw context.signal.reason
          }),
        )
      return {
        [Symbol.asyncIterator]: () => ({
          async next() {
            asked++
            while (said.length === 0) await new Promise<void>((resolve) => (wake = resolve))
            return (said.shift() ?? done)()
          },
          async return() {
            left = true
            return done()
          },
        }),
      }
    },
  }
  return { agent, calls }
}

export interface TestServerOptions extends Partial<Omit<EngineOptions, 'store'>> {
  readonly agents?: readonly Agent[]
  /** Wraps the store's work, to inject faults and delays. */
  readonly work?: (work: RunWork) => RunWork
  readonly deaf?: boolean
}

export async function createTestServer({
  agents = [],
  work = (w) => w,
  deaf = false,
  ...options
}: TestServerOptions = {}) {
  const clock = createManualClock()
  const bus = createInProcessBus({
    onListenerError: (error) => {
      throw error
    },
  })
  const store: Store = createMemoryStore({ clock, publish: bus.publish })
  const puppet = createPuppet()
  const log: EngineLogEntry[] = []
  const catalogue = createCatalogue([createDemoAgent({ clock }), puppet.agent, ...agents], 'demo')
  const settings: EngineOptions = {
    store: { work: work(store.work), log: store.log, threads: store.threads },
    bus: deaf ? { subscribe: () => () => {} } : bus,
    catalogue,
    clock,
    workerId: 'w',
    exclusive: false,
    random: () => 0,
    log: (entry) => log.push(entry),
    ...options,
  }
  const engine = createEngine(settings)
  await store.rooms.create(me, { roomId: 'default', title: 'Default', agentId: 'demo' })

  const server = {
    clock,
    bus,
    store,
    engine,
    log,
    calls: puppet.calls,
    settings,
    key: (threadId: string): ThreadKey => ({ roomId: 'default', threadId }),
    /** Starts a run whose id is the thread's. */
    async ask(threadId: string, agentId = 'puppet', script?: object, afterCrash?: AfterCrash, content = 'Hi') {
      await server.askAs(threadId, threadId, 'reject', agentId, script, afterCrash, content)
    },
    async askAs(
      threadId: string,
      runId: string,
      onBusy: OnBusy,
      agentId = 'puppet',
      script?: object,
      afterCrash?: AfterCrash,
      content = 'Hi',
    ) {
      const request: StartRequest = {
        runId,
        messages: [{ id: `${runId}-q`, role: 'user', content }],
        agentId,
        onBusy,
        tools: [],
        context: [],
        ...(script && { forwardedProps: { script } }),
      }
      const answer = await store.runs.start(me, server.key(threadId), request, afterCrash)
      expect(answer.type).toBe('accepted')
    },
    cancel: (threadId: string, reason?: string) => store.runs.cancelRun(me, server.key(threadId), threadId, reason),
    async run(threadId: string) {
      const answer = await store.runs.get(me, server.key(threadId), threadId)
      if (answer.type !== 'run') throw new Error(`no run ${threadId}`)
      return answer.run
    },
    async envelopes(threadId: string): Promise<Envelope[]> {
      const range = { after: 0, maxBytes: 1e9, maxRecords: 1e9 }
      const answer = await store.log.read(me, server.key(threadId), range)
      if (answer.type !== 'chunk') throw new Error(answer.type)
      const frames = splitFrames(new TextDecoder().decode(answer.frames))
      return frames.map((frame) => JSON.parse(envelopeJson(frame)) as Envelope)
    },
    async text(threadId: string): Promise<string> {
      const envelopes = await server.envelopes(threadId)
      return envelopes.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
    },
    /** Lets everything happen that needs no time to pass. */
    async settle() {
      for (let n = 0; n < 30; n++) await turn()
    },
    /** Lets time pass in steps, and everything settle after each. */
    async pass(ms: number, step = 10) {
      for (let passed = 0; passed < ms; passed += step) {
        await server.settle()
        clock.advance(Math.min(step, ms - passed))
      }
      await server.settle()
    },
  }
  return server
}

/** G4, I1: exactly one terminal event, `run.ended` right after it, and nothing of the run after that. */
export function expectLegalEnd(envelopes: readonly Envelope[], outcome: object): void {
  const types = envelopes.map(({ event }) => event.type)
  const terminal = types.filter((type) => type === 'RUN_FINISHED' || type === 'RUN_ERROR')
  expect(terminal).toHaveLength(1)
  expect(types.filter((type) => type === 'RUN_STARTED')).toHaveLength(1)
  expect(types.slice(-2)).toEqual([terminal[0], 'run.ended'])
  expect(envelopes.at(-1)?.event).toMatchObject({ outcome })
}
