/** The threads of one room, newest activity first. */
import type { RoomInfo } from '@holdfast/core'
import { useThreadList } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { Icon } from '../design/icon.tsx'
import { Skeleton } from '../frame/skeleton.tsx'
import { StatusMark } from './status-mark.tsx'
import { Unreachable } from './unreachable.tsx'

interface ThreadListProps {
  readonly room: RoomInfo
  readonly threadId: string | undefined
}

export function ThreadList({ room, threadId }: ThreadListProps) {
  const { roomId } = room
  const { items, error, more, loadMore } = useThreadList(roomId)
  return (
    <nav className="side-section" aria-label="Threads">
      <div className="side-title">
        <h2 dir="auto">{room.title || roomId}</h2>
        <Link className="button" data-look="quiet" to="/rooms/$roomId" params={{ roomId }}>
          <Icon name="plus" />
          New thread
        </Link>
      </div>
      {items === undefined && (error ? <Unreachable /> : <Skeleton of="threads" />)}
      {items?.length === 0 && <p className="side-note">No threads yet. What you ask becomes the first.</p>}
      <ul>
        {items?.map((thread) => (
          <li key={thread.threadId}>
            <Link
              className="link"
              to="/rooms/$roomId/threads/$threadId"
              params={{ roomId, threadId: thread.threadId }}
              aria-current={thread.threadId === threadId ? 'page' : undefined}
              title={thread.title}
            >
              <span className="link-title" dir="auto">
                {thread.title || 'Untitled'}
              </span>
              <StatusMark status={thread.status} />
            </Link>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="button" data-look="quiet" onClick={loadMore}>
          Show older threads
        </button>
      )}
    </nav>
  )
}
