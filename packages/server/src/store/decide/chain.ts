/**
 * The runs that a run continues by answering their questions. Does not know: how runs are stored, what they wrote.
 */
import { askedBy, type ThreadView } from '@holdfast/core'
import type { RunRecord } from '../run-record.ts'
import type { Answered, Chain } from '../run-work.ts'

type Kept = { readonly record: RunRecord; readonly firstSeq: number } | undefined

/**
 * The interrupted run whose questions `run` answers, and before it each run that was continued in the same way. A run
 * that brings the results of another's tools answers no question. `find` looks a run of the same thread up.
 */
export function chainOf(run: RunRecord | undefined, find: (runId: string) => Kept): Chain | undefined {
  const runIds = new Set<string>()
  let firstSeq = 0
  for (let last = run; last?.continues !== undefined && last.request.resume?.length; ) {
    const before = find(last.continues)
    // An imported log may say anything: a circle ends here.
    if (before?.record.status !== 'interrupted' || runIds.has(before.record.runId)) break
    runIds.add(before.record.runId)
    firstSeq = before.firstSeq
    last = before.record
  }
  return runIds.size === 0 ? undefined : { firstSeq, runIds: [...runIds].reverse() }
}

/** The questions of the run that `run` continues, each with its answer. */
export function answersOf(
  { continues, request: { resume = [] } }: RunRecord,
  { runs }: ThreadView,
): readonly Answered[] {
  const asked = runs.findLast(({ runId }) => runId === continues)
  const interrupts = asked ? askedBy(asked) : []
  return resume.flatMap((answer) => {
    const interrupt = interrupts.find(({ id }) => id === answer.interruptId)
    return interrupt ? [{ interrupt, answer }] : []
  })
}
