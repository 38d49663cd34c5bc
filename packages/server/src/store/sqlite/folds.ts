/**
 * The fold of each thread: what deciders and snapshots see of a conversation.
 *
 * Owns: the hot folds (least recently used go first), the `checkpoint` table, how far a fold may fall behind. Does not
 * know: what an event means.
 *
 * Invariants:
 * - A view is that of the thread's head, including staged records. A checkpoint is always of a committed position, or
 *   of the position that its own transaction commits.
 * - A thread that is being written is folded in steps, so that no call waits while a whole log is read.
 * - After `rolledBack` no fold contains what was staged.
 */

import type { DatabaseSync } from 'node:sqlite'
import { createFold, emptyView, joinedFrames, type ThreadFold, type ThreadKey, type ThreadView } from '@holdfast/core'
import { checked, withCheck } from './checked-text.ts'
import type { MovedFrames, ThreadLog } from './thread-log.ts'

/** A fold this many records behind is caught up in the background, this many at a time. */
const LAG = 2_000
const STEP = { maxRecords: 500, maxBytes: 256 * 1024 }
/**
 * In units of text. A lighter fold is stored when its run ends. A heavier one would delay all other commits, so it is
 * stored when no run is live. One that is still heavier is never stored: it is folded again from the log, in steps,
 * when it is needed.
 */
const LIGHT = 512 * 1024
const HEAVY = 16 * 1024 * 1024
/**
 * A checkpoint writes the whole conversation. A conversation of up to this many units of text is stored at each run's
 * end, a longer one once its log has grown by half of what was stored last. So the cost of a run does not depend on the
 * length of its thread, and a fold that has left memory reads at most half as much again of the log.
 */
const SHORT = 8 * 1024
/** Frames that were just stored are kept in memory up to this many bytes, so that folding them reads nothing. */
const MAX_WARM_BYTES = 4 * 1024 * 1024

export interface Folds {
  view(thread: number, key: ThreadKey): ThreadView
  /** One bounded step towards the committed head; true when it is reached. */
  approach(thread: number, key: ThreadKey): boolean
  /** A run has ended: stores the fold in this transaction, or later if it is long or heavy. */
  checkpoint(thread: number, key: ThreadKey): void
  /**
   * Stores the fold in the open transaction, for a log that is trimmed behind it. False: it is too heavy, or too heavy
   * while a run is live.
   */
  keep(thread: number, key: ThreadKey): boolean
  /** The thread is deleted, in this transaction. */
  drop(thread: number): void
  /** Stores the checkpoints of folds that had to leave memory. */
  writeParked(): void
  /** A thread with a live run has grown by these frames: its fold is kept close. */
  grown(moved: MovedFrames, key: ThreadKey): void
  /** One step in the background; false if there was nothing to do. */
  step(): boolean
  rolledBack(): void
}

interface Hot {
  readonly key: ThreadKey
  readonly fold: ThreadFold
  /** The position of the newest checkpoint. */
  stored: number
  /**
   * The weight of the conversation when it was last measured, and of the log that was folded since, in units of text.
   */
  weighed: number
  grown: number
}

export interface FoldsOptions {
  /** How many folds stay in memory. */
  readonly capacity: number
  /** Whether no run is live that would have to wait. */
  readonly quiet: () => boolean
}

export function createFolds(database: DatabaseSync, log: ThreadLog, { capacity, quiet }: FoldsOptions): Folds {
  const load = database.prepare('SELECT seq, body FROM checkpoint WHERE thread = ?')
  const seqOf = database.prepare('SELECT seq FROM checkpoint WHERE thread = ?')
  const store = database.prepare('INSERT OR REPLACE INTO checkpoint (thread, seq, body) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM checkpoint WHERE thread = ?')
  const decoder = new TextDecoder()

  /** The least recently used first. */
  const hot = new Map<number, Hot>()
  /** Checkpoints that the next commit writes. */
  const parked = new Map<number, { readonly seq: number; readonly body: string }>()
  /** Threads that have grown, with the position that their fold is known to have reached. */
  const reached = new Map<number, number>()
  const lagging = new Map<number, ThreadKey>()
  /** Threads whose fold was too large to be stored when it was due. */
  const late = new Map<number, ThreadKey>()
  const warm: MovedFrames[] = []
  let warmBytes = 0

  function heat(thread: number, key: ThreadKey): Hot {
    const held = hot.get(thread)
    if (held) {
      hot.delete(thread)
      hot.set(thread, held)
      return held
    }
    const body = parked.get(thread)?.body ?? loaded(thread)
    const view = body === undefined ? undefined : (JSON.parse(body) as ThreadView)
    const fold = createFold(key, view && { ...emptyView(key), ...view })
    const fresh: Hot = { key, fold, stored: fold.seq(), weighed: body?.length ?? 0, grown: 0 }
    hot.set(thread, fresh)
    for (const [oldest, left] of hot) {
      if (hot.size <= capacity || oldest === thread) break
      hot.delete(oldest)
      // Saves the work of at least one step. Only committed records may be parked, because staged ones may be rolled
      // back.
      if (left.fold.seq() - left.stored >= STEP.maxRecords && left.fold.seq() <= log.committedHead(oldest)) {
        const view = left.fold.view()
        if (weightOf(view) <= LIGHT) parked.set(oldest, { seq: left.fold.seq(), body: JSON.stringify(view) })
      }
    }
    return fresh
  }

  /**
   * A damaged checkpoint counts as absent: the log, which has its own checksums, has everything (G11). So does one of an
   * older version that has a sub-agent's words among the messages.
   */
  function loaded(thread: number): string | undefined {
    const row = load.get(thread)
    const body = row && checked(String(row.body))
    return body?.includes('"subagent') && !body.includes('"subagents":') ? undefined : body
  }

  function save(thread: number, seq: number, body: string): void {
    store.run(thread, seq, withCheck(body))
  }

  function apply(held: Hot, text: string): void {
    const { fold } = held
    for (const { envelope, since } of joinedFrames(text, fold.seq())) fold.apply(envelope, since)
    held.grown += text.length
  }

  function approach(thread: number, key: ThreadKey): boolean {
    const held = heat(thread, key)
    const { fold } = held
    const head = log.committedHead(thread)
    if (fold.seq() < head) apply(held, decoder.decode(log.read(thread, { after: fold.seq(), ...STEP }).frames))
    if (reached.has(thread)) reached.set(thread, fold.seq())
    return fold.seq() >= head
  }

  /** Folds only into a hot fold that has come this far. Everything else is read when it is needed. */
  function foldWarm({ thread, firstSeq, lastSeq, bytes }: MovedFrames): void {
    const held = hot.get(thread)
    if (!held || held.fold.seq() >= lastSeq) return
    const { fold, key } = held
    if (fold.seq() >= firstSeq - 1) apply(held, decoder.decode(bytes))
    else if (lastSeq - fold.seq() >= LAG) lagging.set(thread, key)
    if (reached.has(thread)) reached.set(thread, fold.seq())
  }

  function caughtUp(thread: number, key: ThreadKey): Hot {
    while (!approach(thread, key));
    const held = heat(thread, key)
    // A fold that already contains some of the staged records skips them.
    if (held.fold.seq() < log.head(thread)) apply(held, log.staged(thread))
    return held
  }

  /** One step towards storing a large fold, in a transaction of its own: between two batches none is open. */
  function storeLate(thread: number, key: ThreadKey): void {
    let near = true
    try {
      near = approach(thread, key)
    } finally {
      // As with lagging folds, also if the log cannot be read.
      if (near) late.delete(thread)
    }
    if (!near) return
    const held = heat(thread, key)
    try {
      database.exec('BEGIN IMMEDIATE')
      save(thread, held.fold.seq(), JSON.stringify(held.fold.view()))
      database.exec('COMMIT')
      held.stored = held.fold.seq()
      held.grown = 0
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
  }

  return {
    approach,
    view: (thread, key) => caughtUp(thread, key).fold.view(),
    checkpoint(thread, key) {
      const held = caughtUp(thread, key)
      if (held.weighed > SHORT && held.grown * 2 < held.weighed) return
      const view = held.fold.view()
      held.weighed = weightOf(view)
      held.grown = 0
      late.delete(thread)
      if (held.weighed > LIGHT) {
        if (held.weighed <= HEAVY) late.set(thread, key)
        return
      }
      const body = JSON.stringify(view)
      held.weighed = body.length
      save(thread, held.fold.seq(), body)
      held.stored = held.fold.seq()
      parked.delete(thread)
      reached.delete(thread)
      lagging.delete(thread)
    },
    keep(thread, key) {
      const held = caughtUp(thread, key)
      const view = held.fold.view()
      const weight = weightOf(view)
      if (weight > HEAVY || (weight > LIGHT && !quiet())) return false
      save(thread, held.fold.seq(), JSON.stringify(view))
      held.stored = held.fold.seq()
      for (const waiting of [parked, late, lagging]) waiting.delete(thread)
      return true
    },
    drop(thread) {
      for (const held of [hot, parked, reached, lagging, late]) held.delete(thread)
      remove.run(thread)
    },
    writeParked() {
      for (const [thread, { seq, body }] of parked) save(thread, seq, body)
      parked.clear()
    },
    grown(moved, key) {
      const { thread, lastSeq, bytes } = moved
      if (hot.has(thread) && warmBytes + bytes.length <= MAX_WARM_BYTES) {
        warm.push(moved)
        warmBytes += bytes.length
        return
      }
      let from = reached.get(thread)
      if (from === undefined) {
        from = Number(seqOf.get(thread)?.seq ?? 0)
        reached.set(thread, from)
      }
      if (lastSeq - from >= LAG) lagging.set(thread, key)
    },
    step() {
      const moved = warm.shift()
      if (moved) {
        warmBytes -= moved.bytes.length
        foldWarm(moved)
        return true
      }
      const next = lagging.entries().next().value
      const waits = late.entries().next().value
      if (!next && waits && quiet()) {
        storeLate(...waits)
        return true
      }
      if (!next) return false
      // Finishes one thread before the next: by turns they could evict each other from memory. A log that cannot be
      // read is not retried.
      let done = true
      try {
        done = approach(...next)
      } finally {
        if (done) lagging.delete(next[0])
      }
      return true
    },
    rolledBack() {
      hot.clear()
      // Parked folds, too, may have been stored only in the transaction that was rolled back.
      reached.clear()
    },
  }
}

/** A step without its text. Most are short, and there may be many. */
const STEP_UNITS = 100

/** The approximate size of a view in units of text: most of a large conversation is message content. */
function weightOf({ messages, superseded, subagents }: ThreadView): number {
  let units = 0
  for (const { steps } of subagents) {
    for (const { text = '', input = '' } of steps) units += STEP_UNITS + text.length + input.length
  }
  for (const message of [...messages, ...superseded]) {
    units += typeof message.content === 'string' ? message.content.length : 0
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) units += call.function.arguments.length
  }
  return units
}
