/** The window title: how many threads are unread, then what is shown, the innermost first. */
import { useOverview } from '@holdfast/react'
import { useEffect } from 'react'
import { inShort } from '../sidebar/unread.tsx'

/** In all rooms. */
export function useUnreadCount(): number {
  return useOverview().rooms.reduce((sum, { unread }) => sum + unread, 0)
}

/** "(2) Tulips · Garden · Holdfast". Undefined: another component sets it. */
export function usePageTitle(parts: readonly (string | undefined)[] | undefined): void {
  const unread = useUnreadCount()
  const title = parts && [...parts, 'Holdfast'].filter(Boolean).join(' · ')
  useEffect(() => {
    if (title !== undefined) document.title = unread > 0 ? `(${inShort(unread)}) ${title}` : title
  }, [title, unread])
}
