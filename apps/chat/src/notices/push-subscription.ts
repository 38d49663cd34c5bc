/**
 * Keeps this browser subscribed to pushes for as long as the person allows notifications here.
 *
 * Owns: when it subscribes. Does not know: what a push says (`worker/push.ts`).
 */
import type { RunRegistry } from '@holdfast/client'
import type { Permissions } from './permission.ts'

export interface PushSubscriptionOptions {
  readonly registry: Pick<RunRegistry, 'ask'>
  readonly permissions: Permissions
  registration(): Promise<Pick<ServiceWorkerRegistration, 'pushManager'> | undefined>
  /** The same for every window of this browser. */
  readonly deviceId: string
}

/** Until the returned function is called. What fails is tried again with the next change, or by the next page. */
export function keepSubscribed({ registry, permissions, registration, deviceId }: PushSubscriptionOptions): () => void {
  let done = false

  async function subscribe(): Promise<void> {
    if (done || permissions.snapshot() !== 'granted') return
    const pushManager = (await registration())?.pushManager
    if (!pushManager) return
    const { key } = await registry.ask('pushKey', [])
    const known = await pushManager.getSubscription()
    // Another server, or one that has lost its keys: this browser refuses a second key beside it.
    if (known && !isOf(known, key)) await known.unsubscribe()
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    const { endpoint, expirationTime, keys } = subscription.toJSON()
    const { p256dh, auth } = keys ?? {}
    if (endpoint === undefined || p256dh === undefined || auth === undefined) return
    const body = { endpoint, ...(expirationTime !== undefined && { expirationTime }), keys: { p256dh, auth } }
    await registry.ask('subscribePush', [{ deviceId, subscription: body }])
    done = true
  }

  // A browser without a push service, a server without pushes: notifications work while a window is open.
  const attempt = () => void subscribe().catch(() => {})
  attempt()
  return permissions.subscribe(attempt)
}

/** Whether it was made with this key, in base64url. */
function isOf({ options: { applicationServerKey } }: PushSubscription, key: string): boolean {
  if (!applicationServerKey) return false
  const bytes = String.fromCharCode(...new Uint8Array(applicationServerKey))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === key.replaceAll('=', '')
}
