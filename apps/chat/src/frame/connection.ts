/**
 * The state of the connection, as far as a person wants to know it. It says nothing about runs: they live on the
 * server.
 *
 * Owns: which of several problems is shown, and its text. Does not know: where problems come from.
 */
import type { AccessState, ConnectionState, Delivery, TransportError } from '@holdfast/client'

export type Connection =
  | { readonly type: 'fine' }
  | { readonly type: 'polls' }
  | { readonly type: 'reconnecting' }
  /** Something answers, but not what was requested: a refusal, or an unreadable answer. */
  | { readonly type: 'refused'; readonly error: TransportError }
  | { readonly type: 'signed-out' }

export const FINE: Connection = { type: 'fine' }

/** Whether the page may be out of date. */
export function hasTrouble({ type }: Connection): boolean {
  return type !== 'fine' && type !== 'polls'
}

interface Known {
  /** Of the thread or page that is shown. */
  readonly feed: ConnectionState
  readonly access: AccessState
  readonly delivery: Delivery
}

export function connectionOf({ feed, access, delivery }: Known): Connection {
  if (access === 'signed-out') return { type: 'signed-out' }
  if (feed.type === 'waiting' || (feed.type === 'connecting' && feed.attempt > 0)) {
    return feed.error ? { type: 'refused', error: feed.error } : { type: 'reconnecting' }
  }
  return delivery === 'polls' ? { type: 'polls' } : FINE
}

interface Words {
  readonly line: string
  readonly title: string
  readonly text: string
}

const SAFE = 'Nothing you’ve seen is lost.'

/** The line above a conversation, and the text of an empty page. */
export function wordsOf(connection: Exclude<Connection, { type: 'fine' }>): Words {
  switch (connection.type) {
    case 'polls':
      return {
        line: 'Live updates are blocked. Checking every second.',
        title: 'Loading is slower than usual',
        text: `This page keeps trying. ${SAFE}`,
      }
    case 'reconnecting':
      return {
        line: 'Reconnecting… nothing you’ve seen is lost',
        title: 'Can’t reach the server',
        text: `This page keeps trying. ${SAFE}`,
      }
    case 'signed-out':
      return {
        line: 'Signed out. Sign in, in another tab if needed.',
        title: 'You’re signed out',
        text: `Sign in, in another tab if needed. This page then reconnects. ${SAFE}`,
      }
    case 'refused':
      return refusalOf(connection.error)
  }
}

function refusalOf({ fault, message }: TransportError): Words {
  if (fault.type === 'problem') {
    return {
      line: `The server refused the request. ${message}`,
      title: 'The server refused the request',
      text: `${message} This page keeps trying. ${SAFE}`,
    }
  }
  return {
    line: 'Unexpected answer from the server. Still trying…',
    title: 'Unexpected answer from the server',
    text: `A proxy or sign-in page may be answering, or the server is newer than this page. (${message}) This page keeps trying. ${SAFE}`,
  }
}
