/** Addresses that lead nowhere, and a server that does not answer: what is the matter, what is safe, what is next. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Blank } from './blank.tsx'
import { type Connection, wordsOf } from './connection.ts'
import { TryAgain } from './connection-line.tsx'
import { PageHead } from './page-head.tsx'

export function Nowhere() {
  return (
    <>
      <PageHead roomId="default" title="Nothing here" room={undefined} />
      <Blank
        title="There is nothing at this address"
        text="The link may be wrong. Your rooms and threads are in the list."
      >
        <ToFirstRoom />
      </Blank>
    </>
  )
}

interface NoSuchRoomProps {
  readonly roomId: string
  /** What is kept of it here. */
  readonly children?: ReactNode
}

export function NoSuchRoom({ roomId, children }: NoSuchRoomProps) {
  return (
    <Blank
      title="There is no such room"
      text={`No room is kept under this address (${roomId}). The link may be wrong, or the room was deleted.`}
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
