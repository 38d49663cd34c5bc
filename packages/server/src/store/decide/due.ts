/**
 * What the passing of time changes, by the store's clock: open questions expire, and the steps of sub-agents that ended
 * long ago are pruned. The times are in the rows of the threads, so a look for what is due folds no thread.
 */
import { expiryOf, type Subagent } from '@holdfast/core'
import type { RunWork } from '../port.ts'
import { runOf } from '../tenant-thread.ts'
import type { Due, Known, ThreadRow, Writes } from './facts.ts'
import { prunable } from './prune.ts'
import { closeQuestions } from './questions.ts'
import { controlRecord } from './records.ts'
import { type Decision, needing, type Part, type Several, several } from './step.ts'

/** How long the steps of a sub-agent are kept after its end unless the caller says otherwise: seven days. */
const KEEP_STEPS_MS = 7 * 24 * 60 * 60 * 1_000
/** One transaction settles this many threads at most. */
export const MAX_DUE = 100
/** One record prunes this many sub-agents at most. */
const MAX_PRUNED = 1_000
/** Who resolves what has expired. */
const SYSTEM = 'system'

type Settled = Awaited<ReturnType<RunWork['settleDue']>>
type Kind = keyof Settled

export function decideDue({ now, due }: Known<'due'>, keepStepsMs = KEEP_STEPS_MS): Several<Settled> {
  const prune = now - keepStepsMs
  const ready = due.filter(({ kind, at }) => at <= (kind === 'questions' ? now : prune)).slice(0, MAX_DUE)
  return several(
    ready.map((one) => settlement(one, prune)),
    (settled: readonly (Kind | undefined)[]) => ({
      expired: settled.filter((kind) => kind === 'expired').length,
      pruned: settled.filter((kind) => kind === 'pruned').length,
    }),
  )
}

function settlement(due: Due, prune: number): Part<Kind | undefined> {
  return {
    subject: runOf(due, due, ''),
    ...needing(['thread', 'view'], ({ now, thread, view }): Decision<Kind | undefined> => {
      if (!thread || thread.deleted) return { answer: undefined }
      const expiry = expiryOf(view)
      if (due.kind === 'questions' && expiry !== null && expiry <= now) {
        return { answer: 'expired', writes: expire({ now, thread, view }) }
      }
      const old = due.kind === 'steps' ? prunable(view, prune).slice(0, MAX_PRUNED) : []
      // Also if nothing is due: the row may be from an older version, and then says when something will be.
      return { answer: old.length > 0 ? 'pruned' : undefined, writes: prunedIn(thread, old) }
    }),
  }
}

/** Not activity: the thread keeps its place in the list. */
function prunedIn(thread: ThreadRow, old: readonly Subagent[]): Writes {
  const { roomId, threadId } = thread
  const log = [...Map.groupBy(old, ({ runId }) => runId)].map(([ofRun, of]) =>
    controlRecord(undefined, {
      type: 'subagents.pruned',
      ofRun,
      subagentRunIds: of.map(({ subagentRunId }) => subagentRunId),
    }),
  )
  return { key: { roomId, threadId }, thread, log, notices: [] }
}

/** The queue behind the questions goes on: nobody stopped it. */
function expire({ now, thread, view }: Known<'view'> & { readonly thread: ThreadRow }): Writes {
  const writes = closeQuestions(view, 'expired', SYSTEM, thread, now)
  const next = view.queue[0]?.run.runId
  return { ...writes, notices: next === undefined ? [] : [{ type: 'run.queued', runId: next }] }
}
