/**
 * Inbox entries: the events of a decision for readers that follow no thread. Derived from the decision's writes, in one
 * place, so that no decider can forget an entry and every adapter writes the same ones.
 *
 * Invariants: an entry is sequenced in the transaction of the change that it reports; deltas produce no entries. When a
 * thread or a room is deleted, its entries are deleted too (I8), so positions may have gaps. The entry about the
 * deletion stays.
 */
import { type ControlEvent, type InboxEntry, type InboxEvent, raisesUnread } from '@holdfast/core'
import type { PersonPut, RoomRow, ThreadRow, Writes } from './facts.ts'
import { iso, stateOf } from './to-run.ts'

/** An entry that everybody gets who may see the room. */
export type SharedEntry = Extract<InboxEntry, { readonly roomId: string }>

/** The entry for a room that was created, changed or deleted: `row` is the new row. */
export function roomEntry({ roomId, title, agentId, deletedAt }: RoomRow, now: number): SharedEntry {
  const head = { roomId, at: iso(now) }
  if (deletedAt !== undefined) return { ...head, type: 'RoomDeleted' }
  return { ...head, type: 'RoomChanged', title, ...(agentId !== undefined && { agentId }) }
}

/**
 * The number of entries that a person's log keeps. A cursor from before the oldest one is too old, and its holder
 * starts over.
 */
export const MAX_PERSON_ENTRIES = 1_000

/** The entry for the person to whom these writes change what the thread is. Notices will be reported here too. */
export function personEntry({ key, own }: Writes, now: number): InboxEntry | undefined {
  if (!own?.entry) return undefined
  const { roomId, threadId } = key
  return { roomId, threadId, at: iso(now), ...own.entry }
}

/** The entry for the person who changed something of their own in more than one thread. */
export function ownEntry({ put }: PersonPut, now: number): InboxEntry {
  const at = iso(now)
  switch (put.type) {
    case 'room': {
      const { mutedUntil } = put.own
      return {
        roomId: put.roomId,
        at,
        type: 'RoomChanged',
        mutedUntil: mutedUntil === undefined ? null : iso(mutedUntil),
      }
    }
    case 'read': {
      const all = { at, type: 'ReadMarkMoved', all: true } as const
      return put.roomId === undefined ? all : { roomId: put.roomId, ...all }
    }
    case 'settings':
      return { at, type: 'SettingsChanged', settings: put.settings }
  }
}

/**
 * `row`: the thread's row after these writes, if they put it. `completedSeq`: the thread's, if these writes have changed
 * it.
 */
export function inboxOf(
  writes: Writes,
  now: number,
  row: Pick<ThreadRow, 'status' | 'waiting' | 'paused'> | undefined,
  completedSeq?: number,
): readonly SharedEntry[] {
  const { key, log, run, thread, titled, drop } = writes
  if (log.length === 0 ? !titled : !run && !thread) return []
  const { roomId, threadId } = key
  const entries: SharedEntry[] = []
  const tell = (event: Event) => {
    entries.push({ roomId, threadId, at: iso(now), ...event, ...(row && !drop && stateOf(row)) })
  }
  const changes = log.flatMap(({ kind, runId, json }) =>
    kind === 'control' ? [{ runId, event: JSON.parse(json) as ControlEvent }] : [],
  )
  if (thread && titled && !changes.some(({ event }) => event.type === 'thread.changed')) {
    tell({ type: 'ThreadCreated', title: thread.title })
  }
  for (const { runId, event } of changes) {
    for (const said of eventsOf(writes, runId, event, completedSeq)) tell(said)
  }
  return entries
}

type OfThread<One> = One extends { readonly threadId: string }
  ? Omit<One, 'threadId' | keyof ReturnType<typeof stateOf>>
  : never
type Event = OfThread<InboxEvent>

function eventsOf(
  { run }: Writes,
  runId: string | undefined,
  event: ControlEvent,
  completedSeq: number | undefined,
): readonly Event[] {
  if (runId === undefined) {
    if (event.type === 'thread.changed') return [{ ...event, type: 'ThreadChanged' }]
    if (event.type === 'thread.deleted') return [{ type: 'ThreadDeleted' }]
    // Withdrawn questions, and a queue that is paused or resumed, are reported by the thread's state. If the same
    // writes accept or edit a run, the run's own entry brings the state.
    const changesState = event.type === 'interrupts.resolved' || (event.type === 'queue.changed' && !run)
    return changesState ? [{ type: 'ThreadChanged' }] : []
  }
  switch (event.type) {
    case 'run.accepted': {
      const { agentId, continues } = event.run
      if (continues !== undefined) return [{ type: 'RunContinued', runId, agentId, continues }]
      return [{ type: 'RunQueued', runId, agentId }]
    }
    case 'run.status':
      // A run that another worker continues has started before.
      return event.status === 'running' && run?.status === 'running' && run.epoch === 1
        ? [{ type: 'RunStarted', runId }]
        : []
    case 'run.ended': {
      const { outcome } = event
      const raised = raisesUnread(outcome.type) && completedSeq !== undefined
      const completed = { type: 'RunCompleted', runId, outcome, ...(raised && { completedSeq }) } as const
      return outcome.type === 'interrupted' ? [completed, { type: 'NeedsYou', runId }] : [completed]
    }
    default:
      return []
  }
}
