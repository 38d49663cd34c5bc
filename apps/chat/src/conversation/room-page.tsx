/**
 * A room without an open thread: the beginning of a new one. The thread's id is minted here, so that sending shows it
 * at once; nothing is waited for, and nothing navigates later.
 */
import type { RoomInfo } from '@holdfast/core'
import { useOverview, useRegistry, useRooms } from '@holdfast/react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { AgentPicker } from '../composer/agent-picker.tsx'
import { Composer } from '../composer/composer.tsx'
import { LeftWords } from '../composer/lazy-left-words.tsx'
import { placeOf, useAgent } from '../composer/use-agent.ts'
import { useDraft } from '../composer/use-draft.ts'
import { useDrafts } from '../composer/use-drafts.ts'
import { Blank } from '../frame/blank.tsx'
import type { Connection } from '../frame/connection.ts'
import { ConnectionLine } from '../frame/connection-line.tsx'
import { NoSuchRoom, Unreachable } from '../frame/dead-ends.tsx'
import { PageHead } from '../frame/page-head.tsx'
import { usePageTitle } from '../frame/page-title.ts'
import { Skeleton } from '../frame/skeleton.tsx'
import { useConnection } from '../frame/use-connection.ts'
import { sinceYouLeft } from '../home/since.ts'
import { SinceYouLeft } from '../home/since-you-left.tsx'
import { useServices } from '../services.ts'

const SUGGESTIONS = [
  'Plan a weekend in a city I’ve never visited',
  'Explain how tides work, with a small example',
  'Compare renting and buying in a table',
  'Draft a friendly reminder about an unpaid invoice',
]

export function RoomPage({ roomId }: { readonly roomId: string }) {
  const { items, error } = useRooms()
  const connection = useConnection()
  const room = items?.find((item) => item.roomId === roomId)
  const name = room ? room.title || room.roomId : undefined
  const title = items && !room ? 'Not found' : 'New thread'
  usePageTitle([title, name])
  return (
    <>
      <PageHead roomId={roomId} title={title} room={name} />
      <div className="reading">
        {room && <ConnectionLine connection={connection} />}
        <LeftBehind roomId={roomId} rooms={items} />
        <RoomBlank room={room} rooms={items} trouble={error ? connection : undefined} roomId={roomId} />
      </div>
      {room && <NewThreadComposer key={roomId} roomId={roomId} />}
    </>
  )
}

interface LeftBehindProps {
  readonly roomId: string
  readonly rooms: readonly RoomInfo[] | undefined
}

/** Drafts of deleted threads of this room, and of deleted rooms. */
function LeftBehind({ roomId, rooms }: LeftBehindProps) {
  const drafts = useDrafts()
  const orphans = useSyncExternalStore(drafts.subscribe, drafts.orphans)
  const isThere = (id: string | undefined) => !rooms || rooms.some((room) => room.roomId === id)
  const places = orphans.filter((place) => {
    const [of] = place.split('/')
    return of === roomId || !isThere(of)
  })
  if (places.length === 0) return null
  return (
    <div className="left-behind">
      {places.map((place) => (
        <LeftWords key={place} place={place} roomId={isThere(roomId) ? roomId : 'default'} />
      ))}
    </div>
  )
}

interface RoomBlankProps {
  readonly roomId: string
  readonly room: RoomInfo | undefined
  readonly rooms: readonly RoomInfo[] | undefined
  /** Why the rooms are not known. */
  readonly trouble: Connection | undefined
}

function RoomBlank({ roomId, room, rooms, trouble }: RoomBlankProps) {
  const { known, threads, error } = useOverview()
  const since = useMemo(() => sinceYouLeft(threads), [threads])
  if (room && rooms && since.length > 0) {
    return (
      <div className="home">
        <SinceYouLeft items={since} rooms={rooms} />
        <div className="home-next">
          <h2>{TITLE}</h2>
          <Suggestions roomId={roomId} />
        </div>
      </div>
    )
  }
  // What has happened may be known in a moment.
  if (room && !known && !error && !trouble) return <Skeleton of="room" />
  if (room) {
    return (
      <Blank
        title={TITLE}
        text="Answers are written on the server. Leave, reload or close this page: yours will be here."
      >
        <Suggestions roomId={roomId} />
      </Blank>
    )
  }
  if (rooms) return <NoSuchRoom roomId={roomId} />
  return trouble ? <Unreachable connection={trouble} /> : <Skeleton of="room" />
}

const TITLE = 'Ask something, then walk away'

function Suggestions({ roomId }: { readonly roomId: string }) {
  const start = useStart(roomId)
  return (
    <div className="suggestions">
      {SUGGESTIONS.map((text) => (
        <button key={text} type="button" className="button" onClick={() => start(text)}>
          {text}
        </button>
      ))}
    </div>
  )
}

function NewThreadComposer({ roomId }: { readonly roomId: string }) {
  const drafts = useDrafts()
  const place = `${roomId}/`
  const draft = useDraft(place)
  const start = useStart(roomId)
  const agent = useAgent({ roomId })
  return (
    <Composer
      mode="send"
      draft={draft}
      write={(text) => drafts.write(place, text)}
      send={(text) => {
        start(text)
        drafts.write(place, '')
      }}
      stop={() => {}}
    >
      <AgentPicker {...agent} />
    </Composer>
  )
}

/** Starts a new thread and goes there in the same tick. */
function useStart(roomId: string): (text: string) => void {
  const registry = useRegistry()
  const { unsent } = useAgent({ roomId })
  const { choices } = useServices()
  const navigate = useNavigate()
  return (text) => {
    const key = registry.mintKey(roomId)
    registry.start(key, { text, ...(unsent !== undefined && { agentId: unsent }) })
    // The choice applies to the sent message; the next thread starts with the default agent.
    if (unsent !== undefined) choices.choose(placeOf(key), unsent)
    choices.forget(placeOf({ roomId }))
    void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { roomId, threadId: key.threadId } })
  }
}
