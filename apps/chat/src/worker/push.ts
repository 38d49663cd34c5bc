/**
 * The service worker's part in notifications: shows a push while no window is open, and leads from any notification to its
 * thread. Pages of this profile show theirs through the same registration, so that a click is answered here too.
 *
 * Owns: what a push says, where a click leads. Does not know: who decides that there is a push (the server), what a window
 * shows.
 *
 * A push holds ids and no text (docs/PROTOCOL.md, Notices). The thread's title is asked for; without an answer the text is
 * general. Nothing that arrives here is trusted: a push that cannot be read is shown as general as possible, because
 * browsers withdraw the permission from those that show nothing.
 */
import { keyOf, type List, NOTICE_KINDS, type NoticeInfo, type NoticeKind, paths, type ThreadKey } from '@holdfast/core'
import { GROUP_TAG, titleFor } from '../notices/notification-text.ts'
import { OPEN_MESSAGE } from './open-message.ts'
import type { NotificationEvent, PushEvent, PushScope, WindowClient } from './scope.ts'

/** A title that takes longer is not waited for. */
const TITLE_MS = 2_000

interface Pushed {
  readonly kind: NoticeKind
  readonly count: number
  readonly noticeId?: string
  readonly key?: ThreadKey
}

export function servePush(scope: PushScope): void {
  scope.addEventListener('push', (event) => event.waitUntil(showPush(scope, event)))
  scope.addEventListener('notificationclick', (event) => event.waitUntil(follow(scope, event)))
}

async function showPush(scope: PushScope, { data }: PushEvent): Promise<void> {
  const pushed = readPush(data?.text())
  const { kind, count, noticeId, key } = pushed
  const title = count === 1 && noticeId !== undefined ? await titleOf(scope, noticeId) : undefined
  await scope.registration.showNotification(titleFor(kind, count), {
    body: title ?? (count === 1 ? 'Open the thread to see it.' : 'Open Holdfast to see them.'),
    tag: count === 1 && noticeId !== undefined ? noticeId : GROUP_TAG,
    icon: iconIn(scope),
    // Several lead to where all of them are listed.
    data: count === 1 && key ? key : undefined,
  })
}

function readPush(text = ''): Pushed {
  let value: Readonly<Record<string, unknown>> | null
  try {
    value = JSON.parse(text)
  } catch {
    value = null
  }
  const kind = NOTICE_KINDS.find((known) => known === value?.kind) ?? 'finished'
  const count = Number.isSafeInteger(value?.count) && Number(value?.count) > 0 ? Number(value?.count) : 1
  const key = keyOf(value)
  const noticeId = value?.noticeId
  return { kind, count, ...(typeof noticeId === 'string' && { noticeId }), ...(key && { key }) }
}

/** Undefined where the server does not say in time. */
async function titleOf(scope: PushScope, noticeId: string): Promise<string | undefined> {
  try {
    const response = await scope.fetch(`${paths.notices()}?limit=20`, { signal: AbortSignal.timeout(TITLE_MS) })
    const { items } = (await response.json()) as List<NoticeInfo>
    const title = items.find((notice) => notice.noticeId === noticeId)?.title
    return typeof title === 'string' && title !== '' ? title : undefined
  } catch {
    return undefined
  }
}

/** To the thread, in a window that is open already if there is one. */
async function follow(scope: PushScope, { notification }: NotificationEvent): Promise<void> {
  notification.close()
  const key = keyOf(notification.data)
  const path = key ? paths.page(key) : '/'
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const window = nearest(windows)
  if (!window) {
    await scope.clients.openWindow(new URL(path.slice(1), scope.registration.scope).href)
    return
  }
  // A browser may refuse the focus; the window shows the thread all the same.
  await window.focus().catch(() => {})
  window.postMessage({ type: OPEN_MESSAGE, ...(key && { key }) })
}

/** The one that a person would take for the open one. */
function nearest(windows: readonly WindowClient[]): WindowClient | undefined {
  return (
    windows.find(({ focused }) => focused) ?? windows.find((one) => one.visibilityState === 'visible') ?? windows[0]
  )
}

function iconIn({ registration }: PushScope): string {
  return new URL('favicon.svg', registration.scope).href
}
