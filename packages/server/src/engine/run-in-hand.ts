/**
 * One run that this process carries out: what it keeps from its claim to its end. Does not know: in which order things
 * are done with it (execute.ts).
 *
 * An agent may think for long, and many do at once: what is only needed once it speaks, or once the run ends, is made
 * then and not before.
 */
import type { TokenUsage } from '@ag-ui/core'
import type { Attention, Clock, RecorderLimits, ThreadKey } from '@holdfast/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Claim, LeaseState, LogReader, RunWork } from '../store/port.ts'
import type { Deadlines } from './deadlines.ts'
import type { FlushTick } from './flush-tick.ts'
import type { EngineLog } from './log.ts'
import type { Patience } from './patience.ts'
import { createScribe, type Scribe } from './scribe.ts'
import { createStopLine, type StopLine } from './stop-line.ts'

/** What all runs of an engine share. */
export interface RunParts {
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

/** How the run stood when it was claimed is of no use afterwards. */
export type Held = Omit<Claim, 'run'>

export interface RunInHand {
  readonly parts: RunParts
  readonly claim: Held
  readonly line: StopLine
  /** What its agent has reported. */
  usage: readonly TokenUsage[]
  /** When the lease is over as far as this process knows, by its clock. */
  leaseUntil: number
  phase: 'running' | 'ending'
  /** This process stops: nothing is waited for any more. */
  closing: boolean
  /** Ends the wait that the run is in. */
  cutWait: () => void
  scribe: Scribe | undefined
}

const NO_USAGE: RunInHand['usage'] = []
const NO_WAIT = () => {}

export function takeInHand(parts: RunParts, claim: Held, leaseUntil: number): RunInHand {
  return {
    parts,
    claim,
    line: createStopLine((error) => parts.log({ type: 'agent_threw', lease: claim.lease, error })),
    usage: NO_USAGE,
    leaseUntil,
    phase: 'running',
    closing: false,
    cutWait: NO_WAIT,
    scribe: undefined,
  }
}

/** The one that writes the run down, made when there is something to write. */
export function scribeOf(run: RunInHand): Scribe {
  run.scribe ??= createScribe(run.parts, run.claim, {
    line: run.line,
    hear: (state) => obey(run, state),
    leaseUntil: () => run.leaseUntil,
  })
  return run.scribe
}

/** Does what the store says of the lease. */
export function obey({ line }: RunInHand, state: LeaseState): void {
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

/** Before the next try, after `attempt` (from 0) met a store with a fault. */
export async function waitForStore(run: RunInHand, attempt: number): Promise<void> {
  const { patience } = run.parts
  const { over, cut } = patience.wait(patience.delay(attempt))
  run.cutWait = cut
  await over
}

/** Tries in a broken store that a closing process still makes; the rest is for who settles orphans. */
export const LAST_TRIES = 3
