/**
 * Writes the log of one run: the recorder checks what its agent sends, and the writer appends that to the thread's log.
 */
import { type Clock, createRecorder, type Failure, type Recorder, type RecorderLimits } from '@holdfast/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Claim, LeaseState, RunWork } from '../store/port.ts'
import type { Backoff } from './backoff.ts'
import { storeFault } from './fault.ts'
import type { FlushTick } from './flush-tick.ts'
import type { EngineLog } from './log.ts'
import type { Stop } from './request-stop.ts'
import { createWriter, type Writer } from './writer.ts'

export interface RunLog {
  readonly recorder: Recorder
  readonly writer: Writer
}

export interface RunLogParts {
  readonly catalogue: Pick<AgentCatalogue, 'get'>
  readonly work: Pick<RunWork, 'append'>
  readonly clock: Clock
  readonly tick: FlushTick
  readonly gatherMs: number
  readonly backoff: Backoff
  readonly limits: RecorderLimits
  /** Whether a run fails if its agent names another run. Otherwise such an event is only logged and dropped. */
  readonly strict: boolean
  readonly log: EngineLog
}

export interface RunLogHooks {
  readonly stopRun: (stop: Stop) => void
  /** The store's answer about the lease. */
  readonly hear: (state: LeaseState) => void
  readonly leaseUntil: () => number
}

const STORE_FAILED: Failure = {
  code: 'store_failed',
  message: 'The rest of the answer could not be saved. What had been saved is kept. Try again.',
}

export function createRunLog(
  { catalogue, work, clock, tick, gatherMs, backoff, limits, strict, log }: RunLogParts,
  { lease, agentId, input }: Pick<Claim, 'lease' | 'agentId' | 'input'>,
  { stopRun, hear, leaseUntil }: RunLogHooks,
): RunLog {
  const recorder = createRecorder({
    input,
    limits,
    tolerant: catalogue.get(agentId)?.tolerated ?? false,
    onForeign({ type, field }) {
      log({ type: 'address_drift', lease, where: 'agent', field, event: type })
      return strict ? 'refuse' : 'drop'
    },
  })
  const writer = createWriter({
    recorder,
    append: (events) => work.append(lease, events),
    hear,
    onFault: (error) => log(storeFault('append', error, lease)),
    giveUp: () => stopRun({ type: 'fail', failure: STORE_FAILED }),
    leaseUntil,
    tick,
    gatherMs,
    backoff,
    clock,
  })
  return { recorder, writer }
}
