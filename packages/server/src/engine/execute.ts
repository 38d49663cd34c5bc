/**
 * Carries out one run under one lease, from its claim to its end.
 *
 * Owns: the order of things. The agent is listened to, left, its last words written, the run ended.
 * Does not know: who looks, what else runs, when to claim.
 *
 * Invariants:
 * - Nothing but the agent's own end, a cancel, a declared limit, a lost lease, a store that stays broken, or the end of
 *   this process ends the run (I5, G5).
 * - Once the store says `cancelling`, nothing more of what the agent says is written (I6); once it says `lost`, nothing
 *   at all (I12).
 * - `done` never rejects.
 */
import type { Event } from '@ag-ui/core'
import type { Failure, Outcome } from '@holdfast/core'
import type { AgentContext } from '../agents/port.ts'
import type { Lease, LeaseState } from '../store/port.ts'
import { type AgentCall, callAgent } from './agent-call.ts'
import { driftOfInput, MIXED_UP } from './drift.ts'
import { endRun } from './ending.ts'
import { type Heard, listen } from './listen.ts'
import { type Held, obey, type RunInHand, type RunParts, takeInHand } from './run-in-hand.ts'
import { takeUp } from './take-up.ts'
import { addUsage } from './usage.ts'

export interface Execution {
  readonly lease: Lease
  /** What the store said of the lease, which now lasts until then by this process's clock. */
  hear(state: LeaseState, leaseUntil: number): void
  /**
   * This process stops: the run is ended with this failure, or left as it stands if its agent may be asked again or
   * resumed; without waiting for its agent or for a broken store.
   */
  close(failure: Failure): void
  /** How it ended, where it was this process that ended it. */
  readonly done: Promise<Outcome | undefined>
}

const NOT_RESUMABLE: Outcome = {
  type: 'failed',
  code: 'worker_lost',
  message:
    'The server stopped while this answer was being written, and its agent can no longer go on with it. What had arrived is kept; retry to ask again.',
}

export function execute(parts: RunParts, claim: Held, leasedUntil: number): Execution {
  const run = takeInHand(parts, claim, leasedUntil)
  return {
    lease: claim.lease,
    hear(state, until) {
      run.leaseUntil = until
      // While it ends, the answer to `end` is the one that counts: a renewal may have been asked before it.
      if (run.phase === 'running') obey(run, state)
    },
    close(failure) {
      run.closing = true
      const afterCrash = parts.catalogue.get(claim.agentId)?.afterCrash ?? 'fail'
      run.line.pull(afterCrash === 'fail' ? { type: 'fail', failure } : { type: 'release' })
      run.cutWait()
    },
    done: carryOut(run),
  }
}

async function carryOut(run: RunInHand): Promise<Outcome | undefined> {
  const { claim, line } = run
  const { deadlines, log } = run.parts
  try {
    const foreign = refuseForeignInput(run)
    const written = claim.resumed && !foreign ? await takeUp(run) : undefined
    const begun = foreign ?? begin(run, written)
    if (begun.type !== 'call') return await endRun(run, begun)
    const { call } = begun
    deadlines.watch(call, line)
    let heard: Heard
    try {
      heard = await listen(run, call)
    } finally {
      deadlines.forget(call)
    }
    await leave(run, call)
    return await endRun(run, heard)
  } catch (error) {
    line.pull({ type: 'lost' })
    log({ type: 'run_broke', lease: claim.lease, error })
    return undefined
  }
}

function refuseForeignInput({ parts, claim }: RunInHand): Heard | undefined {
  const drift = driftOfInput(claim)
  if (!drift) return undefined
  parts.log({ type: 'address_drift', lease: claim.lease, ...drift })
  return { type: 'outcome', outcome: { type: 'failed', ...MIXED_UP } }
}

/** `written` is what the run had written before this process took it up. */
function begin(
  run: RunInHand,
  written: readonly Event[] | undefined,
): { readonly type: 'call'; readonly call: AgentCall } | Heard {
  const { catalogue, attention, clock } = run.parts
  const { lease, input, agentId } = run.claim
  if (run.line.stop()) return { type: 'stopped' }
  const agent = catalogue.get(agentId)
  if (!agent) return { type: 'outcome', outcome: unknownAgent(agentId) }
  if (written && agent.afterCrash !== 'resume') return { type: 'outcome', outcome: NOT_RESUMABLE }
  const context: AgentContext = {
    signal: run.line.signal,
    roomId: lease.roomId,
    attention: () => attention(lease),
    usage(report) {
      run.usage = addUsage(run.usage, report)
    },
    ...(written && { resumed: { events: written } }),
  }
  return { type: 'call', call: callAgent(agent, input, context, clock) }
}

/** Only a cancelled agent is waited for: it may still be closing a socket, or doing something that costs. */
async function leave(run: RunInHand, call: AgentCall): Promise<void> {
  const { cancelGraceMs, log } = run.parts
  const waited = run.line.stop()?.type === 'cancel' && !run.closing
  const { gone, cut } = call.leave(waited ? cancelGraceMs : 0)
  if (!waited) return
  run.cutWait = cut
  const { stopped, late } = await gone
  if (!stopped || late > 0) log({ type: 'agent_left_behind', lease: run.claim.lease, lateEvents: late, stopped })
}

function unknownAgent(agentId: string): Outcome {
  return {
    type: 'failed',
    code: 'agent_unknown',
    message: `The agent "${agentId}" is not set up on this server: choose another one and try again.`,
  }
}
