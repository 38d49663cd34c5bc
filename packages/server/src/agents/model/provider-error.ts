/** An error that a provider returned, as a refusal or in the middle of a stream. Pure. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  /** HTTP status; 200 if the error arrived in an answer that had started. */
  readonly status: number
  readonly headers: Headers
  /** The error text, bounded. It may quote the key or the conversation, so it is never shown. */
  readonly words: string
  /** A status named in the text itself. */
  readonly innerStatus: number | undefined

  /** `said`: a body or an error, parsed if it is JSON. */
  constructor(status: number, said: unknown, headers = new Headers()) {
    super(`The model provider answered ${status} with an error.`)
    const found = { words: [] as string[], status: undefined as number | undefined }
    collect(said, found)
    this.status = status
    this.headers = headers
    this.words = found.words.join(' ').slice(0, MAX_WORDS_LENGTH)
    this.innerStatus = found.status
  }
}

const MAX_WORDS_LENGTH = 4_000
const MAX_WORDS = 200
const MAX_DEPTH = 8
/** Fields in which providers echo the request: not their own words. */
const NOT_THEIRS = /^(input|inputs|flagged_input|prompt|messages|request|body|loc|ctx|url)$/i
const STATUS = /^(code|status|status_?code|http_?(code|status)|error_?code)$/i

function collect(said: unknown, found: { words: string[]; status: number | undefined }, depth = 0): void {
  if (found.words.length >= MAX_WORDS || depth > MAX_DEPTH) return
  if (typeof said === 'string' || typeof said === 'number') {
    const inner = depth < MAX_DEPTH && typeof said === 'string' ? parsed(said) : undefined
    if (inner === undefined) found.words.push(String(said).slice(0, MAX_WORDS_LENGTH))
    else collect(inner, found, depth + 1)
    return
  }
  if (typeof said !== 'object' || said === null) return
  if (Array.isArray(said)) {
    for (const each of said) collect(each, found, depth + 1)
    return
  }
  for (const [name, value] of Object.entries(said)) {
    if (NOT_THEIRS.test(name)) continue
    const status = STATUS.test(name) ? Number(value) : Number.NaN
    if (Number.isInteger(status) && status >= 400 && status < 600) found.status ??= status
    collect(value, found, depth + 1)
  }
}

/** JSON within a text: gateways quote their backend's error. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
