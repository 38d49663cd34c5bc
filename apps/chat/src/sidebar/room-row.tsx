/** One room of the list. */
import type { RoomInfo } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon } from '../design/icon.tsx'
import { layer, layerPart } from '../frame/layer.tsx'
import { troubleAbout } from '../frame/toasts.ts'
import { MenuOnItsWay } from './menu-own.tsx'
import { useMuted } from './mute.ts'
import { NamedRow } from './named-row.tsx'
import { MutedMark } from './status-mark.tsx'
import { UnreadBadge } from './unread.tsx'

const RoomMenu = layer(
  layerPart(() => import('./room-menu.tsx')),
  MenuOnItsWay,
)

interface RoomRowProps {
  readonly room: RoomInfo
  readonly current: boolean
  /** Whether something is known to run in it. */
  readonly working: boolean
  /** How many of its threads are. */
  readonly unread: number
  /** Its state. */
  readonly children: ReactNode
}

export function RoomRow({ room, current, working, unread, children }: RoomRowProps) {
  const { roomId } = room
  const registry = useRegistry()
  const title = room.title || roomId
  const muted = useMuted(room.mutedUntil)
  return (
    <NamedRow
      title={title}
      field="Room name"
      label={`Actions for room ${title}`}
      lead={<Icon name="room" />}
      unread={unread > 0}
      mark={
        <>
          {children}
          {muted && <MutedMark until={room.mutedUntil} />}
          <UnreadBadge count={unread} />
        </>
      }
      way={(own) => (
        <Link
          {...own}
          to="/rooms/$roomId"
          params={{ roomId }}
          activeOptions={{ exact: true }}
          aria-current={current ? 'true' : undefined}
        />
      )}
      menu={(own) => <RoomMenu {...own} room={room} working={working} unread={unread} muted={muted} />}
      save={(name) => registry.changeRoom(roomId, { title: name }).catch(troubleAbout(`Couldn’t rename “${title}”.`))}
    />
  )
}
