/**
 * The presence of the windows that report to one process, in memory. Owns: who shows what, until when. Does not know:
 * what follows from it.
 *
 * Invariants:
 * - It stays within its bounds. Of one person, and of all, the most recent reports are kept.
 * - It has no timer: an expired report is dropped by the next one, and counts for nothing before that.
 */
import { type Attention, type Clock, compareAttention } from '@holdfast/core'
import type { Principal } from '../store/principal.ts'
import { threadName, threadOf } from '../store/tenant-thread.ts'
import { PRESENCE_LEASE_MS, type Presence } from './port.ts'

const DEVICES_A_PERSON = 64
const DEVICES = 10_000

interface Shown {
  readonly device: string
  readonly person: string
  readonly personId: string
  /** Undefined: the window is hidden or shows no thread. */
  readonly thread: string | undefined
  readonly attention: Attention
  readonly until: number
}

export function createInProcessPresence({ clock }: { readonly clock: Clock }): Presence {
  /** In order of the reports, which is also the order in which they expire. */
  const byDevice = new Map<string, Shown>()
  const byPerson = new Map<string, Set<Shown>>()
  const byThread = new Map<string, Set<Shown>>()

  function forget(shown: Shown | undefined): void {
    if (!shown) return
    byDevice.delete(shown.device)
    removeFrom(byPerson, shown.person, shown)
    if (shown.thread !== undefined) removeFrom(byThread, shown.thread, shown)
  }

  function forgetWhatIsOver(now: number): void {
    for (const shown of byDevice.values()) {
      if (shown.until > now) return
      forget(shown)
    }
  }

  return {
    report(principal, { deviceId, state, thread }) {
      const now = clock.now()
      const person = personOf(principal)
      const device = JSON.stringify([person, deviceId])
      forget(byDevice.get(device))
      forgetWhatIsOver(now)
      const { personId } = principal
      const shows = state === 'hidden' || !thread ? undefined : threadName(threadOf(principal, thread))
      const attention: Attention = state === 'hidden' ? 'none' : state
      const shown = { device, person, personId, thread: shows, attention, until: now + PRESENCE_LEASE_MS }
      byDevice.set(device, shown)
      const own = addTo(byPerson, person, shown)
      if (shows !== undefined) addTo(byThread, shows, shown)
      if (own.size > DEVICES_A_PERSON) forget(firstOf(own))
      if (byDevice.size > DEVICES) forget(firstOf(byDevice.values()))
    },
    attention(thread) {
      const now = clock.now()
      let most: Attention = 'none'
      for (const { attention, until } of byThread.get(threadName(thread)) ?? []) {
        if (until > now && compareAttention(attention, most) < 0) most = attention
      }
      return most
    },
    windows(principal) {
      const now = clock.now()
      return [...(byPerson.get(personOf(principal)) ?? [])].filter(({ until }) => until > now).length
    },
    attending(thread) {
      const now = clock.now()
      const shown = [...(byThread.get(threadName(thread)) ?? [])]
      const focused = shown.filter(({ attention, until }) => attention === 'focused' && until > now)
      return [...new Set(focused.map(({ personId }) => personId))]
    },
  }
}

function personOf({ tenantId, personId }: Principal): string {
  return JSON.stringify([tenantId, personId])
}

function addTo(groups: Map<string, Set<Shown>>, name: string, shown: Shown): Set<Shown> {
  const group = groups.get(name) ?? new Set()
  groups.set(name, group.add(shown))
  return group
}

function removeFrom(groups: Map<string, Set<Shown>>, name: string, shown: Shown): void {
  const group = groups.get(name)
  group?.delete(shown)
  if (group?.size === 0) groups.delete(name)
}

function firstOf<T>(all: Iterable<T>): T | undefined {
  for (const one of all) return one
  return undefined
}
