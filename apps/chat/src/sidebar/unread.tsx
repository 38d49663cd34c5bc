/** That something is unread: a dot at a thread, a number at a room. */

/** Beside the title of a thread, never of the one on screen. */
export function UnreadDot() {
  return (
    <span className="unread-dot">
      <span className="said">Unread</span>
    </span>
  )
}

/** How many threads are unread; nothing for none. */
export function UnreadBadge({ count }: { readonly count: number }) {
  if (count <= 0) return null
  return (
    <span className="badge">
      {inShort(count)}
      <span className="said"> unread</span>
    </span>
  )
}

const MOST = 99

export function inShort(count: number): string {
  return count > MOST ? `${MOST}+` : String(count)
}
