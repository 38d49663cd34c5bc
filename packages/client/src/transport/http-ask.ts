/**
 * `ask` over HTTP: fetch against docs/PROTOCOL.md. Apart from the streams, so that a page that reads them through
 * another tab or a worker (`client/tabs`) does not load the code that reads them.
 *
 * Owns: requests, answers, which failure is which. Does not know: which verbs there are, retries, runs, what a stream
 * says.
 *
 * Invariants: see `port.ts`. A request for an answer has a time limit, because a half-open connection never fails by
 * itself.
 */
import { type Clock, isProblem, PROBLEM_CONTENT_TYPE } from '@holdfast/core'
import { TransportError, transportError } from './error.ts'
import type { RunTransport } from './port.ts'
import { fits, type Shape } from './shapes.ts'
import { type AnswerOf, type AnyRoute, type ArgKind, type ArgsOf, isRead, VERBS, type Verb } from './verbs.ts'

/** How long an answer may take. */
const ANSWER_MS = 20_000
/** Browsers let 64 KiB go out beyond the end of a page, of all requests that have no answer yet together. */
const KEEPALIVE_BYTES = 56 * 1024

export interface HttpOptions {
  /** What comes before `/v1`; by default the page's own origin. */
  readonly baseUrl?: string
  readonly clock: Clock
  readonly fetch?: typeof fetch
  /** Asked again for every request, so that a new token needs no new transport. */
  readonly headers?: () => Readonly<Record<string, string>>
}

interface Request {
  readonly path: string
  readonly method?: string
  readonly body?: unknown
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
}

export interface Http {
  readonly ask: RunTransport['ask']
  /** One answer, in time and of this shape; nothing where the answer has no content. */
  answered<T>(request: Request, shape: Shape | undefined): Promise<T>
  /** The response, once the server has accepted the request; its body is still to be read. */
  send(request: Request): Promise<Response>
}

export function createHttpAsk(options: HttpOptions): RunTransport['ask'] {
  return createHttp(options).ask
}

export function createHttp(options: HttpOptions): Http {
  const { baseUrl = '', clock } = options
  const doFetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))

  /** Of what may outlive the page and has no answer yet. */
  let aliveBytes = 0

  async function send(request: Request, body = jsonOf(request), keepalive = false): Promise<Response> {
    const { path, method, accept = 'application/json', signal } = request
    let response: Response
    try {
      response = await doFetch(baseUrl + path, {
        ...(method && { method }),
        headers: { accept, ...(body && { 'content-type': 'application/json' }), ...options.headers?.() },
        cache: 'no-store',
        ...(body && { body, keepalive }),
        ...(signal && { signal }),
      })
    } catch (cause) {
      throw broken(cause, signal)
    }
    if (!response.ok) throw await refusal(response)
    return response
  }

  /** The answer's text and status, in time. */
  async function read(request: Request): Promise<{ readonly text: string; readonly status: number }> {
    const limit = new AbortController()
    const undo = clock.schedule(ANSWER_MS, () => limit.abort())
    const body = jsonOf(request)
    const bytes = bytesOf(body)
    const alive = aliveBytes + bytes <= KEEPALIVE_BYTES
    if (alive) aliveBytes += bytes
    const signal = request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal
    try {
      // Kept alive, the request goes out even if the page is left at this very moment.
      const response = await send({ ...request, signal }, body, alive)
      return { text: await response.text(), status: response.status }
    } catch (cause) {
      // Only the caller's own abort is an abort; the time limit means that the network is silent.
      if (limit.signal.aborted && !request.signal?.aborted) throw new TransportError({ type: 'network' }, { cause })
      throw broken(cause, request.signal)
    } finally {
      undo()
      if (alive) aliveBytes -= bytes
    }
  }

  async function answered<T>(request: Request, shape: Shape | undefined): Promise<T> {
    const { text, status } = await read(request)
    if (!shape) {
      // Any other answer is a page of something in between. It proves no deletion.
      if (status !== 204) throw new TransportError({ type: 'protocol', detail: 'content instead of nothing' })
      return undefined as T
    }
    const value = parseJson(text)
    // The server's own empty answer says that it has remembered the request. A gateway's `{}` says nothing.
    if (status !== 202 && isEmpty(value)) throw new TransportError({ type: 'protocol', detail: 'an empty answer' })
    if (fits(value, shape)) return value as T
    throw new TransportError({ type: 'protocol', detail: 'an answer of another shape' })
  }

  async function ask<V extends Verb>(verb: V, args: ArgsOf<V>, signal?: AbortSignal): Promise<AnswerOf<V>> {
    const { answer, fitsTo } = VERBS[verb] as AnyRoute
    const value = await answered<AnswerOf<V>>({ ...requestOf(verb, args), signal }, answer)
    if (fitsTo?.(value, ...args) !== false) return value
    throw new TransportError({ type: 'protocol', detail: 'an answer to something else' })
  }

  return { ask, answered, send }
}

/** What the table says of a verb, as a request. */
function requestOf(verb: Verb, args: readonly unknown[]): Request {
  const { method, path, kinds } = VERBS[verb] as AnyRoute
  const given = (kind: ArgKind) => args[kinds.indexOf(kind)]
  return {
    method,
    path: path(...args) + search(given('query')),
    // Always there, for its Content-Type: a state-changing request without it is refused (docs/PROTOCOL.md, Process).
    body: isRead(verb) ? undefined : (given('body') ?? { reason: given('reason') }),
  }
}

function search(wanted: unknown): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted ?? {})) if (value !== undefined) query.set(name, String(value))
  return query.size > 0 ? `?${query}` : ''
}

function jsonOf({ body }: Request): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body)
}

function bytesOf(body = ''): number {
  return body.length > KEEPALIVE_BYTES ? body.length : new TextEncoder().encode(body).byteLength
}

/** Undefined: it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

export function broken(cause: unknown, signal: AbortSignal | undefined): TransportError {
  return signal?.aborted ? new TransportError({ type: 'aborted' }, { cause }) : transportError(cause)
}

/** What a status other than 2xx means. A body that is no problem came from something in between. */
async function refusal(response: Response): Promise<TransportError> {
  const { status } = response
  const text = await response.text().catch(() => '')
  if (status === 401) return new TransportError({ type: 'unauthorized' })
  if (response.headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE)) {
    const problem = parseJson(text)
    if (isProblem(problem)) return new TransportError({ type: 'problem', problem })
    // Not a problem after all: judged by its status like any other foreign answer.
  }
  if (status >= 500 || status === 429) return new TransportError({ type: 'unavailable', status })
  return new TransportError({ type: 'protocol', detail: `status ${status} without a problem` })
}
