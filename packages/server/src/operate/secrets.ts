/**
 * What must never be written anywhere: found by its form, and by its value where that is known. Owns the list of forms.
 * Does not know: where the text goes.
 *
 * Not a substitute for care: no part hands a person's words or a request's headers to the log in the first place.
 */

const HIDDEN = '[redacted]'

const FORMS: readonly (readonly [form: RegExp, put: string])[] = [
  // Quotes may be escaped: the text may be JSON, or JSON in JSON.
  [
    /\b((?:proxy-)?authorization|cookie|x-api-key|api[-_]?key)(\\*["']?\s*[:=]\s*\\*["']?)[^\s"',;}\\][^"',;}\\\n]*/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\bsk-[A-Za-z0-9_-]{4,}/g, HIDDEN],
  // A JSON Web Token.
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, HIDDEN],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/\s@"'\\]+@/gi, `$1${HIDDEN}@`],
  [/([?&](?:api[-_]?key|key|token|access_token|password|secret|sig|signature)=)[^&\s"'\\]+/gi, `$1${HIDDEN}`],
]

const SECRET_NAME = /(KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIALS?|AUTHORIZATION|HEADERS)$/i
/** Shorter ones are words that stand anywhere. */
const SHORTEST = 6

/** The values of an environment that are secrets by their name, or by being a password inside a URL. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const found = new Set<string>()
  for (const [name, value = ''] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) found.add(value)
    if (!value.includes('://') || !URL.canParse(value)) continue
    const { password } = new URL(value)
    found.add(password)
    // In a URL it is written as it must be; elsewhere it may be written as it is.
    if (/%[0-9a-f]{2}/i.test(password)) found.add(safely(() => decodeURIComponent(password)))
  }
  return [...found].filter(({ length }) => length >= SHORTEST)
}

/** A function that takes every secret out of a line, whether it is JSON or not. */
export function createScrub(secrets: readonly string[] = []): (text: string) => string {
  // The longest first: one may be part of another. As JSON writes them, too.
  const values = [...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))]
  values.sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, HIDDEN)
    for (const [form, put] of FORMS) clean = clean.replace(form, put)
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
