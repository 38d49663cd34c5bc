/**
 * A `fetch` for untrusted model providers, with a tolerant reader in front of the library, which accepts an answer only
 * in OpenAI's exact form: whatever a provider sends is read here (`reading/`) and passed on in that form. Follows no
 * redirect, since the target would receive the conversation. Lets nothing grow without bound.
 */
import type { Clock, SilenceWatch } from '@holdfast/core'
import { wasIdle } from './connection.ts'
import { notReached, redirected } from './failures.ts'
import type { Fields } from './fields.ts'
import { ProviderError } from './provider-error.ts'
import type { Piece } from './reading/answer.ts'
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
  /** Tools are offered. */
  readonly takesCalls: boolean
}

/** A call of an answer under the id that the library passes on. */
export interface CalledAs {
  /** Counts the calls of the answer from 0. */
  readonly n: number
  /** The provider's. */
  readonly id?: string
}

/** The library refuses ids that come twice, so each begins with the call's number. */
export function calledAs(libraryId: string): CalledAs {
  const at = libraryId.indexOf(' ')
  const id = libraryId.slice(at + 1)
  return { n: Number(libraryId.slice(0, at)), ...(id !== '' && { id }) }
}

/** The library drops calls without a name. */
const UNNAMED = 'unnamed'

export function createProviderFetch(options: ProviderFetchOptions): typeof fetch {
  const { clock, watch, fields, onTaken, onBroken, takesCalls } = options
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
    let hasCalls = false
    try {
      for await (const piece of readAnswer(body, { clock, heard, onTaken, takesCalls })) {
        if (piece.type === 'usage') usage = piece.usage
        else yield part(deltaOf(piece))
        hasCalls ||= piece.type === 'call'
      }
    } catch (error) {
      onBroken(error)
    }
    if (usage) yield event({ choices: [], usage })
    yield part({}, hasCalls ? 'tool_calls' : 'stop')
  }

  return async (request, init) => {
    const { body } = await ask(request, init)
    const chunks = asOpenAiSendsIt(body ?? new Blob([]).stream())
    return new Response(streamOf(chunks), { headers: { 'Content-Type': 'text/event-stream' } })
  }
}

function deltaOf(piece: Exclude<Piece, { readonly type: 'usage' }>): object {
  switch (piece.type) {
    case 'text':
      return { content: piece.delta }
    case 'thought':
      return { reasoning_content: piece.delta }
    case 'call': {
      const { n, id = '', name } = piece
      return { tool_calls: [{ index: n, id: `${n} ${id}`, function: { name: name || UNNAMED, arguments: '' } }] }
    }
    case 'arguments':
      return { tool_calls: [{ index: piece.n, function: { arguments: piece.delta } }] }
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
