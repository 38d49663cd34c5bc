/** The threads of one room, newest activity first. */
import type { RoomInfo } from '@holdfast/core'
import { useThreadList } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { focusField } from '../design/focus.ts'
import { Icon } from '../design/icon.tsx'
import { useDrawer } from '../frame/drawer.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { ThreadRow } from './thread-row.tsx'
import { Unreachable } from './unreachable.tsx'

interface ThreadListProps {
  readonly room: RoomInfo
  readonly threadId: string | undefined
}

export function ThreadList({ room, threadId }: ThreadListProps) {
  const { roomId } = room
  const { items, error, more, loadMore } = useThreadList(roomId)
  const drawer = useDrawer()
  const [withArchived, setWithArchived] = useState(false)
  const archived = items?.filter((thread) => thread.archived).length ?? 0
  // The one that is open stays in sight.
  const shown = items?.filter((thread) => withArchived || !thread.archived || thread.threadId === threadId)
  return (
    <nav className="side-section" aria-label="Threads">
      <div className="side-title">
        <h2 dir="auto">{room.title || roomId}</h2>
        <Link
          className="button"
          data-look="quiet"
          to="/rooms/$roomId"
          params={{ roomId }}
          onClick={() => {
            // The way may lead to where this is already.
            drawer.hide()
            focusField()
          }}
        >
          <Icon name="plus" />
          New thread
        </Link>
      </div>
      {items === undefined && (error ? <Unreachable /> : <Skeleton of="threads" />)}
      {items?.length === 0 && <p className="side-note">No threads yet. Ask something to start one.</p>}
      <ul>
        {shown?.map((thread) => (
          <ThreadRow key={thread.threadId} thread={thread} current={thread.threadId === threadId} />
        ))}
      </ul>
      {archived > 0 && (
        <button
          type="button"
          className="button"
          data-look="quiet"
          aria-pressed={withArchived}
          onClick={() => setWithArchived(!withArchived)}
        >
          <Icon name="archive" />
          {withArchived ? 'Hide archived' : `Show archived (${archived})`}
        </button>
      )}
      {more && (
        <button type="button" className="button" data-look="quiet" onClick={loadMore}>
          Show older threads
        </button>
      )}
    </nav>
  )
}
