/**
 * One message to one push service: encrypted for its subscription (RFC 8291), signed with the server's VAPID keys (RFC
 * 8292), as `web-push` makes it. Does not know: when to send, what a notice is.
 *
 * Invariants: no redirect is followed, the answer's body is not read, and an answer takes bounded time.
 */
import type { PushPayload } from '@holdfast/core'
import webpush from 'web-push'
import type { PushSubscriptionRow, VapidKeys } from '../store/port.ts'

export type Delivery =
  | { readonly type: 'taken' }
  /** The subscription does not exist any more. */
  | { readonly type: 'gone'; readonly status: number }
  /** This message will never be taken. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Worth another attempt. */
  | { readonly type: 'later'; readonly reason: string; readonly afterMs?: number }

export type Send = (
  subscription: Pick<PushSubscriptionRow, 'endpoint' | 'keys'>,
  payload: PushPayload,
  signal: AbortSignal,
) => Promise<Delivery>

export interface SenderOptions {
  readonly keys: VapidKeys
  /** Whom a push service may contact about this server: an https or mailto address. */
  readonly contact: string
  /** Default: the global one. */
  readonly fetch?: typeof fetch
  readonly timeoutMs?: number
}

/** How long a push service keeps a message for a device that is off. */
const TTL_S = 24 * 60 * 60

export function createSender({ keys, contact, fetch = globalThis.fetch, timeoutMs = 10_000 }: SenderOptions): Send {
  return async ({ endpoint, keys: secret }, payload, signal) => {
    let response: Response
    try {
      const { headers, body } = webpush.generateRequestDetails({ endpoint, keys: secret }, JSON.stringify(payload), {
        TTL: TTL_S,
        urgency: payload.kind === 'needs_you' ? 'high' : 'normal',
        // If a message is sent again, it replaces itself.
        topic: payload.noticeId,
        vapidDetails: { subject: contact, ...keys },
      })
      const { 'Content-Length': _, ...kept } = headers as Record<string, string>
      response = await fetch(endpoint, {
        method: 'POST',
        headers: kept,
        body: new Uint8Array(body ?? []),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
    } catch (error) {
      return { type: 'later', reason: nameOf(error) }
    }
    await response.body?.cancel().catch(() => {})
    return deliveryOf(response)
  }
}

function deliveryOf({ ok, status, headers }: Response): Delivery {
  if (ok) return { type: 'taken' }
  if (status === 404 || status === 410) return { type: 'gone', status }
  const reason = `status ${status}`
  if (status !== 429 && status < 500) return { type: 'refused', reason }
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN)
  return { type: 'later', reason, ...(seconds > 0 && { afterMs: seconds * 1_000 }) }
}

/** An error's text may hold the endpoint, which lets anyone who has it send to the device. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined
  if (typeof cause?.code === 'string') return cause.code
  return error instanceof Error ? error.name : 'unknown'
}
