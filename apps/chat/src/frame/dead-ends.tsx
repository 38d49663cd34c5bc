/** Addresses that lead nowhere, and a server that does not answer: what is the matter, what is safe, what is next. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Blank } from './blank.tsx'
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

export function Unreachable() {
  return (
    <Blank
      title="The server cannot be reached"
      text="This page keeps trying by itself. What runs on the server goes on, and nothing that was said is lost."
    />
  )
}

function ToFirstRoom() {
  return (
    <Link className="button" data-look="main" to="/rooms/$roomId" params={{ roomId: 'default' }}>
      Go to the first room
    </Link>
  )
}
