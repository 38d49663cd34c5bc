/** What can be done with a room. It opens with being shown: it is loaded because somebody wanted it. */
import { problemOf, TransportError } from '@holdfast/client'
import type { RoomInfo } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useRouter } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { Button, IconButton } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Menu, MenuItem } from '../design/menu.tsx'

/** The server keeps it: it is where everything begins. */
const FIRST = 'default'

interface RoomMenuProps {
  readonly label: string
  readonly room: RoomInfo
  readonly working: boolean
  rename(): void
}

export default function RoomMenu({ label, room, working, rename }: RoomMenuProps) {
  const [open, setOpen] = useState(true)
  const [asks, setAsks] = useState(false)
  const leads = useRef(false)
  return (
    <>
      <Menu
        open={open}
        onOpenChange={(next) => {
          leads.current = false
          setOpen(next)
        }}
        takeFocus={() => leads.current}
        trigger={<IconButton icon="more" label={label} className="row-more" />}
      >
        <MenuItem
          icon="edit"
          onSelect={() => {
            leads.current = true
            rename()
          }}
        >
          Rename
        </MenuItem>
        {room.roomId !== FIRST && (
          <MenuItem icon="remove" look="danger" onSelect={() => setAsks(true)}>
            Delete…
          </MenuItem>
        )}
      </Menu>
      {asks && <SureToDelete room={room} working={working} close={() => setAsks(false)} />}
    </>
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
      else setStage({ type: 'trouble', text: cause instanceof Error ? cause.message : String(cause) })
      return
    }
    close()
    // Whoever looks at something else stays there.
    const { pathname } = router.state.location
    if (pathname !== `/rooms/${room.roomId}` && !pathname.startsWith(`/rooms/${room.roomId}/`)) return
    await router.navigate({ to: '/rooms/$roomId', params: { roomId: FIRST } })
  }

  return (
    <Dialog title="Delete this room?" close={close}>
      <p className="px-4 py-3 wrap-anywhere" role="status">
        “{room.title || room.roomId}” and all its threads go for good.{' '}
        {runs && <strong>Something runs in it: it is stopped first.</strong>}
        {stage.type === 'trouble' && <strong>It was not deleted. {stage.text}</strong>}
      </p>
      <footer className="tray-foot justify-end!">
        <Button onClick={close}>Keep it</Button>
        <Button look="stop" disabled={stage.type === 'deleting'} onClick={remove}>
          {runs ? 'Stop and delete it' : 'Delete it'}
        </Button>
      </footer>
    </Dialog>
  )
}
