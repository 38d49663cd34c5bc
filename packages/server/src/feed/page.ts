/**
 * The feed as single answers, for clients whose streams do not arrive: the records after the cursors now, in the same
 * frames. Nothing waits.
 *
 * Owns: what one answer holds, and where it stops. Does not know: HTTP, who asks again and when.
 *
 * Invariants: an answer is bounded in bytes (a single larger record may exceed it); a thread counts as caught up only
 * if its log was read to the end. Nothing outlives the answer.
 */
import {
  type CaughtUp,
  envelopeJson,
  type FeedFrameName,
  inboxJson,
  type Resync,
  splitFrames,
  type ThreadKey,
} from '@holdfast/core'
import type { InboxStore, LogReader } from '../store/port.ts'
import type { ConnectionRequest } from './connection.ts'
import { RESYNC, readingOf } from './reader-end.ts'

const RECORDS = 1_000

/** `json` is the frame's data. */
export interface PageFrame {
  readonly event: FeedFrameName
  readonly json: string
}

export interface FeedPage {
  readonly type: 'page'
  readonly frames: readonly PageFrame[]
  /** The answer was cut off: there is more already. */
  readonly more: boolean
}

export interface PageOptions {
  readonly log: LogReader
  readonly inbox: InboxStore
  readonly maxBytes: number
}

/** @throws StoreFault */
export async function readPage(
  { principal, inbox: cursor, threads }: ConnectionRequest,
  { log, inbox, maxBytes }: PageOptions,
): Promise<FeedPage | { readonly type: 'invalid_cursor' | 'inbox_ahead' | 'inbox_gone' }> {
  const frames: PageFrame[] = []
  let room = maxBytes
  let more = false

  function say(event: PageFrame['event'], json: string): void {
    frames.push({ event, json })
    room -= json.length
  }

  if (cursor !== undefined) {
    const found = await inbox.read(principal, { cursor, maxBytes: room, maxRecords: RECORDS })
    if (found.type !== 'entries') return found
    for (const item of found.items) say('inbox', inboxJson(item.cursor, item.json))
    more ||= found.more
  }
  for (const { roomId, threadId, after } of threads) {
    if (room <= 0) {
      more = true
      break
    }
    await readThread({ roomId, threadId }, after)
  }
  return { type: 'page', frames, more }

  async function readThread(key: ThreadKey, after: number): Promise<void> {
    const answer = await log.read(principal, key, { after, maxBytes: room, maxRecords: RECORDS })
    if (answer.type === 'not_found' && after === 0) {
      say('caught-up', JSON.stringify({ ...key, seq: 0 } satisfies CaughtUp))
      return
    }
    const reading = readingOf(key, answer)
    if (reading.type === 'over') {
      // A client that was at the end gets the record of the deletion. One that was behind gets only the resync, because
      // of the hole.
      if (reading.last?.firstSeq === after + 1) sayRecords(reading.last.frames)
      const reason = RESYNC[reading.cause]
      if (reason) say('resync', JSON.stringify({ ...key, reason } satisfies Resync))
      return
    }
    sayRecords(reading.frames)
    if (reading.lastSeq >= reading.head) {
      say('caught-up', JSON.stringify({ ...key, seq: reading.lastSeq } satisfies CaughtUp))
    } else more = true
  }

  function sayRecords(stored: Uint8Array): void {
    for (const each of splitFrames(decoder.decode(stored))) say('log', envelopeJson(each))
  }
}

const decoder = new TextDecoder()
