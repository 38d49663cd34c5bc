/** What can be done with a thread. It opens with being shown: it is loaded because somebody wanted it. */
import { paths, sameKey, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { useRegistry, useThreadList } from '@holdfast/react'
import { useRouter } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { Button, IconButton } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Menu, MenuItem } from '../design/menu.tsx'
import { say } from '../frame/toasts.ts'

interface RowMenuProps {
  readonly label: string
  readonly title: string
  readonly threadKey: ThreadKey
  readonly archived: boolean
  /** Absent where nothing runs. */
  readonly stop?: () => void
  rename(): void
  archive(): void
}

export default function RowMenu({ label, title, threadKey, archived, stop, rename, archive }: RowMenuProps) {
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
        {stop && (
          <MenuItem icon="stop" onSelect={stop}>
            Stop
          </MenuItem>
        )}
        <MenuItem
          icon="edit"
          onSelect={() => {
            leads.current = true
            rename()
          }}
        >
          Rename
        </MenuItem>
        <MenuItem icon="archive" onSelect={archive}>
          {archived ? 'Take back' : 'Archive'}
        </MenuItem>
        <MenuItem icon="remove" look="danger" onSelect={() => setAsks(true)}>
          Delete…
        </MenuItem>
      </Menu>
      {asks && <SureToDelete title={title} threadKey={threadKey} close={() => setAsks(false)} />}
    </>
  )
}

interface SureProps {
  readonly title: string
  readonly threadKey: ThreadKey
  close(): void
}

function SureToDelete({ title, threadKey, close }: SureProps) {
  const registry = useRegistry()
  const router = useRouter()
  const { items = [] } = useThreadList(threadKey.roomId)
  async function remove(): Promise<void> {
    close()
    const next = neighbourOf(threadKey, items)
    try {
      await registry.deleteThread(threadKey, { force: true })
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      void say({ type: 'trouble', text: `“${title}” was not deleted.`, detail })
      return
    }
    // Whoever looks at something else stays there.
    if (router.state.location.pathname !== paths.page(threadKey)) return
    await router.navigate(
      next
        ? { to: '/rooms/$roomId/threads/$threadId', params: { roomId: next.roomId, threadId: next.threadId } }
        : { to: '/rooms/$roomId', params: { roomId: threadKey.roomId } },
    )
  }
  return (
    <Dialog title="Delete this thread?" close={close}>
      <p className="px-4 py-3 wrap-anywhere">
        “{title}” and all that was said in it goes for good. What runs in it is stopped first.
      </p>
      <footer className="tray-foot justify-end!">
        <Button onClick={close}>Keep it</Button>
        <Button look="stop" onClick={remove}>
          Delete it
        </Button>
      </footer>
    </Dialog>
  )
}

/** The one below it in the list, or the one above. */
function neighbourOf(key: ThreadKey, items: readonly ThreadInfo[]): ThreadInfo | undefined {
  const shown = items.filter((item) => !item.archived || sameKey(item, key))
  const at = shown.findIndex((item) => sameKey(item, key))
  return at < 0 ? shown[0] : (shown[at + 1] ?? shown[at - 1])
}
