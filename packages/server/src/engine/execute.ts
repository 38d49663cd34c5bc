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
import type { Event, TokenUsage } from '@ag-ui/core'
import {
  type Attention,
  type Clock,
  createRecorder,
  type Failure,
  type Outcome,
  type RecorderLimits,
  type ThreadKey,
} from '@holdfast/core'
import type { AgentCatalogue, AgentContext } from '../agents/port.ts'
import type { Claim, Lease, LeaseState, LogReader, RunWork } from '../store/port.ts'
import { stopOutcome } from '../store/run-record.ts'
import { callAgent } from './agent-call.ts'
import type { Deadlines } from './deadlines.ts'
import { DriftError, driftOfInput } from './drift.ts'
import { storeFault } from './fault.ts'
import { finish } from './finish.ts'
import type { FlushTick } from './flush-tick.ts'
import { type Heard, listen } from './listen.ts'
import type { EngineLog } from './log.ts'
import { readOwnEvents } from './own-log.ts'
import type { Patience } from './patience.ts'
import { createStopLine, type Stop } from './stop-line.ts'
import { addUsage } from './usage.ts'
import { createWriter } from './writer.ts'

export interface ExecuteOptions {
  readonly work: Pick<RunWork, 'append' | 'end' | 'renew'>
  readonly reader: LogReader
  readonly catalogue: AgentCatalogue
  readonly clock: Clock
  readonly tick: FlushTick
  readonly gatherMs: number
  readonly patience: Patience
  readonly limits: RecorderLimits
  readonly deadlines: Deadlines
  readonly cancelGraceMs: number
  /** For the agent to ask. */
  readonly attention: (key: ThreadKey) => Attention
  /** An agent that says it answers another run ends its own; otherwise that is only noted, and not taken. */
  readonly strict: boolean
  readonly log: EngineLog
}

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

const STORE_FAILED: Failure = {
  code: 'store_failed',
  message: 'The answer could not be saved any more; what had been saved is kept. Try again.',
}

/** Whose conversation it would have been is not known: nobody is asked. */
const MIXED_UP: Failure = {
  code: 'store_failed',
  message: 'The server mixed this run up with another one, and stopped it before anything was shared. Try again.',
}

const NOT_RESUMABLE: Outcome = {
  type: 'failed',
  code: 'worker_lost',
  message:
    'The server stopped while this answer was being written, and its agent can no longer go on with it. What had arrived is kept; retry to ask again.',
}

const NOTHING: readonly never[] = []

/** Tries at ending a run in a broken store that a closing process still makes; the rest is for who settles orphans. */
const LAST_TRIES = 3

export function execute(options: ExecuteOptions, claim: Claim, leasedUntil: number): Execution {
  const {
    work,
    reader,
    catalogue,
    clock,
    tick,
    gatherMs,
    patience,
    limits,
    deadlines,
    cancelGraceMs,
    attention,
    strict,
    log,
  } = options
  const { lease, input, agentId } = claim
  const line = createStopLine()
  let usage: readonly TokenUsage[] = NOTHING
  const recorder = createRecorder({
    input,
    limits,
    onForeign({ type, field }) {
      log({ type: 'address_drift', lease, where: 'agent', field, event: type })
      return strict ? 'refuse' : 'drop'
    },
  })
  let leaseUntil = leasedUntil
  let phase: 'running' | 'ending' = 'running'
  let closing = false
  let cutWait = () => {}

  const writer = createWriter({
    recorder,
    append: (events) => work.append(lease, events),
    hear: obey,
    onFault: (error) => log(storeFault('append', error, lease)),
    giveUp: () => line.pull({ type: 'fail', failure: STORE_FAILED }),
    leaseUntil: () => leaseUntil,
    tick,
    gatherMs,
    patience,
    clock,
  })

  function obey(state: LeaseState): void {
    switch (state.type) {
      case 'running':
        break
      case 'cancelling':
        line.pull({ type: 'cancel', cancel: state.cancel })
        break
      case 'lost':
        line.pull({ type: 'lost' })
    }
  }

  /** What the run had written before this process took it up; the recorder knows of it then. */
  async function takenUp(): Promise<readonly Event[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        const events = await readOwnEvents(reader, claim)
        const verdict = recorder.resume(events)
        if (verdict.type === 'refused') line.pull({ type: 'fail', failure: verdict.failure })
        log({ type: 'run_resumed', lease, events: events.length })
        return events
      } catch (error) {
        if (error instanceof DriftError) {
          log({ type: 'address_drift', lease, ...error.drift })
          line.pull({ type: 'fail', failure: MIXED_UP })
          return []
        }
        log(storeFault('resume', error, lease))
        // Without it nothing can be closed: the run is left to who settles orphans.
        if (attempt + 1 >= LAST_TRIES || closing) line.pull({ type: 'lost' })
        if (line.stop()?.type === 'lost') return []
        const { over, cut } = patience.wait(patience.delay(attempt))
        cutWait = cut
        await over
      }
    }
  }

  async function heardOfAgent(): Promise<Heard> {
    const drift = driftOfInput(claim)
    if (drift) {
      log({ type: 'address_drift', lease, ...drift })
      return { type: 'outcome', outcome: { type: 'failed', ...MIXED_UP } }
    }
    const written = claim.resumed ? await takenUp() : undefined
    if (line.stop()) return { type: 'stopped' }
    const agent = catalogue.get(agentId)
    if (!agent) return { type: 'outcome', outcome: unknownAgent(agentId) }
    if (written && agent.afterCrash !== 'resume') return { type: 'outcome', outcome: NOT_RESUMABLE }
    const context: AgentContext = {
      signal: line.signal,
      roomId: lease.roomId,
      attention: () => attention(lease),
      usage(report) {
        usage = addUsage(usage, report)
      },
      ...(written && { resumed: { events: written } }),
    }
    const call = callAgent(agent, input, context, clock)
    const onThrown = (error: unknown) => log({ type: 'agent_threw', lease, error })
    deadlines.watch(call, (failure) => line.pull({ type: 'fail', failure }))
    const heard = await listen({ call, recorder, writer, line, onThrown })
    deadlines.forget(call)
    await leave(call.leave(line.stop()?.type === 'cancel' && !closing ? cancelGraceMs : 0))
    return heard
  }

  /** Only a cancelled agent is waited for: it may still be closing a socket, or doing something that costs. */
  async function leave({ gone, cut }: ReturnType<ReturnType<typeof callAgent>['leave']>): Promise<void> {
    if (line.stop()?.type !== 'cancel' || closing) return
    cutWait = cut
    const { stopped, late } = await gone
    if (!stopped || late > 0) log({ type: 'agent_left_behind', lease, lateEvents: late, stopped })
  }

  async function run(): Promise<Outcome | undefined> {
    const heard = await heardOfAgent()
    const unwritten = await writer.close()
    phase = 'ending'
    const stop = line.stop()
    const outcome =
      stop?.type === 'release' && heard.type === 'stopped' ? await release(unwritten) : outcomeOf(heard, stop)
    if (outcome === 'released' || !outcome) {
      log({ type: outcome ? 'run_released' : 'lease_lost', lease })
      return undefined
    }
    const reported = (heard.type === 'outcome' && heard.usage) || usage
    const ended = await finish(outcome, {
      lease,
      end: work.end,
      recorder,
      unwritten,
      usage: reported.length > 0 ? reported : undefined,
      again,
    })
    if (ended === 'lost') log({ type: 'lease_lost', lease })
    return typeof ended === 'string' ? undefined : ended
  }

  /**
   * Writes what is known and lets go of the lease, for another process to go on. A run whose cancel was acknowledged
   * ends here all the same.
   */
  async function release(unwritten: readonly string[]): Promise<Outcome | 'released' | undefined> {
    try {
      const said = await work.append(lease, [...unwritten, ...recorder.take()])
      if (said.type === 'lost') return undefined
      if (said.type === 'cancelling') return stopOutcome(said.cancel)
      await work.renew([lease], 0)
    } catch (error) {
      log(storeFault('append', error, lease))
    }
    return 'released'
  }

  async function again(error: unknown, attempt: number): Promise<boolean> {
    const fault = storeFault('end', error, lease)
    log(fault)
    if (fault.code === 'storage_closed' || (closing && attempt >= LAST_TRIES)) return false
    const { over, cut } = patience.wait(patience.delay(attempt))
    cutWait = cut
    await over
    return true
  }

  return {
    lease,
    hear(state, until) {
      leaseUntil = until
      // While it ends, the answer to `end` is the one that counts: a renewal may have been asked before it.
      if (phase === 'running') obey(state)
    },
    close(failure) {
      closing = true
      const afterCrash = catalogue.get(agentId)?.afterCrash ?? 'fail'
      line.pull(afterCrash === 'fail' ? { type: 'fail', failure } : { type: 'release' })
      cutWait()
    },
    done: run().catch((error: unknown) => {
      line.pull({ type: 'lost' })
      log({ type: 'run_broke', lease, error })
      return undefined
    }),
  }
}

/** Undefined: the lease is lost, and how the run ends is not ours to say. */
function outcomeOf(heard: Heard, stop: Stop | undefined): Outcome | undefined {
  if (stop?.type === 'lost') return undefined
  if (stop?.type === 'cancel') return stopOutcome(stop.cancel)
  // An agent that was done before the line was pulled was done.
  if (heard.type === 'outcome') return heard.outcome
  return stop?.type === 'fail' ? { type: 'failed', ...stop.failure } : undefined
}

function unknownAgent(agentId: string): Outcome {
  return {
    type: 'failed',
    code: 'agent_unknown',
    message: `The agent "${agentId}" is not set up on this server: choose another one and try again.`,
  }
}
