/**
 * Progress: what the tool calls of a run's own agent last said of themselves, until they have a result.
 *
 * Owns: `progress` of a view. Does not know: which calls there are, and which have a result.
 */
import { truncate } from '../json/bytes.ts'
import type { ToolProgress } from './subagent.ts'

const MAX_TEXT = 2_000

export interface Progress {
  said(progress: ToolProgress): void
  answered(runId: string, toolCallId: string): void
  runEnded(runId: string): void
  clear(): void
  handOut(): readonly ToolProgress[]
}

export function createProgress(from: readonly ToolProgress[]): Progress {
  const latest = new Map(from.map((each) => [keyOf(each.runId, each.toolCallId), each]))
  /** As it was handed out; undefined if it has changed since. */
  let list: readonly ToolProgress[] | undefined = from

  function drop(key: string): void {
    if (latest.delete(key)) list = undefined
  }

  return {
    said(progress) {
      latest.set(keyOf(progress.runId, progress.toolCallId), { ...progress, text: truncate(progress.text, MAX_TEXT) })
      list = undefined
    },
    answered: (runId, toolCallId) => drop(keyOf(runId, toolCallId)),
    runEnded(runId) {
      for (const [key, each] of latest) if (each.runId === runId) drop(key)
    },
    clear() {
      latest.clear()
      list = []
    },
    handOut() {
      list ??= [...latest.values()]
      return list
    },
  }
}

function keyOf(runId: string, toolCallId: string): string {
  return `${runId} ${toolCallId}`
}
