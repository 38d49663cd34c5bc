/**
 * What a thread is now: its row, and its log folded. A fold is kept for the threads that were asked for last, so that a
 * read costs what is new.
 *
 * Invariant: only what is in the log is folded, so a write that fails leaves nothing here.
 */
import {
  createFold,
  type Envelope,
  emptyView,
  keyString,
  readEnvelope,
  type ThreadFold,
  type ThreadKey,
  type ThreadView,
} from '@holdfast/core'
import type { LogRow, Reading, RunRow, ThreadRow } from './port.ts'
import { refusal } from './refusal.ts'

const MAX_FOLDS = 20
const PAGE = 1_000

export interface ThreadFacts {
  readonly key: ThreadKey
  readonly row: ThreadRow | undefined
  readonly view: ThreadView
}

export interface FactReader {
  /** `row` is undefined for a thread that does not exist. @throws TransportError `not_found` (its room), `deleted` */
  thread(at: Reading, key: ThreadKey): Promise<ThreadFacts>
  /** @throws TransportError `not_found`, `deleted` */
  existing(at: Reading, key: ThreadKey): Promise<ThreadFacts & { readonly row: ThreadRow }>
  view(at: Reading, row: ThreadRow): Promise<ThreadView>
}

export function createFacts(): FactReader {
  const folds = new Map<string, ThreadFold>()

  async function view(at: Reading, row: ThreadRow): Promise<ThreadView> {
    const { roomId, threadId, lastSeq } = row
    const key = { roomId, threadId }
    const name = keyString(key)
    let fold = folds.get(name)
    // The browser's data may have been deleted under a page that is open.
    if (!fold || fold.seq() > lastSeq) {
      const kept = await at.get('checkpoints', [roomId, threadId])
      fold = createFold(key, kept && kept.view.seq <= lastSeq ? kept.view : emptyView(key))
    }
    while (fold.seq() < lastSeq) {
      const before = fold.seq()
      const rows = await at.list('log', [roomId, threadId], { after: before, limit: PAGE })
      for (const envelope of envelopesIn(rows)) fold.apply(envelope)
      // A row that cannot be read ends what is known of the thread; the rest would not continue it.
      if (fold.seq() === before) break
    }
    folds.delete(name)
    folds.set(name, fold)
    for (const [oldest] of folds) {
      if (folds.size <= MAX_FOLDS) break
      folds.delete(oldest)
    }
    return fold.view()
  }

  async function thread(at: Reading, key: ThreadKey): Promise<ThreadFacts> {
    const row = await at.get('threads', [key.roomId, key.threadId])
    if (row?.deleted) throw refusal('deleted')
    await roomOf(at, key.roomId)
    return { key, row, view: row ? await view(at, row) : emptyView(key) }
  }

  return {
    thread,
    async existing(at, key) {
      const { row, ...facts } = await thread(at, key)
      if (!row) throw refusal('not_found')
      return { ...facts, row }
    },
    view,
  }
}

/** @throws TransportError `not_found`, `deleted` */
export async function roomOf(at: Reading, roomId: string) {
  const room = await at.get('rooms', [roomId])
  if (!room) throw refusal('not_found')
  if (room.deleted) throw refusal('deleted')
  return room
}

export function envelopesIn(rows: readonly LogRow[]): readonly Envelope[] {
  return rows.flatMap((row) => readEnvelope(row) ?? [])
}

/** The live run, or the one that starts next. */
export async function currentRun(at: Reading, { key, row, view }: ThreadFacts): Promise<RunRow | undefined> {
  const runId = row?.liveRunId ?? view.queue[0]?.run.runId
  return runId === undefined ? undefined : at.get('runs', [key.roomId, key.threadId, runId])
}
