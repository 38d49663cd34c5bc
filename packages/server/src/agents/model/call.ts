/**
 * One call of a provider: its stream as AG-UI events, up to its end or failure. Does not know: how a failure is
 * handled.
 */
import { randomUUID } from 'node:crypto'
import { type Event, EventType, tokenUsageFromAiSdkUsage } from '@ag-ui/core'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { type Clock, createSilenceWatch, type SilenceLimits } from '@holdfast/core'
import { jsonSchema, type ModelMessage, streamText, type ToolSet } from 'ai'
import type { AgentContext } from '../port.ts'
import type { Tool } from '../tools/port.ts'
import type { ModelEndpoint } from './endpoint.ts'
import { notUnderstood, tooSlow } from './failures.ts'
import type { Fields } from './fields.ts'
import { calledAs, createProviderFetch } from './provider-fetch.ts'

export interface CallOptions extends SilenceLimits {
  readonly endpoint: ModelEndpoint
  readonly model: string
  readonly clock: Clock
  /** Fields that the provider is known to refuse. */
  readonly fields: Fields
  readonly newId?: () => string
  /** What the model may call, by the names that it is told. Absent: an answer that calls a tool is a failure. */
  readonly tools?: ReadonlyMap<string, Pick<Tool, 'description' | 'inputSchema'>>
  /** The id of a call in the log, for the provider's id. Each is given once. */
  readonly newCallId?: (given: string | undefined) => string
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

/** Characters of the name of a tool, which may be anything. */
const MAX_NAME_LENGTH = 256

/** The library ends a text late when a call follows it. */
const ENDS_TEXT: ReadonlySet<string> = new Set(['text-end', 'reasoning-start', 'tool-input-start'])

export function createCall(options: CallOptions, { signal, usage }: Pick<AgentContext, 'signal' | 'usage'>): Call {
  const { endpoint, model, clock, fields, newId = randomUUID, onTaken = () => {} } = options
  const { firstByteMs, idleMs, until, tools = new Map(), newCallId = newId } = options
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
      fetch: createProviderFetch({
        clock,
        watch,
        fields,
        onTaken,
        onBroken: (error) => (broken = { error }),
        takesCalls: tools.size > 0,
      }),
      supportedUrls: () => ({ '*/*': [/^https?:/i] }),
    })
    const { stream } = streamText({
      model: provider.chatModel(model),
      messages,
      ...(tools.size > 0 && { tools: offered(tools) }),
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
    /** The message that holds the calls: the text before them, or one without text. */
    let holder = ''
    let isTextOpen = false
    const callIds = new Map<string, string>()
    let finished = false
    try {
      const stream = parts(messages)
      for (;;) {
        const next = await watch.guard(stream.next())
        if (next.done) break
        const part = next.value
        if (isTextOpen && ENDS_TEXT.has(part.type)) {
          isTextOpen = false
          yield { type: EventType.TEXT_MESSAGE_END, messageId }
        }
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
          case 'text-delta':
            if (!part.text) break
            hasSpoken = true
            if (!isTextOpen) {
              isTextOpen = true
              messageId = newId()
              yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
            }
            yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: part.text }
            break
          case 'tool-input-start': {
            hasSpoken = true
            holder ||= messageId || newId()
            const toolCallId = newCallId(calledAs(part.id).id)
            callIds.set(part.id, toolCallId)
            const toolCallName = part.toolName.slice(0, MAX_NAME_LENGTH)
            yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName, parentMessageId: holder }
            break
          }
          case 'tool-input-delta': {
            const toolCallId = callIds.get(part.id)
            if (toolCallId && part.delta) yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: part.delta }
            break
          }
          case 'tool-input-end': {
            const toolCallId = callIds.get(part.id)
            if (toolCallId) yield { type: EventType.TOOL_CALL_END, toolCallId }
            break
          }
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

/** The library only describes them to the provider. The loop calls them. */
function offered(tools: NonNullable<CallOptions['tools']>): ToolSet {
  return Object.fromEntries(
    Array.from(tools, ([name, { description, inputSchema }]) => [
      name,
      { description, inputSchema: jsonSchema(inputSchema) },
    ]),
  )
}
