/** The newest notices: each leads to its thread; filtered, marked as read, removed. */
import type { NoticeInfo, NoticeKind } from '@holdfast/core'
import { useRooms } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ago } from '../design/ago.ts'
import { Button, IconButton } from '../design/button.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import { useNow } from '../design/use-now.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { previewOf } from '../home/since.ts'
import { useServices } from '../services.ts'
import { UnreadDot } from '../sidebar/unread.tsx'
import { FILTERS, type Filter, filtered } from './filters.ts'
import { PermissionLine } from './permission-line.tsx'
import { type Notices, useNotices } from './use-notices.ts'
import { usePermission } from './use-permission.ts'

interface NoticeListProps {
  close(): void
  showSettings(): void
}

const MINUTE_MS = 60_000

export function NoticeList({ close, showSettings }: NoticeListProps) {
  const notices = useNotices()
  const permission = usePermission()
  const { permissions } = useServices()
  const [filter, setFilter] = useState<Filter>('all')
  const items = notices.state.type === 'ready' ? notices.state.items : []
  return (
    <>
      {permission !== 'granted' && <PermissionLine permission={permission} turnOn={() => void permissions.ask()} />}
      <fieldset className="notice-filters">
        <legend className="said">Show</legend>
        {FILTERS.map((each) => (
          <button
            key={each.filter}
            type="button"
            className="button"
            data-look="quiet"
            aria-pressed={each.filter === filter}
            onClick={() => setFilter(each.filter)}
          >
            {each.label}
          </button>
        ))}
      </fieldset>
      <div className="tray-list">
        <Items notices={notices} filter={filter} close={close} />
      </div>
      <footer className="tray-foot">
        <Button look="quiet" onClick={showSettings}>
          <Icon name="settings" />
          Settings
        </Button>
        <span className="flex-1" />
        {items.some(({ read }) => !read) && (
          <Button look="quiet" onClick={notices.markAllRead}>
            <Icon name="read" />
            Mark all as read
          </Button>
        )}
        {items.length > 0 && (
          <Button look="quiet" onClick={notices.clear}>
            Clear all
          </Button>
        )}
      </footer>
    </>
  )
}

interface ItemsProps {
  readonly notices: Notices
  readonly filter: Filter
  close(): void
}

function Items({ notices, filter, close }: ItemsProps) {
  const { state, load } = notices
  const now = useNow(true, MINUTE_MS)
  const rooms = useRooms().items
  if (state.type === 'loading') return <Skeleton of="notifications" />
  if (state.type === 'trouble') {
    return (
      <div className="tray-none" role="alert">
        <p>Couldn’t load your notifications. {state.text}</p>
        <Button onClick={load}>Try again</Button>
      </div>
    )
  }
  const shown = filtered(state.items, filter)
  if (shown.length === 0) return <p className="tray-none">{emptyWords(state.items.length, filter)}</p>
  const roomOf = (roomId: string) => rooms?.find((room) => room.roomId === roomId)?.title || roomId
  return (
    <ul>
      {shown.map((notice) => (
        <NoticeRow
          key={notice.noticeId}
          notice={notice}
          room={roomOf(notice.roomId)}
          now={now}
          notices={notices}
          close={close}
        />
      ))}
    </ul>
  )
}

function emptyWords(all: number, filter: Filter): string {
  if (all > 0) return filter === 'unread' ? 'You’re up to date.' : 'None of this kind.'
  return 'Nothing yet. What finishes, fails or needs you while you’re elsewhere shows up here.'
}

const KINDS: Readonly<Record<NoticeKind, { readonly icon: IconName; readonly word: string; readonly status: string }>> =
  {
    finished: { icon: 'done', word: 'Finished', status: 'working' },
    failed: { icon: 'alert', word: 'Failed', status: 'failed' },
    needs_you: { icon: 'question', word: 'Needs you', status: 'needs_you' },
    stopped: { icon: 'stopped', word: 'Stopped', status: 'queued' },
  }

interface NoticeRowProps {
  readonly notice: NoticeInfo
  readonly room: string
  readonly now: number
  readonly notices: Notices
  close(): void
}

function NoticeRow({ notice, room, now, notices, close }: NoticeRowProps) {
  const { roomId, threadId, kind, title, at, read } = notice
  const preview = previewOf(notice)
  const { icon, word, status } = KINDS[kind]
  const name = title || 'Untitled'
  return (
    <li className="notice" data-unread={!read || undefined}>
      <Link className="notice-way" to="/rooms/$roomId/threads/$threadId" params={{ roomId, threadId }} onClick={close}>
        <span className="mark" data-status={status}>
          <Icon name={icon} />
        </span>
        <span className="since-words">
          <span className="notice-title" dir="auto">
            {name}
          </span>
          {preview && (
            <span className="since-preview" dir="auto">
              {preview}
            </span>
          )}
          <span className="since-place">
            {word} · <span dir="auto">{room}</span> · <time dateTime={at}>{ago(Date.parse(at), now)}</time>
          </span>
        </span>
        {!read && <UnreadDot />}
      </Link>
      {!read && (
        <IconButton
          className="notice-read"
          icon="read"
          label={`Mark as read: ${name}`}
          onClick={() => notices.markRead(notice)}
        />
      )}
      <IconButton icon="close" label={`Remove: ${name}`} onClick={() => notices.remove(notice)} />
    </li>
  )
}
