/**
 * What has an answer, over HTTP: fetch against docs/PROTOCOL.md. Apart from the streams, so that a page that reads them
 * through others (`client/tabs`) does not load what reads them.
 *
 * Owns: requests, answers, which failure is which. Does not know: retries, runs, what a stream says.
 *
 * Invariants: see `port.ts`. A request for an answer has a time limit, because a half-open connection never fails by
 * itself.
 */
import { type Clock, isProblem, PROBLEM_CONTENT_TYPE, paths, sameKey, type ThreadSnapshot } from '@holdfast/core'
import { TransportError, transportError } from './error.ts'
import type { Answers, DeleteThreadOptions, EventPageQuery, RunPageQuery, ThreadPageQuery } from './port.ts'
import { fits, SHAPES, type Shape } from './shapes.ts'

/** How long an answer may take. */
const ANSWER_MS = 20_000
const EVENT_STREAM = 'text/event-stream'
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

interface Ask {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
}

export interface Http {
  readonly answers: Answers
  /** One answer; its shape is the caller's to check. */
  json<T>(request: Ask): Promise<T>
  /** The bytes of a stream of events, once the server has begun it. */
  stream(request: Omit<Ask, 'accept'>): Promise<ReadableStream<Uint8Array>>
}

export function createHttpAnswers(options: HttpOptions): Answers {
  return createHttp(options).answers
}

export function createHttp(options: HttpOptions): Http {
  const { baseUrl = '', clock } = options
  const doFetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))

  /** Of what may outlive the page and has no answer yet. */
  let aliveBytes = 0

  /**
   * The answer, once it is known to be a good one; its body is still to be read.
   * @param keepalive the request goes out even if the page is left in this very moment
   */
  async function ask(request: Omit<Ask, 'body'>, body: string | undefined, keepalive: boolean): Promise<Response> {
    const { path, method = 'GET', accept = 'application/json', signal } = request
    let response: Response
    try {
      response = await doFetch(baseUrl + path, {
        method,
        headers: {
          accept,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers?.(),
        },
        cache: 'no-store',
        ...(body === undefined ? {} : { body, keepalive }),
        ...(signal ? { signal } : {}),
      })
    } catch (cause) {
      throw broken(cause, signal)
    }
    if (!response.ok) throw await refusal(response)
    return response
  }

  const json = async <T>(request: Ask): Promise<T> => parse<T>(await read(request))

  /** An answer that is what it should be. */
  async function answer<T>(shape: Shape, request: Ask): Promise<T> {
    const value = await json<T>(request)
    if (fits(value, shape)) return value
    throw new TransportError({ type: 'protocol', detail: 'an answer of another shape' })
  }

  /** The answer's text, in time. */
  async function read(request: Ask): Promise<string> {
    const limit = new AbortController()
    const undo = clock.schedule(ANSWER_MS, () => limit.abort())
    const body = jsonOf(request)
    const bytes = bytesOf(body)
    const alive = aliveBytes + bytes <= KEEPALIVE_BYTES
    if (alive) aliveBytes += bytes
    const signal = request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal
    try {
      const response = await ask({ ...request, signal }, body, alive)
      return await response.text()
    } catch (cause) {
      // Only the caller's own abort is an abort; the limit's is the network's silence.
      if (limit.signal.aborted && !request.signal?.aborted) throw new TransportError({ type: 'network' }, { cause })
      throw broken(cause, request.signal)
    } finally {
      undo()
      if (alive) aliveBytes -= bytes
    }
  }

  const post = <T>(path: string, body: unknown): Promise<T> => json<T>({ path, method: 'POST', body })

  async function remove(path: string, { force = false }: DeleteThreadOptions = {}): Promise<void> {
    // The body is there for its Content-Type: a state-changing request without it is refused (docs/PROTOCOL.md, Process).
    await read({ path: path + (force ? '?force=true' : ''), method: 'DELETE', body: {} })
  }

  async function stream(request: Omit<Ask, 'accept'>): Promise<ReadableStream<Uint8Array>> {
    // It ends with the page that reads it.
    const response = await ask({ ...request, accept: EVENT_STREAM }, jsonOf(request), false)
    if (response.body && response.headers.get('content-type')?.startsWith(EVENT_STREAM)) return response.body
    await response.body?.cancel()
    throw new TransportError({ type: 'protocol', detail: 'a stream of events that is none' })
  }

  const answers: Answers = {
    agents: () => answer(SHAPES.agents, { path: paths.agents() }),
    rooms: () => answer(SHAPES.rooms, { path: paths.rooms() }),
    createRoom: (body) => answer(SHAPES.room, { path: paths.rooms(), method: 'POST', body }),
    changeRoom: (roomId, body) => answer(SHAPES.room, { path: paths.room(roomId), method: 'PATCH', body }),
    deleteRoom: (roomId, options) => remove(paths.room(roomId), options),
    threads: (roomId, query = {}) => answer(SHAPES.threads, { path: paths.threads(roomId) + search(query) }),
    runs: (query = {}) => answer(SHAPES.runs, { path: paths.allRuns() + search(query) }),
    runEvents: (key, runId, query = {}) => answer(SHAPES.events, { path: paths.runEvents(key, runId) + search(query) }),
    async snapshot(key, signal) {
      const snapshot = await answer<ThreadSnapshot>(SHAPES.snapshot, { path: paths.thread(key), signal })
      if (sameKey(snapshot.thread, key)) return snapshot
      throw new TransportError({ type: 'protocol', detail: 'another thread' })
    },
    start: (key, body) => post(paths.runs(key), body),
    cancelRun: (key, runId, reason) => post(paths.cancelRun(key, runId), reason === undefined ? {} : { reason }),
    cancelThread: (key, reason) => post(paths.cancelThread(key), reason === undefined ? {} : { reason }),
    changeThread: (key, body) => answer(SHAPES.thread, { path: paths.thread(key), method: 'PATCH', body }),
    changeRun: (key, runId, body) => answer(SHAPES.run, { path: paths.run(key, runId), method: 'PATCH', body }),
    changeQueue: (key, body) => answer(SHAPES.queue, { path: paths.queue(key), method: 'PATCH', body }),
    deleteThread: (key, options) => remove(paths.thread(key), options),
    async presence(body) {
      await read({ path: paths.presence(), method: 'PUT', body })
    },
    inbox: () => answer(SHAPES.inbox, { path: paths.inbox() }),
  }

  return { answers, json, stream }
}

function search(wanted: ThreadPageQuery | RunPageQuery | EventPageQuery): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, String(value))
  return query.size > 0 ? `?${query}` : ''
}

function jsonOf({ body }: Ask): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body)
}

function bytesOf(body = ''): number {
  return body.length > KEEPALIVE_BYTES ? body.length : new TextEncoder().encode(body).byteLength
}

function parse<T>(text: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null) {
    throw new TransportError({ type: 'protocol', detail: 'an answer that is no JSON object' })
  }
  return value as T
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
    try {
      const problem: unknown = JSON.parse(text)
      if (isProblem(problem)) return new TransportError({ type: 'problem', problem })
    } catch {
      // Not JSON after all: judged by its status like any other foreign answer.
    }
  }
  if (status >= 500 || status === 429) return new TransportError({ type: 'unavailable', status })
  return new TransportError({ type: 'protocol', detail: `status ${status} without a problem` })
}
