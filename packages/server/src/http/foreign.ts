/**
 * Explains a refused host or origin. Usually the request comes from the server's owner, who has put a proxy in front of
 * it, so the text names the missing setting.
 *
 * Owns: the sentences. Does not know: which names are its own.
 */
import { ProblemError } from './problem-error.ts'

/** `host` as the request named it, if it is valid. */
export function foreignHost(host: string | undefined): ProblemError {
  const address = host === undefined ? '' : `=https://${host} (or http://)`
  return new ProblemError(
    'foreign_host',
    `This server does not answer under this name. Behind a proxy, start it with HOLDFAST_ORIGIN${address}. On this machine, open it at http://127.0.0.1.`,
  )
}

/** `origin`: of the sending page. `isOwnSite`: the browser says that the request comes from the site it addresses. */
export function foreignOrigin(origin: string | undefined, isOwnSite: boolean): ProblemError {
  const address = origin !== undefined && /^https?:\/\/[\w.\-[\]:]{1,200}$/.test(origin) ? `=${origin}` : ''
  return new ProblemError(
    'foreign_origin',
    isOwnSite
      ? `This server does not know the address of the page that sent this. If it is behind a proxy, start it with HOLDFAST_ORIGIN${address}.`
      : `A page of another site sent this; only this server’s own page may. If it is the server’s own page behind a proxy, start the server with HOLDFAST_ORIGIN${address}.`,
  )
}

/** The same as a page for a person, whose browser would show a problem as code or download it. */
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
