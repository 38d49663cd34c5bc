/**
 * Web Push of one server: its keys, the services it sends to, the loop that sends. Does not know: presence, HTTP.
 */
import type { Clock, PushSubscriptionInfo } from '@holdfast/core'
import webpush from 'web-push'
import type { Bus } from '../bus/port.ts'
import type { PushStore } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { createPushLoop, type PushLog } from './push-loop.ts'
import { createSender } from './send.ts'
import { allowedServices, areKeys } from './services.ts'

export interface PushOptions {
  readonly store: PushStore
  readonly bus: Pick<Bus, 'subscribe'>
  readonly clock: Clock
  readonly windows: (principal: Principal) => number
  /** Exact origins. Default: the browsers' own services. */
  readonly services: readonly string[] | undefined
  /** The public origin, which push services are told if it is https. */
  readonly origin: string | undefined
  readonly log: (entry: PushLog) => void
  readonly fetch?: typeof fetch
}

export interface Push {
  /** The public key, for subscriptions. */
  readonly key: string
  /** Why the subscription cannot be sent to; undefined if it can. */
  refusal(subscription: PushSubscriptionInfo): 'service' | 'keys' | undefined
  start(): Promise<void>
  close(): Promise<void>
}

export async function createPush(options: PushOptions): Promise<Push> {
  const { store, bus, clock, windows, services, origin, log, fetch } = options
  const keys = await store.keys(webpush.generateVAPIDKeys())
  const allows = allowedServices(services)
  const contact = origin?.startsWith('https:') ? origin : 'mailto:holdfast@localhost'
  const send = createSender({ keys, contact, ...(fetch && { fetch }) })
  return {
    key: keys.publicKey,
    refusal({ endpoint, keys: secret }) {
      if (!allows(endpoint)) return 'service'
      return areKeys(secret) ? undefined : 'keys'
    },
    ...createPushLoop({ store, bus, clock, windows, send, log }),
  }
}
