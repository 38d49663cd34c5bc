/**
 * Sends what nobody has claimed. Owns: when to ask the store about each person, and repeated attempts. Does not know:
 * what is sent and to whom (the store decides), how.
 *
 * Invariants:
 * - One batch of a person is on its way at a time.
 * - What the store decided to send is sent until a push service takes it or all of them refuse: after a restart, too. A
 *   crash in between may repeat one push, which replaces itself on the device.
 * - The number of attempts is bounded, and so is the time between two.
 */
import { backoffDelay, type Clock, type PushPayload } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import { CLAIM_MS } from '../store/decide/push.ts'
import { isGone, StoreFault } from '../store/fault.ts'
import type { PushBatch, PushStore, PushSubscriptionRow } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import type { Delivery, Send } from './send.ts'

/** `service`: an origin. An endpoint is a secret of its device, and is not part of it. */
export type PushLog =
  | { readonly type: 'push_sent'; readonly service: string; readonly kind: PushPayload['kind']; readonly count: number }
  | { readonly type: 'push_refused'; readonly service: string; readonly reason: string; readonly again: boolean }
  | { readonly type: 'push_given_up'; readonly count: number }
  | { readonly type: 'subscription_dropped'; readonly service: string; readonly status: number }
  | { readonly type: 'push_fault'; readonly error: unknown }

export interface PushLoopOptions {
  readonly store: Pick<PushStore, 'waiting' | 'next' | 'settle' | 'unsubscribe'>
  readonly bus: Pick<Bus, 'subscribe'>
  readonly clock: Clock
  /** How many windows the person has open now. */
  readonly windows: (principal: Principal) => number
  readonly send: Send
  readonly log: (entry: PushLog) => void
  /** Returns 0 ≤ n < 1, for the jitter of retries. */
  readonly random?: () => number
}

export interface PushLoop {
  start(): Promise<void>
  /** What is on its way is given up, and sent again by the next process. */
  close(): Promise<void>
}

/**
 * After a start no window is known. Windows report again as soon as they are connected, so a page that is only
 * reconnecting is not taken for one that is closed.
 */
export const RECONNECT_MS = 10_000
const MAX_ATTEMPTS = 6
const BASE_MS = 2_000
const MAX_WAIT_MS = 5 * 60_000

interface Person {
  readonly principal: Principal
  /** Undoes the next look. Undefined: one is under way. */
  undo: (() => void) | undefined
  /** A notice was raised during the look. */
  woken: boolean
  attempt: number
}

export function createPushLoop(options: PushLoopOptions): PushLoop {
  const { store, bus, clock, windows, send, log, random = Math.random } = options
  const persons = new Map<string, Person>()
  const looks = new Set<Promise<void>>()
  const stopping = new AbortController()
  let unsubscribe = () => {}
  let knowsWindowsAt = 0

  function wake(principal: Principal, ms: number): void {
    const { tenantId, personId } = principal
    const name = JSON.stringify([tenantId, personId])
    const held = persons.get(name)
    if (held) {
      held.woken = true
      return
    }
    const person: Person = { principal: { tenantId, personId }, undo: undefined, woken: false, attempt: 0 }
    persons.set(name, person)
    schedule(name, person, Math.max(ms, knowsWindowsAt - clock.now()))
  }

  function schedule(name: string, person: Person, ms: number): void {
    if (stopping.signal.aborted) return
    person.undo = clock.schedule(ms, () => {
      person.undo = undefined
      const looking = look(name, person).finally(() => looks.delete(looking))
      looks.add(looking)
    })
  }

  async function look(name: string, person: Person): Promise<void> {
    person.woken = false
    let wait: number | undefined
    try {
      wait = await lookAfter(person)
    } catch (error) {
      if (stopping.signal.aborted) return
      log({ type: 'push_fault', error })
      if (error instanceof StoreFault && isGone(error.code)) return
      wait = delay(person.attempt++)
    }
    if (wait !== undefined) schedule(name, person, wait)
    else if (person.woken) schedule(name, person, CLAIM_MS)
    else persons.delete(name)
  }

  /** The milliseconds until the next look; undefined: none is needed. */
  async function lookAfter(person: Person): Promise<number | undefined> {
    const next = await store.next(person.principal, windows(person.principal))
    if (next.type === 'none') return undefined
    if (next.type === 'later') return next.inMs
    return deliver(person, next)
  }

  async function deliver(person: Person, batch: PushBatch): Promise<number> {
    const payload: PushPayload = { ...batch.lead, count: batch.count }
    const last = person.attempt + 1 >= MAX_ATTEMPTS
    for (const subscription of batch.subscriptions) {
      const delivery = await send(subscription, payload, stopping.signal)
      if (stopping.signal.aborted) return 0
      if (delivery.type === 'taken') {
        await store.settle(person.principal)
        log({ type: 'push_sent', service: serviceOf(subscription), kind: payload.kind, count: payload.count })
        person.attempt = 0
        return 0
      }
      const wait = await refused(person, subscription, delivery, last)
      if (wait !== undefined) return wait
    }
    await store.settle(person.principal)
    log({ type: 'push_given_up', count: batch.count })
    person.attempt = 0
    return 0
  }

  /** The milliseconds until the next attempt; undefined: another device is tried at once. */
  async function refused(
    person: Person,
    subscription: PushSubscriptionRow,
    delivery: Exclude<Delivery, { readonly type: 'taken' }>,
    last: boolean,
  ): Promise<number | undefined> {
    const service = serviceOf(subscription)
    if (delivery.type === 'gone') {
      await store.unsubscribe(person.principal, { endpoint: subscription.endpoint })
      log({ type: 'subscription_dropped', service, status: delivery.status })
      return undefined
    }
    const again = delivery.type === 'later' && !last
    log({ type: 'push_refused', service, reason: delivery.reason, again })
    if (!again) return undefined
    return Math.min(MAX_WAIT_MS, Math.max(delivery.afterMs ?? 0, delay(person.attempt++)))
  }

  const delay = (attempt: number) => backoffDelay({ attempt, baseMs: BASE_MS, maxMs: MAX_WAIT_MS, random: random() })

  return {
    async start() {
      knowsWindowsAt = clock.now() + RECONNECT_MS
      unsubscribe = bus.subscribe((notice) => {
        if (notice.type === 'notice.raised') wake(notice, CLAIM_MS)
      })
      for (const principal of await store.waiting()) wake(principal, 0)
    },
    async close() {
      stopping.abort()
      unsubscribe()
      for (const { undo } of persons.values()) undo?.()
      await Promise.all(looks)
    },
  }
}

function serviceOf({ endpoint }: PushSubscriptionRow): string {
  return new URL(endpoint).origin
}
