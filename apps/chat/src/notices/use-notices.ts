/**
 * The newest notices of the person, as the server keeps them, for as long as they are looked at.
 *
 * Owns: when they are asked for again. Does not know: the markup.
 */
import { type InboxEntry, type NoticeInfo, sameKey } from '@holdfast/core'
import { useOverview, useRegistry } from '@holdfast/react'
import { useCallback, useEffect, useState } from 'react'
import { troubleAbout } from '../frame/toasts.ts'
import { whyOf } from '../frame/why.ts'

export type NoticesState =
  | { readonly type: 'loading' }
  | { readonly type: 'ready'; readonly items: readonly NoticeInfo[] }
  | { readonly type: 'trouble'; readonly text: string }

export interface Notices {
  readonly state: NoticesState
  load(): void
  markRead(notice: NoticeInfo): void
  markAllRead(): void
  remove(notice: NoticeInfo): void
  clear(): void
}

/** What the server keeps of each person. */
const KEPT = 100
/** Several entries of the inbox are one request. */
const GATHER_MS = 250
const CHANGING: readonly InboxEntry['type'][] = [
  'RunCompleted',
  'NeedsYou',
  'ReadMarkMoved',
  'ThreadDeleted',
  'RoomDeleted',
]

export function useNotices(): Notices {
  const registry = useRegistry()
  const { threads } = useOverview()
  const [state, setState] = useState<NoticesState>({ type: 'loading' })

  const load = useCallback(async () => {
    try {
      const { items } = await registry.ask('notices', [{ limit: KEPT }])
      setState({ type: 'ready', items })
    } catch (cause) {
      // What is shown already stays: it is newer than nothing.
      setState((before) => (before.type === 'ready' ? before : { type: 'trouble', text: whyOf(cause) }))
    }
  }, [registry])

  useEffect(() => {
    void load()
    let timer: ReturnType<typeof setTimeout> | undefined
    const undo = registry.inbox.subscribe(({ type }) => {
      if (!CHANGING.includes(type)) return
      clearTimeout(timer)
      timer = setTimeout(load, GATHER_MS)
    })
    return () => {
      clearTimeout(timer)
      undo()
    }
  }, [registry, load])

  type Change = (items: readonly NoticeInfo[]) => readonly NoticeInfo[]
  function show(how: Change): void {
    setState((before) => (before.type === 'ready' ? { type: 'ready', items: how(before.items) } : before))
  }
  /** Shown at once; what fails is said, and shown as it is. */
  function change(how: Change, act: Promise<unknown>, trouble: string): void {
    show(how)
    act.catch((cause: unknown) => {
      troubleAbout(trouble)(cause)
      void load()
    })
  }
  return {
    state,
    load: () => void load(),
    markRead(notice) {
      const { roomId, threadId } = notice
      const thread = threads.find((one) => sameKey(one, notice))
      if (!thread) return
      show((items) => items.map((item) => (sameKey(item, notice) ? { ...item, read: true } : item)))
      registry.read({ roomId, threadId }, thread.lastSeq)
    },
    markAllRead: () =>
      change(
        (items) => items.map((item) => ({ ...item, read: true })),
        registry.readAll(),
        'Couldn’t mark everything as read.',
      ),
    remove: ({ noticeId }) =>
      change(
        (items) => items.filter((item) => item.noticeId !== noticeId),
        registry.ask('deleteNotice', [noticeId]),
        'Couldn’t remove the notification.',
      ),
    clear: () => change(() => [], registry.ask('deleteNotices', []), 'Couldn’t clear the notifications.'),
  }
}
