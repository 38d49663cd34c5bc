/**
 * The language of a channel, version 1: what crosses it between the asking side and the side that has the real transport.
 *
 * Owns: the messages. Does not know: channels, what a transport does.
 *
 * Every message is `{holdfast: 1, session, …}`. A session is one life of the asking side, so that a page that was reloaded
 * does not take a message to the page before it. Ids are whole numbers that only grow within a session: one that does not
 * is refused (S001-15). Streams arrive in batches; each batch is acknowledged (`took`).
 */
import type { Envelope, InboxFrame, ThreadKey } from '@holdfast/core'
import type { TransportFault } from '../transport/error.ts'
import type { Delivery, DropReason } from '../transport/port.ts'
import type { Verb } from '../transport/verbs.ts'

export const CHANNEL_VERSION = 1

/** What is to be read until it ends: a source without its handlers, which do not cross. */
export type Address =
  | { readonly type: 'log'; readonly key: ThreadKey; readonly after: number; readonly apart?: true }
  | { readonly type: 'inbox'; readonly cursor: string }

export type Request =
  /** A new session: everything that an earlier one had open on this channel ends. */
  | { readonly type: 'hello' }
  | { readonly type: 'bye' }
  | { readonly type: 'ask'; readonly id: number; readonly verb: Verb | 'alive'; readonly args: readonly unknown[] }
  | { readonly type: 'open'; readonly id: number; readonly source: Address }
  /** The asking side gives up this request or stream. Ends no run. */
  | { readonly type: 'leave'; readonly id: number }
  /** One batch of this stream has been taken. */
  | { readonly type: 'took'; readonly id: number }

/** What a stream says, in order. A batch may be empty: that it arrived says that the connection is alive. */
export type Item =
  | { readonly type: 'opened' }
  /** Of the inbox: how it arrives from now on. A reader that does not know this item may drop it. */
  | { readonly type: 'delivery'; readonly delivery: Delivery }
  | { readonly type: 'caught-up' }
  | { readonly type: 'envelopes'; readonly batch: readonly Envelope[] }
  | { readonly type: 'entries'; readonly batch: readonly InboxFrame[] }
  | { readonly type: 'dropped'; readonly reason: DropReason; readonly what?: string }
  /** The last item. Without a fault the server has ended the stream. */
  | { readonly type: 'ended'; readonly fault?: TransportFault }

export type Reply =
  | { readonly type: 'welcome' }
  /** The other side speaks another version of this language. */
  | { readonly type: 'unfit' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly fault: TransportFault }
  /** This id was used before: nothing was done. */
  | { readonly type: 'refused'; readonly id: number }
  | { readonly type: 'said'; readonly id: number; readonly items: readonly Item[] }
  | { readonly type: 'bye' }

export type Posted<Message> = Message & { readonly holdfast: typeof CHANNEL_VERSION; readonly session: string }

export function posted<Message extends object>(session: string, message: Message): Posted<Message> {
  return { holdfast: CHANNEL_VERSION, session, ...message }
}

/** Something that claims to be of this language, in any version. Its fields are still to be checked. */
export interface Claimed extends Readonly<Record<string, unknown>> {
  readonly holdfast: number
  readonly session: string
  readonly type: unknown
}

export function isClaimed(value: unknown): value is Claimed {
  return isPlain(value) && typeof value.holdfast === 'number' && typeof value.session === 'string'
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
