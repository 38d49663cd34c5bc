/**
 * A `fetch` for untrusted model providers, with a tolerant reader in front of the library, which accepts an answer only
 * in OpenAI's exact form: whatever a provider sends is read here (`reading/`) and passed on in that form. Follows no
 * redirect, since the target would receive the conversation. Lets nothing grow without bound.
 */
import type { Clock } from '@holdfast/core'
import type { SilenceWatch } from '../silence.ts'
import { wasIdle } from './connection.ts'
import { notReached, redirected } from './failures.ts'
import type { Fields } from './fields.ts'
import { ProviderError } from './provider-error.ts'
import { bytesOf } from './reading/bytes.ts'
import type { Usage } from './reading/chunk.ts'
import { LINGER_MS, readAnswer } from './reading/read-answer.ts'

/** Bytes read of a refusal, for its reason. */
const MAX_REASON_BYTES = 64 * 1024

export interface ProviderFetchOptions {
  readonly clock: Clock
  readonly watch: Pick<SilenceWatch, 'heard'>
  /** Fields that this provider is known to refuse. */
  readonly fields: Fields
  /** The provider answers and does not refuse. */
  readonly onTaken: () => void
  /**
   * Called with the failure of an incomplete answer. What arrived of it has been passed on, and the stream ends
   * normally.
   */
  readonly onBroken: (error: unknown) => void
}

export function createProviderFetch({ clock, watch, fields, onTaken, onBroken }: ProviderFetchOptions): typeof fetch {
  const { heard } = watch

  async function ask(request: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<Response> {
    const body = fields.left(init?.body)
    const response = await called(request, { ...init, ...(body !== undefined && { body }), redirect: 'manual' })
    heard()
    if (response.status >= 300 && response.status < 400) throw redirected()
    if (response.ok) return response
    const error = new ProviderError(response.status, await reasonIn(response), response.headers)
    if (fields.learn(body, error)) return ask(request, init)
    throw error
  }

  async function reasonIn({ body }: Response): Promise<string> {
    if (!body) return ''
    const decoder = new TextDecoder()
    const until = clock.now() + LINGER_MS
    let text = ''
    let bytes = 0
    try {
      for await (const chunk of bytesOf(body, { clock, heard, until: () => until })) {
        bytes += chunk.byteLength
        text += decoder.decode(chunk, { stream: true })
        if (bytes > MAX_REASON_BYTES) break
      }
    } catch {
      // The status says enough.
    }
    return text
  }

  async function* asOpenAiSendsIt(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder()
    const event = (chunk: object) => encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)
    const part = (delta: object, reason: string | null = null) => event({ choices: [{ delta, finish_reason: reason }] })
    // Some send usage with every chunk; the last one counts.
    let usage: Usage | undefined
    try {
      for await (const piece of readAnswer(body, { clock, heard, onTaken })) {
        if (piece.type === 'usage') usage = piece.usage
        else yield part({ [piece.type === 'text' ? 'content' : 'reasoning_content']: piece.delta })
      }
    } catch (error) {
      onBroken(error)
    }
    if (usage) yield event({ choices: [], usage })
    yield part({}, 'stop')
  }

  return async (request, init) => {
    const { body } = await ask(request, init)
    const chunks = asOpenAiSendsIt(body ?? new Blob([]).stream())
    return new Response(streamOf(chunks), { headers: { 'Content-Type': 'text/event-stream' } })
  }
}

async function called(request: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  try {
    return await fetch(request, init).catch((error: unknown) => {
      if (wasIdle(error)) return fetch(request, init)
      throw error
    })
  } catch (error) {
    init.signal?.throwIfAborted()
    throw notReached(error)
  }
}

/** Pulls no faster than the reader reads. */
function streamOf(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    // Not awaited, since it may be in the middle of a read.
    cancel: () => void chunks.return(undefined),
  })
}
