/**
 * Secrets that must never be written anywhere: found by their form, and by value if that is known. Owns the list of
 * forms. Does not know: where the text goes.
 *
 * This is no substitute for care: no module passes a person's words or a request's headers to the log in the first
 * place.
 *
 * Every pattern runs in linear time: the text may contain what an agent or a provider said, and the whole process waits
 * for the search.
 */

const HIDDEN = '[redacted]'

type Form = readonly [form: RegExp, put: string | ((found: string) => string)]

const FORMS: readonly Form[] = [
  // Quotes may be escaped, since the text may be JSON, or JSON in JSON. There an escaped line feed ends in a letter
  // that touches the next word.
  [
    /(?:\b|(?<=\\[bfnrt]))((?:proxy-)?authorization|cookie|x-api-key|api[-_]?key)(\\*["']?\s*[:=]\s*\\*["']?)[^\s"',;}\\][^"',;}\\\n]*/gi,
    `$1$2${HIDDEN}`,
  ],
  [/(?:\b|(?<=\\[bfnrt]))(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/(?:\b|(?<=\\[bfnrt]))sk-[A-Za-z0-9_-]{4,}/g, HIDDEN],
  // Matches all token characters at once: starting at every position would scan a long one repeatedly.
  [/(?<![\w.-])[\w.-]+/g, withoutTokens],
  [/(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)[^/\s@"'\\]+@/gi, `$1${HIDDEN}@`],
  [/([?&](?:api[-_]?key|key|token|access_token|password|secret|sig|signature)=)[^&\s"'\\]+/gi, `$1${HIDDEN}`],
]

const TOKEN_HEAD = /eyJ[\w-]/

/** A JSON Web Token has three parts, the first of which is JSON in base64url: `eyJ`. */
function withoutTokens(run: string): string {
  if (!run.includes('eyJ')) return run
  const parts = run.split('.')
  const kept: string[] = []
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? ''
    const head = part.search(TOKEN_HEAD)
    const isToken = head !== -1 && at + 2 < parts.length && parts[at + 1] !== ''
    kept.push(isToken ? part.slice(0, head) + HIDDEN : part)
    if (isToken) at += 2
  }
  return kept.join('.')
}

const SECRET_NAME = /(KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIALS?|AUTHORIZATION|HEADERS)$/i
/** Shorter values are words that may appear anywhere. */
const SHORTEST = 6

/** The values of an environment that are secrets by name, or as a password inside a URL. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const found = new Set<string>()
  for (const [name, value = ''] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) for (const secret of [value, ...textsIn(value)]) found.add(secret)
    if (!value.includes('://') || !URL.canParse(value)) continue
    const { password } = new URL(value)
    found.add(password)
    // In a URL it is percent-encoded; elsewhere it may appear decoded.
    if (/%[0-9a-f]{2}/i.test(password)) found.add(safely(() => decodeURIComponent(password)))
  }
  return [...found].filter(({ length }) => length >= SHORTEST)
}

/** The strings in a JSON object: if a variable holds several headers, each value is a secret. */
function textsIn(value: string): readonly string[] {
  if (!value.startsWith('{')) return []
  try {
    return Object.values(JSON.parse(value) as object).filter((each) => typeof each === 'string')
  } catch {
    return []
  }
}

/** Returns a function that removes every secret from a line, whether it is JSON or not. */
export function createScrub(secrets: readonly string[] = []): (text: string) => string {
  // The longest first, since one may be part of another. Also in their JSON-escaped form.
  const values = [...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))]
  values.sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, HIDDEN)
    for (const [form, put] of FORMS) {
      // Two branches, because `replace` has no overload for text or function.
      clean = typeof put === 'string' ? clean.replace(form, put) : clean.replace(form, put)
    }
    return clean
  }
}

function safely(decode: () => string): string {
  try {
    return decode()
  } catch {
    return ''
  }
}
