/** The actions on a room, and the confirmation before it is deleted with everything in it. */
import { problemOf, TransportError } from '@holdfast/client'
import type { RoomInfo } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { MenuItem } from '../design/menu.tsx'
import { troubleAbout } from '../frame/toasts.ts'
import { whyOf } from '../frame/why.ts'
import { ActionsMenu } from './actions-menu.tsx'
import { MuteMenu } from './mute-menu.tsx'

/** The server keeps it: it is where everything begins. */
const FIRST = 'default'

interface RoomMenuProps {
  readonly label: string
  readonly room: RoomInfo
  readonly working: boolean
  readonly unread: number
  readonly muted: boolean
  rename(): void
}

export default function RoomMenu({ label, room, working, unread, muted, rename }: RoomMenuProps) {
  const registry = useRegistry()
  const { roomId } = room
  const title = room.title || roomId
  const stays = roomId === FIRST

  function markRead(): void {
    registry.readRoom(roomId).catch(troubleAbout(`Couldn’t mark “${title}” as read.`))
  }
  function mute(mutedUntil: string | null): void {
    registry.changeRoom(roomId, { mutedUntil }).catch(troubleAbout(`Couldn’t ${muted ? 'unmute' : 'mute'} “${title}”.`))
  }
  return (
    <ActionsMenu
      label={label}
      rename={rename}
      {...(!stays && { sure: (close) => <SureToDelete room={room} working={working} close={close} /> })}
    >
      {unread > 0 && (
        <MenuItem icon="read" onSelect={markRead}>
          Mark room as read
        </MenuItem>
      )}
      <MuteMenu muted={muted} mute={mute} />
    </ActionsMenu>
  )
}

interface SureProps extends Pick<RoomMenuProps, 'room' | 'working'> {
  close(): void
}

type Stage = { readonly type: 'asking' | 'running' | 'deleting' } | { readonly type: 'trouble'; readonly text: string }

function SureToDelete({ room, working, close }: SureProps) {
  const registry = useRegistry()
  const router = useRouter()
  const [stage, setStage] = useState<Stage>({ type: working ? 'running' : 'asking' })
  const runs = stage.type === 'running'

  async function remove(): Promise<void> {
    setStage({ type: 'deleting' })
    try {
      await registry.deleteRoom(room.roomId, { force: runs })
    } catch (cause) {
      const problem = cause instanceof TransportError ? problemOf(cause) : undefined
      if (problem?.code === 'run_active') setStage({ type: 'running' })
      else setStage({ type: 'trouble', text: whyOf(cause) })
      return
    }
    close()
    // A person who has navigated meanwhile stays there.
    const { pathname } = router.state.location
    if (pathname !== `/rooms/${room.roomId}` && !pathname.startsWith(`/rooms/${room.roomId}/`)) return
    await router.navigate({ to: '/rooms/$roomId', params: { roomId: FIRST } })
  }

  return (
    <Dialog title="Delete this room?" close={close}>
      <p className="px-4 py-3 wrap-anywhere" role="status">
        “{room.title || room.roomId}” and all its threads will be deleted for good.{' '}
        {runs && <strong>Its runs will be stopped first.</strong>}
        {stage.type === 'trouble' && <strong>Couldn’t delete it. {stage.text}</strong>}
      </p>
      <footer className="tray-foot justify-end!">
        <Button onClick={close}>Cancel</Button>
        <Button look="stop" disabled={stage.type === 'deleting'} onClick={remove}>
          {runs ? 'Stop and delete' : 'Delete'}
        </Button>
      </footer>
    </Dialog>
  )
}
