/** The button of the notification centre, with the number of unread threads. */
import { Icon } from '../design/icon.tsx'
import { inShort } from '../sidebar/unread.tsx'

interface BellProps {
  readonly unread: number
  readonly open: boolean
  show(): void
}

export function Bell({ unread, open, show }: BellProps) {
  const label = unread > 0 ? `Notifications, ${unread} unread` : 'Notifications'
  return (
    <button
      type="button"
      className="button button-icon bell"
      data-look="quiet"
      aria-label={label}
      title={label}
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={show}
    >
      <Icon name="bell" />
      {unread > 0 && (
        <span className="badge" aria-hidden="true">
          {inShort(unread)}
        </span>
      )}
    </button>
  )
}
