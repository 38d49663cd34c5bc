/**
 * One thread of the list: the way there, its state, and what can be done with it. Its menu is loaded when first wanted.
 *
 * Owns: the name being written. Does not know: where the list comes from.
 */
import { sameKey, type ThreadInfo } from '@holdfast/core'
import { useActiveRuns, useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { lazy, memo, Suspense, useRef, useState } from 'react'
import { IconButton } from '../design/button.tsx'
import { say } from '../frame/toasts.ts'
import { RenameField } from './rename-field.tsx'
import { StatusMark } from './status-mark.tsx'

const RowMenu = lazy(() => import('./row-menu.tsx'))

interface ThreadRowProps {
  readonly thread: ThreadInfo
  readonly current: boolean
}

export const ThreadRow = memo(function ThreadRow({ thread, current }: ThreadRowProps) {
  const { roomId, threadId, archived } = thread
  const registry = useRegistry()
  const stopping = useActiveRuns().some(({ key, activity }) => activity === 'cancelling' && sameKey(key, thread))
  const link = useRef<HTMLAnchorElement>(null)
  const [renaming, setRenaming] = useState(false)
  const [wantsMenu, setWantsMenu] = useState(false)
  // What was written here stands until the list says something else.
  const [written, setWritten] = useState<{ readonly instead: string; readonly title: string }>()
  const title = (written?.instead === thread.title ? written.title : thread.title) || 'Untitled'

  async function change(body: Parameters<typeof registry.changeThread>[1], what: string): Promise<void> {
    try {
      await registry.changeThread({ roomId, threadId }, body)
    } catch (cause) {
      setWritten(undefined)
      const detail = cause instanceof Error ? cause.message : String(cause)
      void say({ type: 'trouble', text: `“${title}” was not ${what}.`, detail })
    }
  }
  function stop(): void {
    registry.cancel({ roomId, threadId }).catch((cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      void say({ type: 'trouble', text: `“${title}” was not stopped: it goes on.`, detail })
    })
  }
  function rename(name: string): void {
    setRenaming(false)
    if (name === '' || name === thread.title) return
    setWritten({ instead: thread.title, title: name })
    void change({ title: name }, 'renamed')
  }

  if (renaming) {
    return (
      <li>
        <RenameField
          label="Name of the thread"
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
  const label = `Actions for ${title}`
  return (
    <li className="row">
      <Link
        ref={link}
        className="link"
        to="/rooms/$roomId/threads/$threadId"
        params={{ roomId, threadId }}
        aria-current={current ? 'page' : undefined}
        title={title}
        onKeyDown={(event) => {
          if (event.key === 'F2') setRenaming(true)
        }}
      >
        <span className="link-title" dir="auto">
          {title}
        </span>
        <StatusMark status={stopping ? 'stopping' : thread.status} />
      </Link>
      <Suspense fallback={<IconButton icon="more" label={label} className="row-more" />}>
        {wantsMenu ? (
          <RowMenu
            label={label}
            title={title}
            threadKey={{ roomId, threadId }}
            archived={archived}
            {...(thread.status === 'working' && !stopping && { stop })}
            rename={() => setRenaming(true)}
            archive={() => void change({ archived: !archived }, archived ? 'taken back' : 'archived')}
          />
        ) : (
          <IconButton icon="more" label={label} className="row-more" onClick={() => setWantsMenu(true)} />
        )}
      </Suspense>
    </li>
  )
})
