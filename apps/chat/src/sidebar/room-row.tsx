/** One room of the list: the way there, and what can be done with it. Its menu is loaded when first wanted. */
import type { RoomInfo } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { say } from '../frame/toasts.ts'
import { RenameField } from './rename-field.tsx'

const RoomMenu = lazy(() => import('./room-menu.tsx'))

interface RoomRowProps {
  readonly room: RoomInfo
  readonly current: boolean
  /** Whether something is known to run in it. */
  readonly working: boolean
  /** Its state. */
  readonly children: ReactNode
}

export function RoomRow({ room, current, working, children }: RoomRowProps) {
  const { roomId } = room
  const registry = useRegistry()
  const link = useRef<HTMLAnchorElement>(null)
  const [renaming, setRenaming] = useState(false)
  const [wantsMenu, setWantsMenu] = useState(false)
  const title = room.title || roomId

  function rename(name: string): void {
    setRenaming(false)
    if (name === '' || name === room.title) return
    registry.changeRoom(roomId, { title: name }).catch((cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      void say({ type: 'trouble', text: `“${title}” was not renamed.`, detail })
    })
  }

  if (renaming) {
    return (
      <li>
        <RenameField
          label="Name of the room"
          name={title}
          save={rename}
          leave={() => {
            setRenaming(false)
            requestAnimationFrame(() => link.current?.focus())
          }}
        />
      </li>
    )
  }
  const label = `Actions for the room ${title}`
  return (
    <li className="row">
      <Link
        ref={link}
        className="link"
        to="/rooms/$roomId"
        params={{ roomId }}
        activeOptions={{ exact: true }}
        aria-current={current ? 'true' : undefined}
        title={title}
        onKeyDown={(event) => {
          if (event.key === 'F2') setRenaming(true)
        }}
      >
        <span className="link-title" dir="auto">
          {title}
        </span>
        {children}
      </Link>
      <Suspense fallback={<IconButton icon="more" label={label} className="row-more" />}>
        {wantsMenu ? (
          <RoomMenu label={label} room={room} working={working} rename={() => setRenaming(true)} />
        ) : (
          <IconButton icon="more" label={label} className="row-more" onClick={() => setWantsMenu(true)} />
        )}
      </Suspense>
    </li>
  )
}
