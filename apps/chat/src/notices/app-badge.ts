/** The number on the icon of the installed application: how many threads are unread, in all rooms. */
import type { RunRegistry } from '@holdfast/client'

interface Badge {
  setAppBadge?(count: number): Promise<void>
  clearAppBadge?(): Promise<void>
}

/** Until the returned function is called. */
export function showBadge({ overview }: Pick<RunRegistry, 'overview'>, badge: Badge = navigator): () => void {
  let shown: number | undefined

  function show(): void {
    const { known, rooms } = overview.snapshot()
    const count = rooms.reduce((sum, { unread }) => sum + unread, 0)
    if (!known || count === shown) return
    shown = count
    // A browser that refuses it shows none.
    const done = count > 0 ? badge.setAppBadge?.(count) : badge.clearAppBadge?.()
    done?.catch(() => {})
  }

  show()
  return overview.subscribe(show)
}
