/**
 * What is asked of a view again and again, found without looking through it: a message by its id, the runs that have not
 * ended. A fold shares the indices that it keeps anyway; of any other array one is made when it is first asked.
 *
 * Invariant: the answer is the one that looking through the array gives. An array that was handed out never changes, so
 * what is known of it stays true; a shared index may know of newer messages, which is why what it finds is checked.
 */
import { type EndedRun, isEnded, type Run } from '../lifecycle/run.ts'
import type { ThreadMessage } from './message.ts'

type Messages = readonly ThreadMessage[]
type Index = ReadonlyMap<string, number>

export interface RunsInBrief {
  /** In the order of acceptance. */
  readonly unended: readonly Exclude<Run, EndedRun>[]
  /** The one that ended last; of several that ended at the same time the one that was accepted last. */
  readonly lastEnded: EndedRun | undefined
}

const indices = new WeakMap<Messages, Index>()
const briefs = new WeakMap<readonly Run[], RunsInBrief>()

/** `index`: where each message is, also those that are added to a later list. */
export function shareIndex(messages: Messages, index: Index): void {
  indices.set(messages, index)
}

export function shareBrief(runs: readonly Run[], brief: RunsInBrief): void {
  briefs.set(runs, brief)
}

export function messageIn(messages: Messages, id: string): ThreadMessage | undefined {
  return finderIn(messages)(id)
}

/** For one who looks for many. */
export function finderIn(messages: Messages): (id: string) => ThreadMessage | undefined {
  const index = indexOf(messages)
  return (id) => {
    const found = messages[index.get(id) ?? -1]
    return found?.id === id ? found : undefined
  }
}

function indexOf(messages: Messages): Index {
  const known = indices.get(messages)
  if (known !== undefined) return known
  const made = new Map(messages.map((message, at) => [message.id, at]))
  indices.set(messages, made)
  return made
}

export function inBrief(runs: readonly Run[]): RunsInBrief {
  let brief = briefs.get(runs)
  if (brief === undefined) {
    brief = {
      unended: runs.filter((run) => !isEnded(run)),
      lastEnded: runs.filter(isEnded).reduce<EndedRun | undefined>(later, undefined),
    }
    briefs.set(runs, brief)
  }
  return brief
}

/** Runs end in another order than they are accepted in: the queue is reordered, one is cancelled before its turn. */
function later(last: EndedRun | undefined, run: EndedRun): EndedRun {
  return last === undefined || run.endedAt >= last.endedAt ? run : last
}
