/**
 * How the page is connected, in what a person may want to know of it. It says nothing about any run: those live elsewhere.
 *
 * Owns: which of several troubles is said, and its words. Does not know: where they come from.
 */
import type { AccessState, ConnectionState, Delivery, TransportError } from '@holdfast/client'

export type Connection =
  | { readonly type: 'fine' }
  | { readonly type: 'polls' }
  | { readonly type: 'reconnecting' }
  /** Something answers, and not what was asked for: a refusal, or what cannot be read. */
  | { readonly type: 'refused'; readonly error: TransportError }
  | { readonly type: 'signed-out' }

export const FINE: Connection = { type: 'fine' }

/** Whether what is shown may be out of date. */
export function hasTrouble({ type }: Connection): boolean {
  return type !== 'fine' && type !== 'polls'
}

interface Known {
  /** Of what is shown. */
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

const SAFE = 'What runs on the server goes on, and nothing that was said is lost.'

/** The quiet line, and what is said where there is nothing to show yet. */
export function wordsOf(connection: Exclude<Connection, { type: 'fine' }>): Words {
  switch (connection.type) {
    case 'polls':
      return {
        line: 'Live updates are held back on their way here. This page asks every second instead.',
        title: 'Loading takes longer than usual',
        text: `This page keeps asking. ${SAFE}`,
      }
    case 'reconnecting':
      return {
        line: 'Reconnecting… your runs go on',
        title: 'The server cannot be reached',
        text: `This page keeps trying by itself. ${SAFE}`,
      }
    case 'signed-out':
      return {
        line: 'Signed out. Your runs go on',
        title: 'You are signed out',
        text: `Sign in, in another tab if need be: this page tries again by itself. ${SAFE}`,
      }
    case 'refused':
      return refusalOf(connection.error)
  }
}

function refusalOf({ fault, message }: TransportError): Words {
  if (fault.type === 'problem') {
    return {
      line: `The server refuses to answer. ${message}`,
      title: 'The server refuses to answer',
      text: `${message} This page keeps trying by itself. ${SAFE}`,
    }
  }
  return {
    line: 'What answers is not this server. Your runs go on; this page keeps trying',
    title: 'The answer cannot be read',
    text: `Something else may answer in the server’s place, such as a proxy or a sign-in page, or the server has a newer version. (${message}) This page keeps trying by itself. ${SAFE}`,
  }
}
