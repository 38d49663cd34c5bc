/** Responses that are not streams: JSON that must not be cached. */
import type { ThreadKey } from '@holdfast/core'

const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const

export function reply<T>(body: T, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return replyText(JSON.stringify(body), status, headers)
}

/** The same for JSON that is already text or bytes, such as stored events. */
export function replyText(
  json: string | Uint8Array<ArrayBuffer>,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(json, { status, headers: { ...HEADERS, ...headers } })
}

export function nothing(headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store', ...headers } })
}

export function keyIn({ roomId, threadId }: ThreadKey): ThreadKey {
  return { roomId, threadId }
}
