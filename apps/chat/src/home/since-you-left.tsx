/** The list of what has happened while the person was away, each with the first line of its answer. */
import type { RoomInfo } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { ago } from '../design/ago.ts'
import { Button } from '../design/button.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import { useNow } from '../design/use-now.ts'
import { troubleAbout } from '../frame/toasts.ts'
import { type News, previewOf, type SinceItem, sinceWords } from './since.ts'

interface SinceYouLeftProps {
  readonly items: readonly SinceItem[]
  readonly rooms: readonly RoomInfo[]
}

/** What fits before the message box. */
const FIRST = 7
const MINUTE_MS = 60_000

export function SinceYouLeft({ items, rooms }: SinceYouLeftProps) {
  const registry = useRegistry()
  const [all, setAll] = useState(false)
  const now = useNow(true, MINUTE_MS)
  const heading = useId()
  const titles = new Map(rooms.map(({ roomId, title }) => [roomId, title || roomId]))
  const shown = all ? items : items.slice(0, FIRST)
  const runsOnly = items.every(({ news }) => news === 'running')
  return (
    <section className="since" aria-labelledby={heading}>
      <header className="since-head">
        <div className="min-w-0 flex-1">
          <h2 id={heading}>{runsOnly ? 'Still running' : 'Since you left'}</h2>
          {!runsOnly && <p>{sinceWords(items)}</p>}
        </div>
        {items.some(({ thread }) => thread.unread) && (
          <Button
            look="quiet"
            onClick={() => void registry.readAll().catch(troubleAbout('Couldn’t mark everything as read.'))}
          >
            <Icon name="read" />
            Mark all as read
          </Button>
        )}
      </header>
      <ul className="since-list">
        {shown.map((item) => (
          <Row
            key={`${item.thread.roomId}/${item.thread.threadId}`}
            item={item}
            room={titles.get(item.thread.roomId) ?? item.thread.roomId}
            now={now}
          />
        ))}
      </ul>
      {shown.length < items.length && (
        <Button look="quiet" onClick={() => setAll(true)}>
          Show all {items.length}
        </Button>
      )}
    </section>
  )
}

const MARKS: Readonly<Record<News, { readonly icon: IconName; readonly word: string; readonly status: string }>> = {
  needs_you: { icon: 'question', word: 'Needs you', status: 'needs_you' },
  finished: { icon: 'done', word: 'Finished', status: 'working' },
  failed: { icon: 'alert', word: 'Failed', status: 'failed' },
  running: { icon: 'working', word: 'Running', status: 'working' },
}

interface RowProps {
  readonly item: SinceItem
  readonly room: string
  readonly now: number
}

function Row({ item: { thread, news }, room, now }: RowProps) {
  const { roomId, threadId, title, updatedAt, status, paused } = thread
  const preview = previewOf(thread)
  const { icon, word, status: look } = MARKS[news]
  return (
    <li>
      <Link className="since-row" to="/rooms/$roomId/threads/$threadId" params={{ roomId, threadId }}>
        <span className="mark" data-status={look}>
          <Icon name={icon} turning={status === 'working'} />
        </span>
        <span className="since-words">
          <span className="since-title" dir="auto">
            {title || 'Untitled'}
          </span>
          {preview && (
            <span className="since-preview" dir="auto">
              {preview}
            </span>
          )}
        </span>
        <span className="since-aside">
          <span className="mark" data-status={look}>
            {status === 'queued' ? 'Queued' : paused && news === 'needs_you' ? 'Paused: needs you' : word}
          </span>
          <span className="since-place">
            <span dir="auto">{room}</span> · <time dateTime={updatedAt}>{ago(Date.parse(updatedAt), now)}</time>
          </span>
        </span>
      </Link>
    </li>
  )
}
