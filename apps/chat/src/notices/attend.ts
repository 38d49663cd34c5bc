/**
 * Everything of this page that shows a person what they would otherwise miss, wired: read marks, toasts, notifications of
 * the operating system, pushes, the badge. Loaded with what happens in the background.
 *
 * Owns: the wiring. Does not know: React.
 */
import { browserFocus, type Environment, type RunRegistry } from '@holdfast/client'
import { createAttention, createLooking, createNotificationSettings, type Ring } from '@holdfast/client/attention'
import { browserNeighbours } from '@holdfast/client/tabs'
import { sameKey, type ThreadKey } from '@holdfast/core'
import { activeWorker, hearOfClicks } from '../worker/register.ts'
import { showBadge } from './app-badge.ts'
import { createOffer } from './offer.ts'
import type { Permissions } from './permission.ts'
import { keepSubscribed } from './push-subscription.ts'
import { createSystemNotifications } from './system-notifications.ts'
import { createToasts } from './toasts.ts'

export interface AttendOptions {
  readonly registry: RunRegistry
  readonly environment: Environment
  readonly permissions: Permissions
  open(key: ThreadKey): void
  /** Where everything is listed. */
  openAll(): void
  offer(turnOn: () => void): void
}

export interface Attending {
  /** What is open in this window, the one used last first. */
  show(threads: readonly ThreadKey[]): void
}

export function attend({ registry, environment, permissions, open, openAll, offer }: AttendOptions): Attending {
  const looking = createLooking({ registry, focus: browserFocus(), visibility: environment.visibility })
  const follow = (key: ThreadKey | undefined) => (key ? open(key) : openAll())
  const titleOf = (key: ThreadKey) => titleIn(registry, key)
  const system = createSystemNotifications({ registration: activeWorker, titleOf, open: follow })
  const toasts = createToasts({
    titleOf,
    open,
    openAll,
    gone(ids) {
      attention.dismissed(ids)
      // Not before: the offer would lie over the note.
      offered?.()
    },
  })
  const { shared } = environment
  const offered = shared && createOffer({ permissions, shared, show: offer })

  const attention = createAttention({
    registry,
    environment,
    locks: browserNeighbours()?.locks,
    looking,
    settings: createNotificationSettings({ registry, environment }),
    mayNotify: { snapshot: () => permissions.snapshot() === 'granted', subscribe: permissions.subscribe },
    ringing: {
      show(ring: Ring) {
        if (ring.as === 'toast') toasts.show(ring.notices, ring.isGroup)
        else system.show(ring)
      },
      close(as, ids, isGroup) {
        if (as === 'toast') toasts.close(ids, isGroup)
        else system.close(ids, isGroup)
      },
    },
  })

  registry.marks.subscribe(({ unread, roomId, threadId }) => unread || system.closeOf({ roomId, threadId }))
  hearOfClicks(follow)
  keepSubscribed({ registry, permissions, registration: whenActive, deviceId: attention.deviceId })
  showBadge(registry)
  return { show: looking.show }
}

/** From the lists; else the room, if that is known. */
function titleIn(registry: RunRegistry, key: ThreadKey): string {
  const listed = registry.observeThreads(key.roomId).snapshot().items ?? []
  const thread = [...listed, ...registry.overview.snapshot().threads].find((each) => sameKey(each, key))
  if (thread?.title) return thread.title
  const room = registry
    .observeRooms()
    .snapshot()
    .items?.find(({ roomId }) => roomId === key.roomId)
  return room ? `a thread in ${room.title || room.roomId}` : 'a thread'
}

/** Never where the browser has no service worker, or the page registers none. */
async function whenActive(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.ready
}
