/**
 * Carries out one run under one lease, from its claim to its end.
 *
 * Owns: the order of things, which is that of the files: it is begun here, its agent is listened to (listen.ts), it ends
 * (ending.ts). Does not know: who looks, what else runs, when to claim.
 *
 * Invariants:
 * - Nothing but the agent's own end, a cancel, a declared limit, a lost lease, a store that stays broken, or the end of
 *   this process ends the run (I5, G5).
 * - Once the store says `cancelling`, nothing more of what the agent says is written (I6); once it says `lost`, nothing
 *   at all (I12).
 * - `onOver` is told of every run, whatever happens to it.
 */
import type { Event } from '@ag-ui/core'
import type { Failure, Outcome } from '@holdfast/core'
import type { Agent, AgentContext } from '../agents/port.ts'
import type { Claim, LeaseState } from '../store/port.ts'
import { driftOfInput, MIXED_UP } from './drift.ts'
import { abandon, end, type Heard } from './ending.ts'
import { listen } from './listen.ts'
import { resumeRun } from './resume-run.ts'
import { obey, type RunExecution, stopRun } from './run-execution.ts'
import { addUsage } from './usage.ts'

const NOT_RESUMABLE: Outcome = {
  type: 'failed',
  code: 'worker_lost',
  message:
    'The server stopped while this answer was being written, and its agent can no longer go on with it. What had arrived is kept; retry to ask again.',
}

/** Never rejects. Resolves once the agent is listened to, or the run ends without it. */
export async function executeRun(run: RunExecution, resumed: Claim['resumed']): Promise<void> {
  try {
    const foreign = refuseForeignInput(run)
    const written = resumed && !foreign ? await resumeRun(run, resumed.firstSeq) : undefined
    const called = foreign ?? whoIsCalled(run, written)
    if (called.type !== 'agent') void end(run, called)
    else listen(run, called.agent, contextFor(run, written))
  } catch (error) {
    abandon(run, error)
  }
}

/** What the store said of its lease, which now lasts until then by this process's clock. */
export function hearOfLease(run: RunExecution, state: LeaseState, leaseUntil: number): void {
  run.leaseUntil = leaseUntil
  // While it ends, the answer to `end` is the one that counts: a renewal may have been asked before it.
  if (run.phase !== 'ending') obey(run, state)
}

/**
 * This process stops: the run is ended with this failure, or left as it stands if its agent may be asked again or
 * resumed; without waiting for its agent or for a broken store.
 */
export function closeRun(run: RunExecution, failure: Failure): void {
  run.closing = true
  const afterCrash = run.parts.catalogue.get(run.agentId)?.afterCrash ?? 'fail'
  stopRun(run, afterCrash === 'fail' ? { type: 'fail', failure } : { type: 'release' })
  run.cutWait()
}

function refuseForeignInput({ parts, lease, input }: RunExecution): Heard | undefined {
  const drift = driftOfInput(lease, input)
  if (!drift) return undefined
  parts.log({ type: 'address_drift', lease, ...drift })
  return { type: 'outcome', outcome: { type: 'failed', ...MIXED_UP } }
}

/** `written` is what the run had written before this process took it up. */
function whoIsCalled(
  { parts, agentId, stop }: RunExecution,
  written: readonly Event[] | undefined,
): { readonly type: 'agent'; readonly agent: Agent } | Heard {
  if (stop) return { type: 'stopped' }
  const agent = parts.catalogue.get(agentId)
  if (!agent) return { type: 'outcome', outcome: unknownAgent(agentId) }
  if (written && agent.afterCrash !== 'resume') return { type: 'outcome', outcome: NOT_RESUMABLE }
  return { type: 'agent', agent }
}

function contextFor(run: RunExecution, written: readonly Event[] | undefined): AgentContext {
  const { parts, lease, controller } = run
  parts.guardSignal(controller.signal, lease)
  const context: AgentContext = {
    signal: controller.signal,
    roomId: lease.roomId,
    attention: () => run.parts.attention(run.lease),
    usage(report) {
      run.usage = addUsage(run.usage, report)
    },
  }
  return written ? { ...context, resumed: { events: written } } : context
}

function unknownAgent(agentId: string): Outcome {
  return {
    type: 'failed',
    code: 'agent_unknown',
    message: `The agent "${agentId}" is not set up on this server: choose another one and try again.`,
  }
}
