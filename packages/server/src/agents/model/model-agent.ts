/**
 * The model agent: answers through any endpoint that speaks OpenAI's chat completions.
 *
 * Invariants:
 * - An answer that ends without the provider's finish reason is a failure, never a success; what came is kept.
 * - The socket closes when the run is aborted, when the answer fails, and when nobody reads on.
 * - An accepted run asks the provider once: nothing here retries by itself.
 */
import { randomUUID } from 'node:crypto'
import { type Event, EventType, type RunAgentInput, tokenUsageFromAiSdkUsage } from '@ag-ui/core'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Clock } from '@holdfast/core'
import { streamText } from 'ai'
import type { Agent, AgentContext } from '../port.ts'
import { failureOf, failureOfFinish, modelFailure } from './failures.ts'
import { toModelMessages } from './messages.ts'
import { createSilenceWatch, type SilenceLimits, type SilenceWatch } from './silence.ts'

export interface ModelAgentOptions extends Partial<SilenceLimits> {
  /** Default `model`. */
  readonly id?: string
  /** Default: the model's name. */
  readonly title?: string
  /** Up to and including `/v1`. */
  readonly baseUrl: string
  readonly apiKey?: string
  readonly model: string
  readonly clock: Clock
  /** Ids of messages; unique in a thread. */
  readonly newId?: () => string
}

export function createModelAgent(options: ModelAgentOptions): Agent {
  const { id = 'model', title = options.model } = options
  return { id, title, run: (input, context) => answer(options, input, context) }
}

async function* answer(
  { baseUrl, apiKey, model, clock, newId = randomUUID, firstByteMs = 60_000, idleMs = 120_000 }: ModelAgentOptions,
  { messages, context: told }: RunAgentInput,
  { signal, usage }: AgentContext,
): AsyncGenerator<Event> {
  const watch = createSilenceWatch(clock, { firstByteMs, idleMs })
  const hangUp = new AbortController()
  const provider = createOpenAICompatible({
    name: 'model',
    baseURL: baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    includeUsage: true,
    fetch: listening(watch),
  })
  const { stream } = streamText({
    model: provider.chatModel(model),
    messages: toModelMessages(messages, told),
    allowSystemInMessages: true,
    maxRetries: 0,
    abortSignal: AbortSignal.any([signal, hangUp.signal]),
    // The library would print it; it comes as a part of the stream too, which is where it is dealt with.
    onError: () => {},
  })
  const parts = stream[Symbol.asyncIterator]()
  // The library uses one id again and again; ours are unique.
  let thoughtId = ''
  let messageId = ''
  let finished = false
  try {
    for (;;) {
      const next = await watch.guard(parts.next())
      if (next.done) break
      const part = next.value
      switch (part.type) {
        case 'reasoning-start':
          thoughtId = newId()
          yield { type: EventType.REASONING_START, messageId: thoughtId }
          yield { type: EventType.REASONING_MESSAGE_START, messageId: thoughtId, role: 'reasoning' }
          break
        case 'reasoning-delta':
          if (part.text) yield { type: EventType.REASONING_MESSAGE_CONTENT, messageId: thoughtId, delta: part.text }
          break
        case 'reasoning-end':
          yield { type: EventType.REASONING_MESSAGE_END, messageId: thoughtId }
          yield { type: EventType.REASONING_END, messageId: thoughtId }
          break
        case 'text-start':
          messageId = newId()
          yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
          break
        case 'text-delta':
          if (part.text) yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: part.text }
          break
        case 'text-end':
          yield { type: EventType.TEXT_MESSAGE_END, messageId }
          break
        case 'error':
          throw part.error
        case 'finish': {
          const spent = tokenUsageFromAiSdkUsage(part.totalUsage, { provider: 'model', model })
          if (spent) usage(spent)
          const failure = failureOfFinish(part.finishReason)
          if (failure) throw failure
          finished = true
        }
      }
    }
    if (!finished) throw modelFailure('model_bad_response')
  } catch (error) {
    signal.throwIfAborted()
    throw failureOf(error)
  } finally {
    hangUp.abort()
  }
}

/** fetch, telling the watch of every byte. */
function listening(watch: SilenceWatch): typeof fetch {
  return async (request, init) => {
    const response = await fetch(request, init)
    watch.heard()
    if (!response.body) return response
    const tap = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        watch.heard()
        controller.enqueue(bytes)
      },
    })
    return new Response(response.body.pipeThrough(tap), response)
  }
}
