/** Talks to a running server like any other program (docs/PROTOCOL.md). Owns: which error a refusal becomes. */
import { isProblem } from '@holdfast/core'
import { CommandError, EXIT } from './failure.ts'

export const DEFAULT_URL = 'http://127.0.0.1:4400'

export interface ServerClient {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** The body as text, piece by piece. */
  stream(path: string, signal: AbortSignal): AsyncIterable<string>
}

export function createServerClient(url: string): ServerClient {
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response
    try {
      response = await fetch(new URL(path, url), init)
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      const sentence = `No server answers at ${url}. Start one with \`holdfast serve\`, or pass its address with --url.`
      throw new CommandError(sentence, EXIT.unreachable, { cause })
    }
    if (response.ok) return response
    const said: unknown = await response.json().catch(() => undefined)
    if (isProblem(said)) throw new CommandError(said.detail)
    throw new CommandError(`${url} answered ${response.status}. It is not a Holdfast server, or it is unhealthy.`)
  }

  async function json<T>(response: Response): Promise<T> {
    try {
      return (await response.json()) as T
    } catch (cause) {
      throw new CommandError(`${url} did not answer with JSON. It is not a Holdfast server.`, EXIT.failed, {
        cause,
      })
    }
  }

  return {
    get: async (path) => json(await ask(path)),
    post: async (path, body) => {
      const headers = { 'Content-Type': 'application/json' }
      return json(await ask(path, { method: 'POST', headers, body: JSON.stringify(body) }))
    },
    async *stream(path, signal) {
      const { body } = await ask(path, { signal })
      const decoder = new TextDecoder()
      for await (const bytes of body ?? []) yield decoder.decode(bytes, { stream: true })
    },
  }
}

/** @throws CommandError if it is not an http or https URL */
export function serverUrl(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const url = option ?? (env.HOLDFAST_URL || DEFAULT_URL)
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new CommandError(`${url} is not a server address. Use one such as ${DEFAULT_URL}.`, EXIT.usage)
}
