/** The actions on a thread, and the confirmation before it is deleted. */
import { paths, sameKey, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { useRegistry, useThreadList } from '@holdfast/react'
import { useRouter } from '@tanstack/react-router'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { MenuItem } from '../design/menu.tsx'
import { troubleAbout } from '../frame/toasts.ts'
import { ActionsMenu } from './actions-menu.tsx'
import { MuteMenu } from './mute-menu.tsx'

interface ThreadMenuProps {
  readonly label: string
  readonly title: string
  readonly thread: ThreadInfo
  readonly muted: boolean
  /** Absent where nothing runs. */
  readonly stop?: () => void
  rename(): void
  archive(): void
}

export default function ThreadMenu({ label, title, thread, muted, stop, rename, archive }: ThreadMenuProps) {
  const registry = useRegistry()
  const { roomId, threadId, archived, unread, lastSeq } = thread
  const key = { roomId, threadId }

  function mark(): void {
    if (unread) registry.read(key, lastSeq)
    else registry.markUnread(key)
  }
  function mute(mutedUntil: string | null): void {
    registry.changeThread(key, { mutedUntil }).catch(troubleAbout(`Couldn’t ${muted ? 'unmute' : 'mute'} “${title}”.`))
  }
  return (
    <ActionsMenu
      label={label}
      rename={rename}
      sure={(close) => <SureToDelete title={title} threadKey={key} close={close} />}
      first={
        stop && (
          <MenuItem icon="stop" onSelect={stop}>
            Stop
          </MenuItem>
        )
      }
    >
      <MenuItem icon={unread ? 'read' : 'unread'} onSelect={mark}>
        {unread ? 'Mark as read' : 'Mark as unread'}
      </MenuItem>
      <MuteMenu muted={muted} mute={mute} />
      <MenuItem icon="archive" onSelect={archive}>
        {archived ? 'Unarchive' : 'Archive'}
      </MenuItem>
    </ActionsMenu>
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
      troubleAbout(`Couldn’t delete “${title}”.`)(cause)
      return
    }
    // A person who has navigated meanwhile stays there.
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
        “{title}” and all its messages will be deleted for good. Its runs will be stopped first.
      </p>
      <footer className="tray-foot justify-end!">
        <Button onClick={close}>Cancel</Button>
        <Button look="stop" onClick={remove}>
          Delete
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
