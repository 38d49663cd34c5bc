/** The side below its head: all rooms, and the threads of the one that is open. Each of the two scrolls by itself. */
import { useRooms } from '@holdfast/react'
import { RoomList } from './room-list.tsx'
import { ThreadList } from './thread-list.tsx'

interface SidebarProps {
  readonly roomId: string | undefined
  readonly threadId: string | undefined
}

export function Sidebar({ roomId, threadId }: SidebarProps) {
  const rooms = useRooms()
  const room = rooms.items?.find((item) => item.roomId === roomId)
  return (
    <div className="side-body">
      <RoomList rooms={rooms} roomId={roomId} />
      {room && <ThreadList key={room.roomId} room={room} threadId={threadId} />}
    </div>
  )
}
