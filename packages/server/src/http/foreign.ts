/**
 * What is said to whoever comes under a name, or from a page, that is not this server's own. Mostly that is its owner, who
 * has put a proxy before it: the sentence names the setting that is missing.
 *
 * Owns: the sentences. Does not know: which names are its own.
 */
import { ProblemError } from './problem-error.ts'

/** `host` as the request named it, if it is one. */
export function foreignHost(host: string | undefined): ProblemError {
  const address = host === undefined ? '' : `=https://${host} (or http://)`
  return new ProblemError(
    'foreign_host',
    `This server does not know the name it was asked under. Behind a proxy, start it with HOLDFAST_ORIGIN${address}; on this machine, open it at http://127.0.0.1.`,
  )
}

/** `origin`: of the page that has sent it; `isOwnSite`: the browser says that this is the site it has asked. */
export function foreignOrigin(origin: string | undefined, isOwnSite: boolean): ProblemError {
  const address = origin !== undefined && /^https?:\/\/[\w.\-[\]:]{1,200}$/.test(origin) ? `=${origin}` : ''
  return new ProblemError(
    'foreign_origin',
    isOwnSite
      ? `This server does not know the address of the page that sent this. It stands behind a proxy: start it with HOLDFAST_ORIGIN${address}.`
      : `Another site’s page sent this: only this server’s own page may. If it is its own, behind a proxy, start the server with HOLDFAST_ORIGIN${address}.`,
  )
}

/** The same for a person, whose browser would show a problem as code, or save it. */
export function foreignHostPage(host: string | undefined): Response {
  const text = foreignHost(host).message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Holdfast</title><body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem"><h1 style="font-size: 1.25rem">This address is not set up yet</h1><p>${text}</p></body></html>`,
    {
      status: 403,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        'X-Content-Type-Options': 'nosniff',
      },
    },
  )
}
