/**
 * fetch, as far as a model provider is trusted, and the tolerant reader before the library, which takes an answer only
 * as OpenAI sends it: whatever a provider sends is read here (`reading/`) and handed on in that form. Follows no
 * redirect, since whoever it points to would be given the conversation; lets nothing grow without bound.
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

/** Of a refusal: it is read for the reason it gives. */
const MAX_REASON_BYTES = 64 * 1024

export interface ProviderFetchOptions {
  readonly clock: Clock
  readonly watch: Pick<SilenceWatch, 'heard'>
  /** What this provider is known not to take. */
  readonly fields: Fields
  /** It answers, and does not refuse. */
  readonly onTaken: () => void
  /** What the answer came to, where it is not whole. What came of it has been handed on, and the stream ends well. */
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
    // Some send it with every word; the last one holds.
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

/** No faster than it is read. */
function streamOf(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    // Not waited for: it may be in the middle of a read.
    cancel: () => void chunks.return(undefined),
  })
}
