/** The line above a conversation: what it is and where, and the way to the list on a narrow page. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { IconButton } from '../design/button.tsx'
import { focusField } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'
import { useDrawer } from './drawer.ts'
import { useUnreadCount } from './page-title.ts'

interface PageHeadProps {
  readonly roomId: string
  readonly title: string
  readonly room: string | undefined
  /** Actions on what is shown. */
  readonly children?: ReactNode
}

export function PageHead({ roomId, title, room, children }: PageHeadProps) {
  const drawer = useDrawer()
  const unread = useUnreadCount()
  return (
    <header className="head">
      <IconButton
        icon="menu"
        label="Rooms and threads"
        className={unread > 0 ? 'only-narrow has-unread' : 'only-narrow'}
        aria-expanded={drawer.open}
        onClick={drawer.show}
      />
      <div className="head-text">
        <h1 className="head-title" dir="auto">
          {title}
        </h1>
        <p className="head-room" dir="auto">
          {room}
        </p>
      </div>
      {children}
      <Link
        className="button button-icon only-narrow"
        data-look="quiet"
        aria-label="New thread"
        to="/rooms/$roomId"
        params={{ roomId }}
        onClick={focusField}
      >
        <Icon name="plus" />
      </Link>
    </header>
  )
}
