/**
 * Notices as notifications of the operating system: through the service worker's registration where there is one, so that
 * any window can close them and a click is answered even when this one is gone; else by this window.
 *
 * Owns: what they say, what is shown by this window. Does not know: which window shows which notice, and when
 * (`client/attention`).
 */
import type { Ring } from '@holdfast/client/attention'
import { keyOf, sameKey, type ThreadKey } from '@holdfast/core'
import { GROUP_TAG, titleFor } from './notification-text.ts'
import { kindOfAll, wordsFor } from './words.ts'

/** The part of a registration that is used here. */
export interface Shows {
  showNotification(title: string, options: NotificationOptions): Promise<void>
  getNotifications(filter?: { readonly tag: string }): Promise<readonly Pick<Notification, 'data' | 'close'>[]>
}

export interface SystemNotificationsOptions {
  /** Undefined: the browser has no service workers here. */
  registration(): Promise<Shows | undefined>
  titleOf(key: ThreadKey): string
  /** After a click, where no service worker answers it. Undefined: where everything is listed. */
  open(key: ThreadKey | undefined): void
}

export interface SystemNotifications {
  show(ring: Pick<Ring, 'notices' | 'news' | 'isGroup'>): void
  close(ids: readonly string[], isGroup: boolean): void
  /** The person has read this thread: also what other windows and pushes have shown of it. */
  closeOf(key: ThreadKey): void
}

export function createSystemNotifications(options: SystemNotificationsOptions): SystemNotifications {
  const { registration, titleOf, open } = options
  const own = new Map<string, Notification>()
  /** One after the other, so that none is closed before it is shown. */
  let before: Promise<unknown> = Promise.resolve()

  function then(act: () => Promise<unknown>): void {
    // A browser that refuses shows nothing. The thread is unread all the same.
    before = before.then(act).catch(() => {})
  }

  async function showOne(title: string, given: NotificationOptions & { readonly tag: string }): Promise<void> {
    const shows = await registration()
    if (shows) {
      await shows.showNotification(title, given)
      return
    }
    const notification = new Notification(title, given)
    notification.onclick = () => {
      notification.close()
      window.focus()
      open(given.data)
    }
    own.set(given.tag, notification)
  }

  async function closeOne(tag: string): Promise<void> {
    own.get(tag)?.close()
    own.delete(tag)
    const shown = await (await registration())?.getNotifications({ tag })
    for (const notification of shown ?? []) notification.close()
  }

  async function closeAllOf(key: ThreadKey): Promise<void> {
    const shown = await (await registration())?.getNotifications()
    for (const notification of shown ?? []) {
      const of = keyOf(notification.data)
      if (of && sameKey(of, key)) notification.close()
    }
  }

  return {
    show({ notices, news, isGroup }) {
      const [first] = notices
      if (!first) return
      const { id, roomId, threadId } = first
      const key = { roomId, threadId }
      // Fewer than before is no news to hear.
      const silent = news.length === 0
      then(() =>
        isGroup && notices.length > 1
          ? showOne(wordsFor(notices), { tag: GROUP_TAG, silent, body: titlesOf(notices, titleOf) })
          : showOne(titleFor(kindOfAll(notices), 1), {
              tag: isGroup ? GROUP_TAG : id,
              silent,
              body: titleOf(key),
              data: key,
            }),
      )
    },
    close(ids, isGroup) {
      for (const tag of isGroup ? [GROUP_TAG] : ids) then(() => closeOne(tag))
    },
    closeOf: (key) => then(() => closeAllOf(key)),
  }
}

/** Of so many; a notification has room for few. */
const NAMED = 3

function titlesOf(notices: readonly ThreadKey[], titleOf: (key: ThreadKey) => string): string {
  return [...new Set(notices.map(titleOf))].slice(-NAMED).join('\n')
}
