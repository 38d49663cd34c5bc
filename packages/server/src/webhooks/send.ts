/**
 * One message to one webhook, signed as Standard Webhooks say (https://www.standardwebhooks.com). Does not know: when to
 * send, what the message holds.
 *
 * Invariants: no redirect is followed; the answer's body is not read; an answer takes bounded time; without permission no
 * private address is connected to.
 */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Webhook } from 'standardwebhooks'
import type { Delivery } from '../store/port.ts'
import { addressIn, isPrivate, PrivateAddressError, publicLookup } from './addresses.ts'

export type Sent =
  | { readonly type: 'delivered' }
  | { readonly type: 'failed'; readonly reason: string; readonly refused?: true; readonly silent?: true }

export interface WebhookSenderOptions {
  /** Private addresses, and http, are allowed. */
  readonly allowPrivate: boolean
  readonly now: () => number
  readonly timeoutMs?: number
}

export type SendWebhook = (delivery: Delivery, signal: AbortSignal) => Promise<Sent>

/** Why a webhook cannot have this URL; undefined if it can. What a name resolves to is checked at each delivery. */
export function urlRefusal(text: string, allowPrivate: boolean): string | undefined {
  if (text.length > MAX_URL) return `A URL has at most ${MAX_URL} characters`
  if (!URL.canParse(text)) return 'This is no URL'
  const { protocol, username, password, hostname } = new URL(text)
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) return 'A webhook has an https URL'
  if (username !== '' || password !== '') return 'A URL with a name or password is not accepted'
  const address = addressIn(hostname)
  return !allowPrivate && address !== undefined && isPrivate(address) ? 'This address is private' : undefined
}

export const MAX_URL = 2_048

export function createWebhookSender({ allowPrivate, now, timeoutMs = 15_000 }: WebhookSenderOptions): SendWebhook {
  return async ({ deliveryId, url, secret, body }, signal) => {
    try {
      const { protocol, hostname } = new URL(url)
      const address = addressIn(hostname)
      if (!allowPrivate && address !== undefined && isPrivate(address)) throw new PrivateAddressError()
      const at = new Date(now())
      const headers = {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': 'Holdfast',
        'webhook-id': deliveryId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(deliveryId, at, body),
      }
      const status = await post(protocol === 'https:' ? requestHttps : requestHttp, url, body, {
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        ...(!allowPrivate && { lookup: publicLookup }),
      })
      if (status >= 200 && status < 300) return { type: 'delivered' }
      // 410 says that the receiver is gone for good (Standard Webhooks).
      return { type: 'failed', reason: `status ${status}`, ...(status === 410 && { refused: true as const }) }
    } catch (error) {
      const reason = nameOf(error)
      return { type: 'failed', reason, ...(reason === 'TimeoutError' && { silent: true as const }) }
    }
  }
}

type Request = typeof requestHttps
type RequestOptions = Pick<Exclude<Parameters<Request>[1], undefined>, 'headers' | 'signal' | 'lookup'>

/** Resolves with the status of the answer. Neither the redirect nor the body of an answer is looked at. */
function post(
  request: Request | typeof requestHttp,
  url: string,
  body: string,
  options: RequestOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // An agent would keep the connection, and its address, for the next delivery.
    const asked = request(url, { method: 'POST', agent: false, ...options }, (response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** What an error says may hold the URL, which may hold a secret of its receiver. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { readonly code?: unknown }
  const cause = error.cause instanceof Error ? error.cause.name : undefined
  return typeof code === 'string' && code !== 'ABORT_ERR' ? code : (cause ?? error.name)
}
