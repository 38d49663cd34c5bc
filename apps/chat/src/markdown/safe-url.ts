/**
 * Which addresses untrusted text may link to. Owns the list of schemes. Returns what the URL parser understood, so that
 * what was checked and what the browser opens cannot differ (WHATWG URL: tabs, newlines and leading blanks are dropped
 * before the scheme is read).
 */

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** The address to use, or undefined if it must not be used. Relative ones lead into this application: refused. */
export function safeLink(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (parsed === null || !SCHEMES.has(parsed.protocol)) return undefined
  // https://bank.example@evil.example shows one host and opens another.
  if (parsed.username !== '' || parsed.password !== '') return undefined
  return parsed.href
}

/** The address of a picture and the host it would be asked of. */
export function safeImage(url: string): { readonly href: string; readonly host: string } | undefined {
  const href = safeLink(url)
  if (href === undefined || href.startsWith('mailto:')) return undefined
  return { href, host: new URL(href).host }
}
