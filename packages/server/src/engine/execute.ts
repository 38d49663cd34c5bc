/**
 * Executes one run under one lease, from its claim to its end.
 *
 * Owns: the order of steps. A run begins here, its agent is listened to (listen.ts), it ends (ending.ts). Does not
 * know: observers, other runs, when to claim.
 *
 * Invariants:
 * - A run ends only by its agent's own end, a cancel, a declared limit, a lost lease, a store that stays broken, or the
 *   end of this process (I5, G5).
 * - After the store says `cancelling`, no further event of the agent is written (I6). After it says `lost`, nothing is
 *   written (I12).
 * - `onEnded` is called for every run, whatever happens to it.
 */
import type { Failure, Outcome } from '@holdfast/core'
import { type Agent, afterCrashOf } from '../agents/port.ts'
import type { Claim, LeaseState } from '../store/port.ts'
import { type Before, contextFor } from './agent-context.ts'
import { driftOfInput, MIXED_UP } from './drift.ts'
import { abandon, end, type Heard } from './ending.ts'
import { listen } from './listen.ts'
import { readBefore } from './resume-run.ts'
import { applyLeaseState, type RunExecution, stopRun } from './run-execution.ts'

const NOT_RESUMABLE: Outcome = {
  type: 'failed',
  code: 'worker_lost',
  message:
    'The server stopped while this answer was being written, and its agent can no longer continue it. What had arrived is kept. Retry to ask again.',
}

/** Never rejects. Resolves when the engine listens to the agent, or when the run ends without it. */
export async function executeRun(run: RunExecution, claim: Claim): Promise<void> {
  try {
    const foreign = refuseForeignInput(run)
    const before = foreign ? {} : await readBefore(run, claim)
    const called = foreign ?? chooseAgent(run, before)
    if (called.type !== 'agent') void end(run, called)
    else listen(run, called.agent, contextFor(run, before))
  } catch (error) {
    abandon(run, error)
  }
}

/** Takes the store's answer about the lease, which now lasts until `leaseUntil` on this process's clock. */
export function hearOfLease(run: RunExecution, state: LeaseState, leaseUntil: number): void {
  run.leaseUntil = leaseUntil
  // While the run ends, only the answer to `end` counts: a renewal may have been requested before it.
  if (run.phase !== 'ending') applyLeaseState(run, state)
}

/**
 * This process is closing: ends the run with this failure, or leaves it as it stands if its agent can be restarted or
 * resumed. Waits neither for the agent nor for a broken store.
 */
export function closeRun(run: RunExecution, failure: Failure): void {
  run.closing = true
  const afterCrash = afterCrashOf(run.parts.catalogue.get(run.agentId), run.input)
  stopRun(run, afterCrash === 'fail' ? { type: 'fail', failure } : { type: 'release' })
  run.cutWait()
}

function refuseForeignInput({ parts, lease, input }: RunExecution): Heard | undefined {
  const drift = driftOfInput(lease, input)
  if (!drift) return undefined
  parts.log({ type: 'address_drift', lease, ...drift })
  return { type: 'outcome', outcome: { type: 'failed', ...MIXED_UP } }
}

function chooseAgent(
  { parts, agentId, stop, input }: RunExecution,
  before: Before,
): { readonly type: 'agent'; readonly agent: Agent } | Heard {
  if (stop) return { type: 'stopped' }
  const agent = parts.catalogue.get(agentId)
  if (!agent) return { type: 'outcome', outcome: unknownAgent(agentId) }
  if (before.resumed && afterCrashOf(agent, input) !== 'resume') return { type: 'outcome', outcome: NOT_RESUMABLE }
  return { type: 'agent', agent }
}

function unknownAgent(agentId: string): Outcome {
  return {
    type: 'failed',
    code: 'agent_unknown',
    message: `The agent "${agentId}" is not set up on this server. Choose another one and try again.`,
  }
}
