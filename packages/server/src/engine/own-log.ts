/**
 * Reads back what an orphaned run had written, page by page from its thread's log. Does not know: what the events mean.
 */
import { type Event, EventType } from '@ag-ui/core'
import { type Envelope, envelopeJson, splitFrames } from '@holdfast/core'
import type { Lease, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { expectOwn } from './drift.ts'

const PAGE = { maxBytes: 1024 * 1024, maxRecords: 10_000 }

/**
 * The agent's own events in order, from `firstSeq` on. Leaves out RUN_STARTED, which the server writes.
 * @throws StoreFault, DriftError
 */
export async function readOwnEvents(
  reader: LogReader,
  owner: Principal,
  lease: Lease,
  firstSeq: number,
): Promise<Event[]> {
  const key = { roomId: lease.roomId, threadId: lease.threadId }
  const decoder = new TextDecoder()
  const events: Event[] = []
  for (let after = firstSeq - 1; ; ) {
    const chunk = await reader.read(owner, key, { after, ...PAGE })
    if (chunk.type !== 'chunk') throw new Error(`The log of a resumed run answered ${chunk.type}.`)
    for (const frame of splitFrames(decoder.decode(chunk.frames))) {
      const envelope = JSON.parse(envelopeJson(frame)) as Envelope
      expectOwn(lease, envelope)
      const { kind, runId, event } = envelope
      if (kind === 'agui' && runId === lease.runId && event.type !== EventType.RUN_STARTED) events.push(event)
    }
    if (chunk.lastSeq >= chunk.head) return events
    after = chunk.lastSeq
  }
}
