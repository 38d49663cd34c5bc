/** The inbox of a feed connection: reads it until nothing is left, each time there may be more. */
import { inboxJson } from '@holdfast/core'
import type { InboxStore } from '../store/port.ts'
import type { ConnectionParts } from './connection-parts.ts'

const INBOX_RECORDS = 100

/** Returns the function to call when the inbox may have more. */
export function followInbox(
  { principal, shared, stepBytes, isOver, say, fail, end }: ConnectionParts,
  inbox: InboxStore,
  from: string,
): () => void {
  let cursor = from
  let behind = false
  let reading = false

  async function read(): Promise<void> {
    behind = true
    if (reading) return
    reading = true
    try {
      while (behind && !isOver()) {
        behind = false
        const range = { cursor, maxBytes: stepBytes, maxRecords: INBOX_RECORDS }
        const answer = await shared.turn(() => inbox.read(principal, range))
        if (!answer || isOver()) return
        // It fell so far behind that the person's log was trimmed: its reader asks for the inbox again.
        if (answer.type === 'inbox_gone') return end()
        if (answer.type !== 'entries') throw new Error(`The inbox answered ${answer.type} in the middle of a stream.`)
        for (const item of answer.items) {
          say('inbox', inboxJson(item.cursor, item.json))
          cursor = item.cursor
        }
        behind ||= answer.more
      }
    } catch (fault) {
      fail(fault)
    } finally {
      reading = false
    }
  }
  return () => void read()
}
