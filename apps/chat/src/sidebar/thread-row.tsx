/**
 * One thread of the list.
 *
 * Owns: the new name until the list has it. Does not know: where the list comes from.
 */
import { sameKey, type ThreadInfo } from '@holdfast/core'
import { useActiveRuns, useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { memo, useState } from 'react'
import { layer, layerPart } from '../frame/layer.tsx'
import { troubleAbout } from '../frame/toasts.ts'
import { MenuOnItsWay } from './menu-own.tsx'
import { useMuted } from './mute.ts'
import { NamedRow } from './named-row.tsx'
import { MutedMark, ThreadMark } from './status-mark.tsx'
import { UnreadDot } from './unread.tsx'

const ThreadMenu = layer(
  layerPart(() => import('./thread-menu.tsx')),
  MenuOnItsWay,
)

interface ThreadRowProps {
  readonly thread: ThreadInfo
  readonly current: boolean
}

export const ThreadRow = memo(function ThreadRow({ thread, current }: ThreadRowProps) {
  const { roomId, threadId, archived } = thread
  const registry = useRegistry()
  const stopping = useActiveRuns().some(({ key, activity }) => activity === 'cancelling' && sameKey(key, thread))
  // A name given here is shown until the list changes.
  const [written, setWritten] = useState<{ readonly instead: string; readonly title: string }>()
  const muted = useMuted(thread.mutedUntil)
  const unread = thread.unread && !current
  const title = (written?.instead === thread.title ? written.title : thread.title) || 'Untitled'

  async function change(body: Parameters<typeof registry.changeThread>[1], what: string): Promise<void> {
    try {
      await registry.changeThread({ roomId, threadId }, body)
    } catch (cause) {
      setWritten(undefined)
      troubleAbout(`Couldn’t ${what} “${title}”.`)(cause)
    }
  }
  function stop(): void {
    registry.cancel({ roomId, threadId }).catch(troubleAbout(`Couldn’t stop “${title}”. It’s still running.`))
  }

  return (
    <NamedRow
      title={title}
      field="Thread name"
      label={`Actions for ${title}`}
      unread={unread}
      mark={
        <>
          <ThreadMark thread={thread} open={current} stopping={stopping} />
          {muted && <MutedMark until={thread.mutedUntil} />}
          {unread && <UnreadDot />}
        </>
      }
      way={(own) => (
        <Link
          {...own}
          to="/rooms/$roomId/threads/$threadId"
          params={{ roomId, threadId }}
          aria-current={current ? 'page' : undefined}
        />
      )}
      menu={(own) => (
        <ThreadMenu
          {...own}
          title={title}
          thread={thread}
          muted={muted}
          {...(thread.status === 'working' && !stopping && { stop })}
          archive={() => void change({ archived: !archived }, archived ? 'unarchive' : 'archive')}
        />
      )}
      save={(name) => {
        setWritten({ instead: thread.title, title: name })
        void change({ title: name }, 'rename')
      }}
    />
  )
})
