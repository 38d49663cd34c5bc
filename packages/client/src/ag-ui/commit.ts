/**
 * Writes the records of a decision: numbers them, computes the rows that follow from them, and the entries of the inbox.
 *
 * Invariants: a thread's seq has no holes; its row is what its log folds to; what is not news writes no inbox entry.
 */
import {
  createFold,
  type Envelope,
  type InboxEntry,
  isEnded,
  isHeld,
  type Run,
  raisesUnread,
  type StartBody,
  type ThreadKey,
  threadStatus,
} from '@holdfast/core'
import type { ThreadFacts } from './facts.ts'
import { entriesOf } from './news.ts'
import type { RunRow, StopRequest, ThreadRow, Writing } from './port.ts'
import { previewOf } from './preview.ts'
import type { LogRecord } from './records.ts'

export interface Writes {
  readonly records: readonly LogRecord[]
  readonly patch?: Partial<ThreadRow>
  /** Of a run that these records accept. */
  readonly request?: StartBody
  readonly stopped?: { readonly runId: string; readonly stop: StopRequest } | undefined
  readonly liveRunId?: string | null
}

/** How many entries the inbox keeps. A reader from before them starts over. */
const MAX_ENTRIES = 5_000

const NEW_THREAD = {
  title: '',
  archived: false,
  status: 'idle',
  waiting: 0,
  paused: false,
  lastSeq: 0,
  completedSeq: 0,
  readSeq: 0,
} as const

/** The thread's row after them. */
export async function commit(
  at: Writing,
  now: number,
  { key, row: before, view }: ThreadFacts,
  { records, patch = {}, request, stopped, liveRunId }: Writes,
): Promise<ThreadRow> {
  const fold = createFold(key, view)
  const head = before?.lastSeq ?? 0
  const envelopes = enveloped(key, head, now, records)
  for (const envelope of envelopes) {
    at.put('log', envelope)
    fold.apply(envelope)
  }
  const after = fold.view()
  const changed = after.runs.filter((run, index) => run !== view.runs[index])
  for (const run of changed) await putRun(at, key, run, { envelopes, request, stopped })
  const news = envelopes.findLast(({ event }) => event.type === 'run.ended' && raisesUnread(event.outcome.type))
  const { liveRunId: live, ...known } = { ...NEW_THREAD, ...key, ...before }
  const next = liveRunId === undefined ? live : liveRunId
  const preview = previewOf(after)
  const row: ThreadRow = {
    ...known,
    updatedAt: now,
    ...patch,
    status: threadStatus(after),
    waiting: after.queue.length,
    paused: isHeld(after),
    lastSeq: head + envelopes.length,
    ...(typeof next === 'string' && { liveRunId: next }),
    ...(news && { completedSeq: news.seq }),
    ...(preview !== undefined && { preview }),
  }
  at.put('threads', row)
  if (changed.some(isEnded)) at.put('checkpoints', { ...key, view: after })
  await tell(at, entriesOf(envelopes, row, before))
  return row
}

function enveloped(key: ThreadKey, head: number, now: number, records: readonly LogRecord[]): readonly Envelope[] {
  const at = new Date(now).toISOString()
  const { roomId, threadId } = key
  return records.map(({ kind, runId, event }, index) => {
    const address = { v: 1, roomId, threadId, ...(runId !== undefined && { runId }), seq: head + 1 + index, at }
    return { ...address, kind, event } as Envelope
  })
}

interface Context {
  readonly request: Writes['request']
  readonly stopped: Writes['stopped']
  readonly envelopes: readonly Envelope[]
}

async function putRun(at: Writing, key: ThreadKey, run: Run, { envelopes, request, stopped }: Context): Promise<void> {
  const { runId } = run
  const held = await at.get('runs', [key.roomId, key.threadId, runId])
  const own = envelopes.filter((envelope) => envelope.runId === runId)
  const ended = own.find(({ event }) => event.type === 'run.ended')
  const known = held?.request ?? (request?.runId === runId ? request : undefined)
  if (!known) return
  const row: RunRow = {
    ...held,
    roomId: key.roomId,
    threadId: key.threadId,
    runId,
    run,
    request: known,
    firstSeq: held?.firstSeq ?? own[0]?.seq ?? 0,
    ...(ended && { endSeq: ended.seq }),
    ...(stopped?.runId === runId && { stop: stopped.stop }),
  }
  at.put('runs', row)
}

/** Appends to the inbox. */
export async function tell(at: Writing, entries: readonly InboxEntry[]): Promise<void> {
  if (entries.length === 0) return
  let n = (await at.last('inbox', []))?.n ?? 0
  for (const entry of entries) at.put('inbox', { n: ++n, entry })
  if (n > MAX_ENTRIES) at.remove('inbox', [], n - MAX_ENTRIES)
}

/** What a run says while it goes on. The row alone says whether it still may; undefined: it may not. */
export async function append(
  at: Writing,
  now: number,
  key: ThreadKey,
  runId: string,
  records: readonly LogRecord[],
): Promise<ThreadRow | undefined> {
  const row = await at.get('threads', [key.roomId, key.threadId])
  if (row?.liveRunId !== runId) return undefined
  const envelopes = enveloped(key, row.lastSeq, now, records)
  for (const envelope of envelopes) at.put('log', envelope)
  const after = { ...row, lastSeq: row.lastSeq + envelopes.length }
  at.put('threads', after)
  return after
}
