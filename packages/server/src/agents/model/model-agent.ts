/**
 * The model agent: answers through any endpoint that speaks OpenAI's chat completions.
 *
 * Invariants:
 * - An answer that is not known to be complete is a failure, never a success. What arrived is kept
 *   (`reading/answer.ts`).
 * - The socket closes when the run aborts, when the answer fails, and when the reader stops.
 * - A call with any output is never repeated. A call refused before any output is, after a wait that the log shows, a
 *   bounded number of times. Runs that wait for the same provider wait together (`gate.ts`), and a run whose thread is
 *   on screen goes first.
 */
import { randomUUID } from 'node:crypto'
import type { Clock, SilenceLimits } from '@holdfast/core'
import { DEFAULT_LOOP_LIMITS, type LoopLimits } from '../loop/limits.ts'
import type { LoopAgent, LoopModel } from '../loop/run.ts'
import { createLoopAgent } from '../loop/run-loop.ts'
import type { Agent } from '../port.ts'
import type { Tool } from '../tools/port.ts'
import { createApproach, type ModelGate } from './approach.ts'
import { createCall } from './call.ts'
import { type EndpointOptions, endpointOf, MAX_FIRST_BYTE_MS } from './endpoint.ts'
import { failureOf } from './failures.ts'
import { createFields, type Fields } from './fields.ts'
import { createGate } from './gate.ts'
import { toModelMessages } from './messages.ts'
import { askForTitle } from './title.ts'
import type { WaitLimits } from './waiting.ts'

export interface ModelLimits extends SilenceLimits, WaitLimits {
  /** Milliseconds from the run's start to its end, including waits. */
  readonly totalMs: number
}

export const DEFAULT_MODEL_LIMITS: ModelLimits = {
  firstByteMs: 60_000,
  idleMs: 120_000,
  totalMs: 3_600_000,
  maxAttempts: 5,
  maxWaitMs: 120_000,
}

/** Milliseconds that a title request may take. */
const TITLE_MS = 30_000

export interface ModelAgentOptions extends EndpointOptions, Partial<ModelLimits> {
  /** Default `model`. */
  readonly id?: string
  /** Default: the model's name. */
  readonly title?: string
  readonly model: string
  /** Instructions that precede every conversation. */
  readonly system?: string
  /** The model that titles conversations. Absent: the title stays the first line. */
  readonly titleModel?: string
  /** What it may call, read before each call of the model. Default: nothing. */
  readonly tools?: () => Promise<readonly Tool[]>
  /** The agents that it may start. */
  readonly subAgents?: readonly LoopAgent[]
  readonly loop?: Partial<LoopLimits>
  /** Default: one of its own. */
  readonly provider?: ModelProvider
  readonly clock: Clock
  /** Ids of messages; unique in a thread. */
  readonly newId?: () => string
  /** 0 ≤ n < 1, for the jitter of waits. */
  readonly random?: () => number
}

/** @throws TypeError for invalid settings; it contains no header value */
export function createModelAgent(options: ModelAgentOptions): Agent {
  return agentOf(loopAgentOf(options), options)
}

/** The agent of a catalogue. `agent` may be shared with others that start it as a sub-agent. */
export function agentOf(agent: LoopAgent, options: ModelAgentOptions): Agent {
  const { clock, newId = randomUUID, totalMs = DEFAULT_MODEL_LIMITS.totalMs } = options
  const entitle = titlesOf(options)
  return { ...createLoopAgent({ agent, clock, newId, totalMs }), ...(entitle && { entitle }) }
}

/** @throws TypeError for invalid settings; it contains no header value */
export function loopAgentOf(options: ModelAgentOptions): LoopAgent {
  const { id = 'model', title = options.model, tools = async () => [], subAgents = [] } = options
  const limits = { ...DEFAULT_LOOP_LIMITS, ...options.loop }
  return { id, title, limits, subAgents, tools, model: createModel(options, limits.maxToldResult) }
}

/** What all agents share that ask the same provider with the same key. */
export interface ModelProvider {
  readonly gate: ModelGate
  readonly fields: Fields
}

/** One provider, one key, one limit. Title requests follow an answer, use another model, and pass no gate. */
export function createProvider(clock: Clock): ModelProvider {
  return { gate: createGate(clock), fields: createFields() }
}

function createModel(options: ModelAgentOptions, maxToldResult: number): LoopModel {
  const { clock, system, random = Math.random } = options
  const limits = { ...DEFAULT_MODEL_LIMITS, ...options }
  if (!(limits.firstByteMs > 0 && limits.firstByteMs <= MAX_FIRST_BYTE_MS))
    throw new TypeError(`A model’s firstByteMs is more than 0 and at most ${MAX_FIRST_BYTE_MS}.`)
  const endpoint = endpointOf(options)
  const { gate, fields } = options.provider ?? createProvider(clock)

  return {
    async *ask({ messages, context: told, tools, newCallId, until }, context) {
      const prompt = toModelMessages(messages, told, system, maxToldResult)
      const approach = createApproach({ gate, context, clock, limits, until, random })
      try {
        for (let attempt = 1; ; attempt++) {
          yield* approach.turn(attempt)
          const { taken: onTaken } = approach
          const settings = { ...options, ...limits, endpoint, fields, until, onTaken, tools, newCallId }
          const call = createCall(settings, context)
          try {
            return yield* call.answer(prompt)
          } catch (error) {
            context.signal.throwIfAborted()
            if (call.hasSpoken) throw failureOf(error)
            yield* approach.failed(error, attempt)
          }
        }
      } finally {
        approach.leave()
      }
    },
  }
}

function titlesOf(options: ModelAgentOptions): Agent['entitle'] {
  const { titleModel, clock } = options
  if (titleModel === undefined) return undefined
  const endpoint = endpointOf(options)
  const fields = createFields()
  return (messages, signal) => {
    const until = clock.now() + TITLE_MS
    const settings = { ...DEFAULT_MODEL_LIMITS, ...options, endpoint, fields, model: titleModel, until }
    return askForTitle({ ...settings, tools: new Map() }, messages, signal)
  }
}
