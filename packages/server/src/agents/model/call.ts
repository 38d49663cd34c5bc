/**
 * One call of a provider: its stream as AG-UI events, up to its end or failure. Does not know: how a failure is
 * handled.
 */
import { randomUUID } from 'node:crypto'
import { type Event, EventType, tokenUsageFromAiSdkUsage } from '@ag-ui/core'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Clock } from '@holdfast/core'
import { type ModelMessage, streamText } from 'ai'
import type { AgentContext } from '../port.ts'
import { createSilenceWatch, type SilenceLimits } from '../silence.ts'
import type { ModelEndpoint } from './endpoint.ts'
import { notUnderstood, tooSlow } from './failures.ts'
import type { Fields } from './fields.ts'
import { createProviderFetch } from './provider-fetch.ts'

export interface CallOptions extends SilenceLimits {
  readonly endpoint: ModelEndpoint
  readonly model: string
  readonly clock: Clock
  /** Fields that the provider is known to refuse. */
  readonly fields: Fields
  readonly newId?: () => string
  /** The provider has started to answer, not to refuse. */
  readonly onTaken?: () => void
  /** When the answer must be complete, on the clock. */
  readonly until: number
}

export interface Call {
  /** Throws any failure unchanged. Call once. */
  answer(messages: ModelMessage[]): AsyncGenerator<Event>
  /** Whether any output has arrived. */
  readonly hasSpoken: boolean
}

export function createCall(
  { endpoint, model, clock, fields, newId = randomUUID, onTaken = () => {}, firstByteMs, idleMs, until }: CallOptions,
  { signal, usage }: Pick<AgentContext, 'signal' | 'usage'>,
): Call {
  const watch = createSilenceWatch({ clock, firstByteMs, idleMs, until, tooLong: tooSlow })
  const hangUp = new AbortController()
  let hasSpoken = false
  let broken: { readonly error: unknown } | undefined

  function parts(messages: ModelMessage[]) {
    const provider = createOpenAICompatible({
      name: 'model',
      baseURL: endpoint.baseURL,
      queryParams: endpoint.queryParams,
      headers: endpoint.headers,
      includeUsage: true,
      fetch: createProviderFetch({ clock, watch, fields, onTaken, onBroken: (error) => (broken = { error }) }),
      supportedUrls: () => ({ '*/*': [/^https?:/i] }),
    })
    const { stream } = streamText({
      model: provider.chatModel(model),
      messages,
      allowSystemInMessages: true,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, hangUp.signal]),
      // The provider fetches URLs in messages. Fetched from here, they could reach what only this machine can.
      experimental_download: async (addresses) => addresses.map(() => null),
      // The library would print the error; it is also part of the stream, where it is handled.
      onError: () => {},
    })
    return stream[Symbol.asyncIterator]()
  }

  async function* answer(messages: ModelMessage[]): AsyncGenerator<Event> {
    // The library reuses ids; ours are unique.
    let thoughtId = ''
    let messageId = ''
    let finished = false
    try {
      const stream = parts(messages)
      for (;;) {
        const next = await watch.guard(stream.next())
        if (next.done) break
        const part = next.value
        switch (part.type) {
          case 'reasoning-start':
            hasSpoken = true
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
            hasSpoken = true
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
            const spent = tokenUsageFromAiSdkUsage(part.totalUsage, { provider: endpoint.host, model })
            if (spent) usage(spent)
            finished = true
          }
        }
      }
      if (broken) throw broken.error
      if (!finished) throw notUnderstood()
    } finally {
      hangUp.abort()
    }
  }

  return {
    answer,
    get hasSpoken() {
      return hasSpoken
    },
  }
}
