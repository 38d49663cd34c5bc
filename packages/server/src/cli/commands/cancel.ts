/** `holdfast cancel`: cancels a run, or the live run of a thread. */
import { type CancelRequested, type CancelTooLate, paths, type ThreadKey } from '@holdfast/core'
import type { ServerClient } from '../server-client.ts'
import type { Terminal } from '../terminal.ts'

export interface CancelOptions {
  readonly key: ThreadKey
  readonly runId: string | undefined
  readonly reason: string | undefined
  readonly json: boolean
}

export async function cancel(
  { post }: Pick<ServerClient, 'post'>,
  { out }: Pick<Terminal, 'out'>,
  { key, runId, reason, json }: CancelOptions,
): Promise<void> {
  const path = runId === undefined ? paths.cancelThread(key) : paths.cancelRun(key, runId)
  const answer = await post<CancelRequested | CancelTooLate>(path, reason === undefined ? {} : { reason })
  out(json ? JSON.stringify(answer) : sentenceOf(answer, runId))
}

function sentenceOf(answer: CancelRequested | CancelTooLate, runId: string | undefined): string {
  if ('alreadyTerminal' in answer) {
    return answer.status === null ? 'Nothing is live in this thread.' : `The run has already ended: ${answer.status}.`
  }
  if (answer.run) return `Cancel of ${answer.run.runId} recorded. Its status is ${answer.run.status}.`
  return `There is no run ${runId} yet. If it is started within a minute, it is cancelled at once.`
}
