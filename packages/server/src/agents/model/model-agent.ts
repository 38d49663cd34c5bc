/**
 * The model agent: answers through any endpoint that speaks OpenAI's chat completions.
 *
 * Invariants:
 * - An answer that ends without the provider's finish reason is a failure, never a success; what came is kept.
 * - The socket closes when the run is aborted, when the answer fails, and when nobody reads on.
 * - A call that has said anything is never repeated. One that was refused for now, before a word, is: after a wait that
 *   the log shows, a bounded number of times.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import { sleep } from '../pace.ts'
import type { Agent, AgentContext } from '../port.ts'
import type { SilenceLimits } from '../silence.ts'
import { createCall } from './call.ts'
import { failureOf } from './failures.ts'
import { toModelMessages } from './messages.ts'
import { askForTitle } from './title.ts'
import { afterRefusal, type WaitLimits, waitingEvent } from './waiting.ts'

export interface ModelLimits extends SilenceLimits, WaitLimits {
  /** Milliseconds from the run's start to its end, waiting included. */
  readonly totalMs: number
}

export const DEFAULT_MODEL_LIMITS: ModelLimits = {
  firstByteMs: 60_000,
  idleMs: 120_000,
  totalMs: 3_600_000,
  maxAttempts: 5,
  maxWaitMs: 120_000,
}

/** A name that takes longer than this is not worth it. */
const TITLE_MS = 30_000

export interface ModelAgentOptions extends Partial<ModelLimits> {
  /** Default `model`. */
  readonly id?: string
  /** Default: the model's name. */
  readonly title?: string
  /** Up to and including `/v1`. */
  readonly baseUrl: string
  readonly apiKey?: string
  readonly model: string
  /** Said to the model before every conversation. */
  readonly system?: string
  /** The model that is asked for a conversation's name; without it a conversation keeps its first line. */
  readonly titleModel?: string
  readonly clock: Clock
  /** Ids of messages; unique in a thread. */
  readonly newId?: () => string
  /** 0 ≤ n < 1, for the jitter of waits. */
  readonly random?: () => number
}

export function createModelAgent(options: ModelAgentOptions): Agent {
  const { id = 'model', title = options.model, titleModel, clock } = options
  const limits = { ...DEFAULT_MODEL_LIMITS, ...options }
  return {
    id,
    title,
    run: (input, context) => answer(options, input, context),
    ...(titleModel !== undefined && {
      entitle: (messages, signal) =>
        askForTitle({ ...options, ...limits, model: titleModel, until: clock.now() + TITLE_MS }, messages, signal),
    }),
  }
}

async function* answer(
  options: ModelAgentOptions,
  { messages, context: told }: RunAgentInput,
  context: AgentContext,
): AsyncGenerator<Event> {
  const { clock, system, random = Math.random } = options
  const limits = { ...DEFAULT_MODEL_LIMITS, ...options }
  const until = clock.now() + limits.totalMs
  const prompt = toModelMessages(messages, told, system)
  let ms = 0
  for (let attempts = 1; ; attempts++) {
    const call = createCall({ ...options, ...limits, until }, context)
    try {
      return yield* call.answer(prompt)
    } catch (error) {
      context.signal.throwIfAborted()
      if (call.hasSpoken) throw failureOf(error)
      const now = clock.now()
      const maxWaitMs = Math.min(limits.maxWaitMs, until - now + ms)
      const next = afterRefusal(error, { attempts, ms }, { ...limits, maxWaitMs }, now, random())
      if (next.type === 'fail') throw next.failure
      yield waitingEvent(next, attempts + 1, limits, now)
      await sleep(clock, next.ms, context.signal)
      ms += next.ms
    }
  }
}
