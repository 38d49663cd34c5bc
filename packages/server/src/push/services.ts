/**
 * Which push services this server sends to, and which subscriptions can be sent to. A subscription's endpoint is an
 * address that a client names, so it counts only if an operator, or this list, trusts its service.
 */
import { ECDH } from 'node:crypto'
import type { PushSubscriptionInfo } from '@holdfast/core'

/** Those of Chrome and most browsers built on it, Firefox and Safari. */
const BROWSERS: readonly string[] = [
  'https://fcm.googleapis.com',
  'https://updates.push.services.mozilla.com',
  'https://web.push.apple.com',
]
/** Edge has one host for each region. */
const EDGE = /^https:\/\/[a-z0-9-]+\.notify\.windows\.com$/

/** Base64url without padding: 65 and 16 bytes. */
const POINT = /^[A-Za-z0-9_-]{87}=?$/
const SECRET = /^[A-Za-z0-9_-]{22}(==)?$/
const MAX_ENDPOINT = 2_048

/** `named`: the exact origins of HOLDFAST_PUSH_SERVICES, instead of the browsers' own. */
export function allowedServices(named: readonly string[] | undefined): (endpoint: string) => boolean {
  const origins = new Set(named ?? BROWSERS)
  return (endpoint) => {
    if (endpoint.length > MAX_ENDPOINT || !URL.canParse(endpoint)) return false
    const { origin, username, password } = new URL(endpoint)
    if (username !== '' || password !== '') return false
    return origins.has(origin) || (named === undefined && EDGE.test(origin))
  }
}

/** Whether messages can be encrypted for these keys (RFC 8291). */
export function areKeys({ p256dh, auth }: PushSubscriptionInfo['keys']): boolean {
  if (!POINT.test(p256dh) || !SECRET.test(auth)) return false
  try {
    // Throws if it is no point of the curve.
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url', 'hex', 'uncompressed')
    return true
  } catch {
    return false
  }
}
