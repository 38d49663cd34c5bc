/** The rooms, each with a sign while something that this device knows of works in it. */
import type { ListState } from '@holdfast/client'
import type { RoomInfo } from '@holdfast/core'
import { useActiveRuns } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { Skeleton } from '../frame/skeleton.tsx'
import { NewRoom } from './new-room.tsx'
import { StatusMark } from './status-mark.tsx'
import { Unreachable } from './unreachable.tsx'

interface RoomListProps {
  readonly rooms: ListState<RoomInfo>
  readonly roomId: string | undefined
}

export function RoomList({ rooms, roomId }: RoomListProps) {
  const working = new Set(useActiveRuns().map((run) => run.key.roomId))
  return (
    <nav className="side-section" aria-label="Rooms">
      <NewRoom />
      {rooms.items === undefined && (rooms.error ? <Unreachable /> : <Skeleton of="rooms" />)}
      <ul>
        {rooms.items?.map((room) => (
          <li key={room.roomId}>
            <Link
              className="link"
              to="/rooms/$roomId"
              params={{ roomId: room.roomId }}
              activeOptions={{ exact: true }}
              aria-current={room.roomId === roomId ? 'true' : undefined}
            >
              <span className="link-title" dir="auto">
                {room.title || room.roomId}
              </span>
              {room.roomId !== roomId && working.has(room.roomId) && <StatusMark status="working" />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
