/** The entries of the inbox for what is written into a thread's log: what starts, ends and changes. Pure. */
import { type Envelope, type InboxEntry, type InboxEvent, isUnread, raisesUnread } from '@holdfast/core'
import type { ThreadRow } from './port.ts'

/** The state of a thread, as entries and lists show it. */
export function stateOf({ status, waiting, paused }: Pick<ThreadRow, 'status' | 'waiting' | 'paused'>) {
  return { status, ...(waiting > 0 && { waiting }), ...(paused && { paused }) }
}

export function isThreadUnread({ completedSeq, readSeq, markedAt }: ThreadRow): boolean {
  return isUnread({ completedSeq, readSeq, markedUnread: markedAt !== undefined })
}

type OfThread<One> = One extends { readonly threadId: string }
  ? Omit<One, 'threadId' | keyof ReturnType<typeof stateOf>>
  : never
type Said = OfThread<InboxEvent>

/** `row`: the thread's row after the envelopes; `before`: the row before, if the thread existed. */
export function entriesOf(
  envelopes: readonly Envelope[],
  row: ThreadRow,
  before: ThreadRow | undefined,
): readonly InboxEntry[] {
  const { roomId, threadId, title, updatedAt } = row
  const of = { roomId, threadId, at: new Date(updatedAt).toISOString() }
  const accepts = envelopes.some(({ event }) => event.type === 'run.accepted')
  const said: Said[] = before ? [] : [{ type: 'ThreadCreated', title }]
  for (const envelope of envelopes) if (envelope.kind === 'control') said.push(...saidBy(envelope, accepts, row))
  return said.map((event) => ({ ...of, ...event, ...(!row.deleted && stateOf(row)) }) as InboxEntry)
}

type Control = Extract<Envelope, { kind: 'control' }>

function saidBy({ runId, event, seq }: Control, accepts: boolean, row: ThreadRow): readonly Said[] {
  if (runId === undefined) {
    if (event.type === 'thread.changed') return [{ ...event, type: 'ThreadChanged' }]
    if (event.type === 'thread.deleted') return [{ type: 'ThreadDeleted' }]
    const changesState = event.type === 'interrupts.resolved' || (event.type === 'queue.changed' && !accepts)
    return changesState ? [{ type: 'ThreadChanged' }] : []
  }
  switch (event.type) {
    case 'run.accepted': {
      const { agentId, continues } = event.run
      if (continues !== undefined) return [{ type: 'RunContinued', runId, agentId, continues }]
      return [{ type: 'RunQueued', runId, agentId }]
    }
    case 'run.status':
      return event.status === 'running' ? [{ type: 'RunStarted', runId }] : []
    case 'run.ended': {
      const { outcome } = event
      const unread = isThreadUnread(row)
      const raised = raisesUnread(outcome.type) && { completedSeq: seq }
      const completed = { type: 'RunCompleted', runId, outcome, ...raised, unread } as const
      return outcome.type === 'interrupted' ? [completed, { type: 'NeedsYou', runId, unread }] : [completed]
    }
    default:
      return []
  }
}
