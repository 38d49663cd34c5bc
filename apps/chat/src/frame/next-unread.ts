/** Goes to the unread thread that matters most, wherever it is: from the palette, and by Alt+Shift+↓. */
import { sameKey, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { useOverview } from '@holdfast/react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import { byLadder } from '../sidebar/stand.ts'

/** Not the open one. Highest on the ladder, then newest. */
export function nextUnread(threads: readonly ThreadInfo[], open: Partial<ThreadKey>): ThreadInfo | undefined {
  const { roomId, threadId } = open
  const key = roomId !== undefined && threadId !== undefined && { roomId, threadId }
  return byLadder(threads.filter((thread) => thread.unread && !(key && sameKey(thread, key))))[0]
}

/** Undefined where nothing else is unread. */
export function useNextUnread(): (() => void) | undefined {
  const { threads } = useOverview()
  const { roomId, threadId } = useParams({ strict: false })
  const navigate = useNavigate()
  const next = useMemo(
    () => nextUnread(threads, { roomId, threadId } as Partial<ThreadKey>),
    [threads, roomId, threadId],
  )
  const go = useCallback(() => {
    if (!next) return
    const { roomId, threadId } = next
    void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { roomId, threadId } })
  }, [next, navigate])
  return next && go
}

/** Alt+Shift+↓, wherever the focus is, unless a layer is open. */
export function useNextUnreadKey(): void {
  const go = useNextUnread()
  useEffect(() => {
    if (!go) return
    function onKeyDown(event: KeyboardEvent): void {
      const { key, altKey, shiftKey, ctrlKey, metaKey } = event
      if (key !== 'ArrowDown' || !altKey || !shiftKey || ctrlKey || metaKey || event.defaultPrevented) return
      if (document.querySelector('[role="dialog"]')) return
      event.preventDefault()
      go?.()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [go])
}
