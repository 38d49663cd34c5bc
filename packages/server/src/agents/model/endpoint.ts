/**
 * A provider's address and headers. Owns: what these settings may be. Does not know: what is asked. Header values are
 * secrets: no error here repeats one.
 */

/** Milliseconds, after which `fetch` itself gives up. */
export const MAX_FIRST_BYTE_MS = 300_000

export interface EndpointOptions {
  /** Up to and including `/v1`. A query is sent with each request. */
  readonly baseUrl: string
  readonly apiKey?: string
  /** Sent with each request. They override the default headers. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface ModelEndpoint {
  /** Name of the provider, for metrics. */
  readonly host: string
  readonly baseURL: string
  readonly queryParams: Record<string, string>
  readonly headers: Record<string, string>
}

/** Headers of the connection or the body, which cannot be set. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** @throws TypeError with a sentence that contains no value */
export function endpointOf({ baseUrl, apiKey, headers = {} }: EndpointOptions): ModelEndpoint {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('A model’s base URL must be http or https.')
  if (url.username || url.password)
    throw new TypeError('A model’s base URL must not contain a name or password. Use `headers`.')
  const wrong = wrongHeader(headers)
  if (wrong) throw new TypeError(`A model’s headers cannot be used: ${wrong}.`)
  const queryParams = Object.fromEntries(url.searchParams)
  return {
    host: url.host,
    baseURL: [url.origin, ...pathOf(url)].join('/'),
    queryParams,
    headers: sent(headers, apiKey),
  }
}

/** Some people give the full URL of the call. */
function pathOf({ pathname }: URL): readonly string[] {
  const path = pathname.split('/').filter((part) => part !== '')
  return path.slice(-2).join('/') === 'chat/completions' ? path.slice(0, -2) : path
}

/** What is wrong with these headers, without their values. Undefined: nothing. */
export function wrongHeader(headers: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const shown = JSON.stringify(name.slice(0, 64))
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return `${shown} is no name of a header`
    if (OURS.has(name.toLowerCase())) return `${shown} is not to be set`
    if (typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      return `the value of ${shown} is no text that a header may hold`
  }
  return undefined
}

/** Header names are case-insensitive, and each is sent once. */
function sent(headers: Readonly<Record<string, string>>, apiKey: string | undefined): Record<string, string> {
  const all = new Headers(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` })
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return Object.fromEntries(all)
}
