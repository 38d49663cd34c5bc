/**
 * Frequent look-ups in a view without a scan: a message by its id, and the runs that have not ended. A fold shares the
 * indices that it has anyway. For any other array an index is made at the first look-up.
 *
 * Invariant: the result is the same as that of a scan. An array that was handed out never changes, so its index stays
 * valid. A shared index may contain newer messages, so its results are checked.
 */
import { type EndedRun, isEnded, type Run } from '../lifecycle/run.ts'
import { hiddenIndex } from './hidden.ts'
import type { ThreadMessage } from './message.ts'

type Messages = readonly ThreadMessage[]
type Index = ReadonlyMap<string, number>

export interface RunsInBrief {
  /** In the order of acceptance. */
  readonly unended: readonly Exclude<Run, EndedRun>[]
  /** The run that ended last. Of several at the same time, it is the one that was accepted last. */
  readonly lastEnded: EndedRun | undefined
}

const indices = hiddenIndex<Messages, Index>()
const briefs = hiddenIndex<readonly Run[], RunsInBrief>()

/** `index`: position of each message, including messages that only later lists have. */
export function shareIndex(messages: Messages, index: Index): void {
  indices.set(messages, index)
}

export function shareBrief(runs: readonly Run[], brief: RunsInBrief): void {
  briefs.set(runs, brief)
}

export function messageIn(messages: Messages, id: string): ThreadMessage | undefined {
  return finderIn(messages)(id)
}

/** For many look-ups in one array. */
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

/** Runs may end in another order than they were accepted in: queues are reordered, and queued runs are cancelled. */
function later(last: EndedRun | undefined, run: EndedRun): EndedRun {
  return last === undefined || run.endedAt >= last.endedAt ? run : last
}
