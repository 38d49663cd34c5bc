/**
 * The rooms, each with how many of its threads are unread, and a mark while a run is live in it or needs a person,
 * wherever it was started. They scroll by themselves.
 */
import type { ListState } from '@holdfast/client'
import type { RoomInfo } from '@holdfast/core'
import { useActiveRuns, useOverview } from '@holdfast/react'
import { Skeleton } from '../frame/skeleton.tsx'
import { NewRoom } from './new-room.tsx'
import { RoomRow } from './room-row.tsx'
import { StatusMark } from './status-mark.tsx'
import { Unreachable } from './unreachable.tsx'
import { useInSight } from './use-in-sight.ts'

interface RoomListProps {
  readonly rooms: ListState<RoomInfo>
  readonly roomId: string | undefined
}

export function RoomList({ rooms, roomId }: RoomListProps) {
  const here = new Set(useActiveRuns().map((run) => run.key.roomId))
  const going = new Map(useOverview().rooms.map((room) => [room.roomId, room]))
  const scroller = useInSight<HTMLUListElement>(roomId, rooms.items !== undefined)
  const isWorking = (id: string) => here.has(id) || (going.get(id)?.working ?? 0) > 0
  const statusOf = (id: string) => {
    if ((going.get(id)?.needsYou ?? 0) > 0) return 'needs_you'
    return isWorking(id) ? 'working' : undefined
  }
  return (
    <nav className="rooms" aria-label="Rooms">
      <NewRoom />
      {rooms.items === undefined && (rooms.error ? <Unreachable /> : <Skeleton of="rooms" />)}
      <ul ref={scroller}>
        {rooms.items?.map((room) => (
          <RoomRow
            key={room.roomId}
            room={room}
            current={room.roomId === roomId}
            working={isWorking(room.roomId)}
            unread={going.get(room.roomId)?.unread ?? 0}
          >
            {room.roomId !== roomId && <RoomMark status={statusOf(room.roomId)} />}
          </RoomRow>
        ))}
      </ul>
    </nav>
  )
}

function RoomMark({ status }: { readonly status: 'needs_you' | 'working' | undefined }) {
  return status && <StatusMark status={status} small />
}
