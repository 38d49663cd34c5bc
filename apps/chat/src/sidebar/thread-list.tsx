/** The threads of one room by the date of their last activity, in a scroller of their own. */
import type { RoomInfo, ThreadInfo } from '@holdfast/core'
import { useThreadList } from '@holdfast/react'
import { useId, useMemo, useState } from 'react'
import { Icon } from '../design/icon.tsx'
import { Skeleton } from '../frame/skeleton.tsx'
import { type DateGroup, groupedByDate } from './by-date.ts'
import { ThreadRow } from './thread-row.tsx'
import { Unreachable } from './unreachable.tsx'
import { useInSight } from './use-in-sight.ts'
import { useToday } from './use-today.ts'

interface ThreadListProps {
  readonly room: RoomInfo
  readonly threadId: string | undefined
}

export function ThreadList({ room: { roomId }, threadId }: ThreadListProps) {
  const { items, error, more, loadMore } = useThreadList(roomId)
  const [withArchived, setWithArchived] = useState(false)
  const today = useToday()
  const scroller = useInSight<HTMLElement>(threadId, items !== undefined)
  const archived = items?.filter((thread) => thread.archived).length ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: at midnight every thread is a day older
  const groups = useMemo(() => {
    // The one that is open stays in sight.
    const shown = items?.filter((thread) => withArchived || !thread.archived || thread.threadId === threadId)
    return groupedByDate(shown ?? [], Date.now())
  }, [items, withArchived, threadId, today])
  return (
    <nav ref={scroller} className="threads" aria-label="Threads">
      {items === undefined && (error ? <Unreachable /> : <Skeleton of="threads" />)}
      {items?.length === 0 && <p className="side-note">No threads yet. Ask something to start one.</p>}
      {groups.map((group) => (
        <Group key={group.title} group={group} threadId={threadId} />
      ))}
      {archived > 0 && (
        <button
          type="button"
          className="button"
          data-look="quiet"
          aria-pressed={withArchived}
          onClick={() => setWithArchived(!withArchived)}
        >
          <Icon name="archive" />
          {withArchived ? 'Hide archived' : `Show archived (${archived})`}
        </button>
      )}
      {more && (
        <button type="button" className="button" data-look="quiet" onClick={loadMore}>
          Show older threads
        </button>
      )}
    </nav>
  )
}

interface GroupProps {
  readonly group: DateGroup<ThreadInfo>
  readonly threadId: string | undefined
}

function Group({ group: { title, items }, threadId }: GroupProps) {
  const heading = useId()
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className="side-date">
        {title}
      </h3>
      <ul>
        {items.map((thread) => (
          <ThreadRow key={thread.threadId} thread={thread} current={thread.threadId === threadId} />
        ))}
      </ul>
    </section>
  )
}
