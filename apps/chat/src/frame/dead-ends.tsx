/** Addresses that lead nowhere, and a server that does not answer: what happened, what is safe, what to do next. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Blank } from './blank.tsx'
import { type Connection, wordsOf } from './connection.ts'
import { TryAgain } from './connection-line.tsx'
import { PageHead } from './page-head.tsx'

export function Nowhere() {
  return (
    <>
      <PageHead roomId="default" title="Not found" room={undefined} />
      <Blank title="Page not found" text="Check the link, or pick a thread from the list.">
        <ToFirstRoom />
      </Blank>
    </>
  )
}

interface NoSuchRoomProps {
  readonly roomId: string
  /** The drafts that are kept of it. */
  readonly children?: ReactNode
}

export function NoSuchRoom({ roomId, children }: NoSuchRoomProps) {
  return (
    <Blank
      title="Room not found"
      text={`There is no room at this address (${roomId}). Check the link; the room may have been deleted.`}
    >
      {children}
      <ToFirstRoom />
    </Blank>
  )
}

/** Nothing to show yet, and why. The page keeps trying. */
export function Unreachable({ connection }: { readonly connection: Connection }) {
  const { title, text } = wordsOf(connection.type === 'fine' ? { type: 'reconnecting' } : connection)
  return (
    <Blank title={title} text={text}>
      <TryAgain />
    </Blank>
  )
}

function ToFirstRoom() {
  return (
    <Link className="button" data-look="main" to="/rooms/$roomId" params={{ roomId: 'default' }}>
      Go to the first room
    </Link>
  )
}
