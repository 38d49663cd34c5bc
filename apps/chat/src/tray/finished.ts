/**
 * Runs that ended while another thread was shown, until the person opens theirs: of any thread that the person may see,
 * whether or not this device has ever opened it.
 *
 * Owns: the runs that finished unseen, in memory. Does not know: React, what is on screen (it is passed in).
 */
import type { InboxStream, Observable } from '@holdfast/client'
import { type InboxEntry, keyString, type Outcome, sameKey, type ThreadKey } from '@holdfast/core'

export interface FinishedRun {
  readonly key: ThreadKey
  readonly runId: string
  readonly outcome: Outcome
  /** What its thread was called then, where that was known. */
  readonly title?: string
}

export interface Finished extends Observable<readonly FinishedRun[]> {
  /** The thread is looked at, or everything is, without a key. */
  seen(key?: ThreadKey): void
}

interface FinishedOptions {
  readonly inbox: InboxStream
  isOnScreen(key: ThreadKey): boolean
  titleOf(key: ThreadKey): string | undefined
}

export function createFinished({ inbox, isOnScreen, titleOf }: FinishedOptions): Finished {
  const listeners = new Set<() => void>()
  /** What threads were called when they were made, until their first run has ended: some are gone before any list has them. */
  const made = new Map<string, string>()
  let runs: readonly FinishedRun[] = []

  function become(next: readonly FinishedRun[]): void {
    if (next.length === runs.length && next.every((run, at) => run === runs[at])) return
    runs = next
    for (const listener of [...listeners]) listener()
  }

  function finished(key: ThreadKey, runId: string, outcome: Outcome): void {
    const others = runs.filter((run) => !sameKey(run.key, key))
    const title = titleOf(key) || made.get(keyString(key))
    made.delete(keyString(key))
    if (!isNews(outcome) || isOnScreen(key)) {
      become(others)
      return
    }
    become([...others, { key, runId, outcome, ...(title && { title }) }])
  }

  inbox.subscribe((entry) => {
    if (entry.type === 'RunCompleted') finished(keyIn(entry), entry.runId, entry.outcome)
    else if (entry.type === 'ThreadCreated') made.set(keyString(entry), entry.title)
    else if (entry.type === 'RunStarted' || entry.type === 'ThreadDeleted') {
      become(runs.filter((run) => !sameKey(run.key, keyIn(entry))))
    } else if (entry.type === 'RoomDeleted') become(runs.filter((run) => run.key.roomId !== entry.roomId))
  })

  return {
    snapshot: () => runs,
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    seen: (key) => become(key ? runs.filter((run) => !sameKey(run.key, key)) : []),
  }
}

/** What the person stopped themselves, or asked otherwise, is no news to them. */
function isNews({ type }: Outcome): boolean {
  return type !== 'cancelled' && type !== 'superseded'
}

function keyIn({ roomId, threadId }: InboxEntry & ThreadKey): ThreadKey {
  return { roomId, threadId }
}
