/**
 * Reads back what runs had written, page by page from their thread's log: an orphaned run itself, and the chain of runs
 * whose questions a run answers. Does not know: what the events mean.
 */
import { type Event, EventType } from '@ag-ui/core'
import { type Envelope, envelopeJson, splitFrames } from '@holdfast/core'
import type { Chain, Lease, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { expectOwn } from './drift.ts'

const PAGE = { maxBytes: 1024 * 1024, maxRecords: 10_000 }

/** UTF-16 units of the events of a chain's runs that are kept: a chain of answers may be long. The newest runs stay. */
const MAX_CHAIN = 32 * 1024 * 1024

export interface OwnLog {
  readonly events: readonly Event[]
  /** The sub-agents that a person has asked to stop. */
  readonly stoppedChildren: readonly string[]
}

/**
 * The agent's own events in order, from `firstSeq` on. Leaves out RUN_STARTED, which the server writes.
 * @throws StoreFault, DriftError
 */
export async function readOwnEvents(
  reader: LogReader,
  owner: Principal,
  lease: Lease,
  firstSeq: number,
): Promise<OwnLog> {
  const events: Event[] = []
  const stoppedChildren: string[] = []
  for await (const { envelope } of envelopes(reader, owner, lease, firstSeq)) {
    if (envelope.runId !== lease.runId) continue
    if (envelope.kind === 'agui') {
      if (envelope.event.type !== EventType.RUN_STARTED) events.push(envelope.event)
    } else if (envelope.event.type === 'subagent.cancel-requested') {
      stoppedChildren.push(envelope.event.subagentRunId)
    }
  }
  return { events, stoppedChildren }
}

/**
 * What the agents of a chain of runs have said, oldest run first, without the events that only the server writes. If it
 * is too much, the oldest runs are left out as a whole.
 * @throws StoreFault, DriftError
 */
export async function readChain(
  reader: LogReader,
  owner: Principal,
  lease: Lease,
  { firstSeq, runIds }: Chain,
  maxLength = MAX_CHAIN,
): Promise<readonly Event[]> {
  const runs = new Map(runIds.map((runId) => [runId, { events: [] as Event[], length: 0 }]))
  let total = 0
  for await (const { envelope, json } of envelopes(reader, owner, lease, firstSeq)) {
    const run = envelope.kind === 'agui' ? runs.get(envelope.runId) : undefined
    if (!run || envelope.kind !== 'agui' || ONLY_THE_SERVERS.has(envelope.event.type)) continue
    run.events.push(envelope.event)
    run.length += json.length
    total += json.length
    for (const [runId, { length }] of runs) {
      if (total <= maxLength || runId === envelope.runId) break
      runs.delete(runId)
      total -= length
    }
  }
  return [...runs.values()].flatMap(({ events }) => events)
}

const ONLY_THE_SERVERS: ReadonlySet<EventType> = new Set([
  EventType.RUN_STARTED,
  EventType.RUN_FINISHED,
  EventType.RUN_ERROR,
])

async function* envelopes(
  reader: LogReader,
  owner: Principal,
  lease: Lease,
  firstSeq: number,
): AsyncGenerator<{ readonly envelope: Envelope; readonly json: string }> {
  const key = { roomId: lease.roomId, threadId: lease.threadId }
  const decoder = new TextDecoder()
  for (let after = firstSeq - 1; ; ) {
    const chunk = await reader.read(owner, key, { after, ...PAGE })
    if (chunk.type !== 'chunk') throw new Error(`The log of a resumed run answered ${chunk.type}.`)
    for (const frame of splitFrames(decoder.decode(chunk.frames))) {
      const json = envelopeJson(frame)
      const envelope = JSON.parse(json) as Envelope
      expectOwn(lease, envelope)
      yield { envelope, json }
    }
    if (chunk.lastSeq >= chunk.head) return
    after = chunk.lastSeq
  }
}
