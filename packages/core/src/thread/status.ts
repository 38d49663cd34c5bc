/** The ladder a list shows: needs you > working > queued > failed > idle. */
import { isEnded } from '../run/run.ts'
import type { ThreadStatus, ThreadView } from './thread-view.ts'

export function threadStatus({ interrupts, runs }: Pick<ThreadView, 'interrupts' | 'runs'>): ThreadStatus {
  if (interrupts.length > 0) return 'needs_you'
  if (runs.some(({ status }) => status === 'running' || status === 'cancelling')) return 'working'
  if (runs.some(({ status }) => status === 'queued')) return 'queued'
  // Runs end in another order than they are accepted in: the queue is reordered, one is cancelled before its turn.
  const last = runs
    .filter(isEnded)
    .reduce<{ endedAt: string; status: string } | undefined>(
      (latest, run) => (latest === undefined || run.endedAt >= latest.endedAt ? run : latest),
      undefined,
    )
  return last?.status === 'failed' ? 'failed' : 'idle'
}
