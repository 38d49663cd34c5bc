/** Everything by name: threads, rooms, actions. Loaded when first opened. */
import { keyString } from '@holdfast/core'
import { useActiveRuns, useRegistry, useRooms } from '@holdfast/react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Command, defaultFilter } from 'cmdk'
import { type ReactNode, useState } from 'react'
import { flushSync } from 'react-dom'
import { Dialog } from '../design/dialog.tsx'
import { focusField } from '../design/focus.ts'
import { Icon, type IconName } from '../design/icon.tsx'
import { Keys } from '../design/keys.tsx'
import { useNextUnread } from '../frame/next-unread.ts'
import { troubleAbout } from '../frame/toasts.ts'
import { ThreadMark } from '../sidebar/status-mark.tsx'
import { useOverview } from '../tray/use-overview.ts'
import { isLive, useStopRuns, waitsForPlace } from '../tray/use-stop-runs.ts'
import { useFirst } from './use-first.ts'
import { useFound } from './use-found.ts'

interface PaletteProps {
  close(): void
  showTray(): void
  showShortcuts(): void
  showNotices(): void
}

export default function Palette({ close, showTray, showShortcuts, showNotices }: PaletteProps) {
  const navigate = useNavigate()
  const registry = useRegistry()
  const { roomId = 'default', threadId } = useParams({ strict: false })
  const rooms = useRooms().items ?? []
  const { items, threads: all } = useOverview(true)
  const threads = all.filter(({ archived }) => !archived)
  const { stopAll } = useStopRuns()
  const goToUnread = useNextUnread()
  const here = useActiveRuns().find(({ key }) => key.roomId === roomId && key.threadId === threadId)
  const running = items.filter(isLive)
  // In the places that become free they would begin.
  const waiting = items.filter(waitsForPlace)
  const [words, setWords] = useState('')
  const { list, value, choose } = useFirst()
  const search = useFound(rooms, words)
  const found = search.threads.filter(
    (one) => !threads.some((known) => keyString(known) === keyString(one) && hasWords(known.title, words)),
  )

  const then = (act: () => void) => () => {
    // The action may move the focus, which an open dialog would keep.
    flushSync(close)
    act()
  }
  function beginThread(): void {
    void navigate({ to: '/rooms/$roomId', params: { roomId } })
    focusField()
  }
  return (
    <Dialog title="Command palette" quiet close={close}>
      <Command
        label="Threads, rooms and actions"
        loop
        className="palette"
        filter={likeness}
        value={value}
        onValueChange={choose}
      >
        <div className="palette-head">
          <Icon name="search" />
          <Command.Input
            autoFocus
            value={words}
            onValueChange={setWords}
            className="palette-field"
            placeholder="Search threads, rooms and actions"
          />
          <Keys chord="esc" />
        </div>
        <Command.List ref={list} className="palette-list">
          {found.length === 0 && (
            <Command.Empty className="palette-none">
              {search.looking ? 'Searching messages…' : 'No results. Try fewer letters.'}
            </Command.Empty>
          )}
          <Command.Group heading="Actions">
            <Item icon="plus" name="New thread" onSelect={then(beginThread)} />
            {here && here.activity !== 'cancelling' && (
              <Item
                icon="stop"
                name="Stop this run"
                onSelect={then(() => void registry.cancel(here).catch(() => {}))}
              />
            )}
            {running.length > 0 && (
              <Item
                icon="stop"
                name={
                  waiting.length === 0
                    ? `Stop all runs (${running.length})`
                    : `Stop all runs (${running.length} running, ${waiting.length} queued)`
                }
                onSelect={then(() => void stopAll([...running, ...waiting]))}
              />
            )}
            <Item icon="working" name="Show runs" onSelect={then(showTray)}>
              <Keys chord="mod+." />
            </Item>
            {goToUnread && (
              <Item icon="unread" name="Next unread thread" onSelect={then(goToUnread)}>
                <Keys chord="alt+shift+↓" />
              </Item>
            )}
            {goToUnread && (
              <Item
                icon="read"
                name="Mark all as read"
                onSelect={then(() => void registry.readAll().catch(troubleAbout('Couldn’t mark everything as read.')))}
              />
            )}
            <Item icon="bell" name="Notifications" onSelect={then(showNotices)} />
            <Item icon="timeline" name="Timeline" onSelect={then(() => void navigate({ to: '/timeline' }))} />
            <Item icon="question" name="Keyboard shortcuts" onSelect={then(showShortcuts)}>
              <Keys chord="mod+/" />
            </Item>
          </Command.Group>
          {threads.length > 0 && (
            <Command.Group heading="Threads">
              {threads.map((thread) => (
                <Item
                  key={keyString(thread)}
                  id={keyString(thread)}
                  icon="thread"
                  name={thread.title || 'Untitled'}
                  aside={thread.room}
                  onSelect={then(() => {
                    const { roomId, threadId } = thread
                    void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { roomId, threadId } })
                  })}
                >
                  <ThreadMark thread={thread} />
                </Item>
              ))}
            </Command.Group>
          )}
          {found.length > 0 && (
            <Command.Group heading="Found in messages" forceMount>
              {found.map(({ roomId, threadId, title, room }) => (
                <Item
                  key={keyString({ roomId, threadId })}
                  id={`said ${keyString({ roomId, threadId })}`}
                  icon="search"
                  name={title || 'Untitled'}
                  aside={room}
                  always
                  onSelect={then(() => {
                    void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { roomId, threadId } })
                  })}
                />
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Rooms">
            {rooms.map((room) => (
              <Item
                key={room.roomId}
                id={`room ${room.roomId}`}
                icon="onward"
                name={room.title || room.roomId}
                onSelect={then(() => void navigate({ to: '/rooms/$roomId', params: { roomId: room.roomId } }))}
              />
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  )
}

/** Letters strewn over a name are less like it than whatever holds the words themselves. */
const STREWN = 0.02

/** Compares visible text, not the ids that keep two items apart. */
function likeness(_: string, words: string, [name = '', ...aside]: readonly string[] = []): number {
  const like = defaultFilter(name, words, aside)
  return like < STREWN ? 0 : like
}

/** Matches like the list above, so that no thread is listed twice. */
function hasWords(title: string, words: string): boolean {
  return title.toLowerCase().includes(words.trim().toLowerCase())
}

interface ItemProps {
  readonly icon: IconName
  readonly name: string
  /** Tells two of the same name apart. */
  readonly id?: string
  readonly aside?: string
  /** Always shown: the server has found it. */
  readonly always?: boolean
  readonly children?: ReactNode
  onSelect(): void
}

function Item({ icon, name, id, aside, always = false, children, onSelect }: ItemProps) {
  return (
    <Command.Item
      className="palette-item"
      forceMount={always}
      value={id ?? name}
      keywords={aside === undefined ? [name] : [name, aside]}
      onSelect={onSelect}
    >
      <Icon name={icon} />
      <span className="link-title" dir="auto">
        {name}
      </span>
      {aside !== undefined && (
        <span className="palette-aside" dir="auto">
          {aside}
        </span>
      )}
      {children}
    </Command.Item>
  )
}
