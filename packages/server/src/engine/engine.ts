/**
 * The engine of one process: claims queued runs, executes each under its lease, closes in order.
 *
 * Owns: which runs this process executes. Does not know: HTTP, observers, what an agent says.
 *
 * Invariant: no observer can end a run. The engine reacts to queued runs and cancels and to nothing else (I5).
 * Attention is passed unread to agents that ask for it.
 */
import {
  type Attention,
  type Clock,
  DEFAULT_RECORDER_LIMITS,
  type Failure,
  type Outcome,
  type RecorderLimits,
} from '@holdfast/core'
import { createSignalGuard } from '../agents/agent-signal.ts'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Bus } from '../bus/port.ts'
import type { Claim, ClaimCaps, Notice, Store } from '../store/port.ts'
import { runName, runOf, type TenantThread, threadOf } from '../store/tenant-thread.ts'
import { createBackoff } from './backoff.ts'
import { createClaimLoop } from './claim-loop.ts'
import { createDeadlines, DEFAULT_RUN_TIMES, type RunTimes } from './deadlines.ts'
import { createDueLoop } from './due-loop.ts'
import { closeRun, executeRun, hearOfLease } from './execute.ts'
import { storeFault } from './fault.ts'
import { createFlushTick } from './flush-tick.ts'
import { createInterner } from './intern.ts'
import { createLeaseKeeper } from './lease-keeper.ts'
import { type EngineLog, shelteredLog } from './log.ts'
import { createNaming } from './naming.ts'
import { createExecution, type RunExecution, type RunParts, stopRun } from './run-execution.ts'

export interface EngineOptions {
  readonly store: Pick<Store, 'work' | 'log' | 'threads'>
  readonly bus: Pick<Bus, 'subscribe'>
  readonly catalogue: AgentCatalogue
  readonly clock: Clock
  readonly workerId: string
  /** No other process works on this store, so runs that are live at the start are orphans. */
  readonly exclusive: boolean
  /** Milliseconds that a run stays with a process that does not renew its lease. Default 15,000. */
  readonly leaseMs?: number
  readonly limits?: RecorderLimits
  readonly times?: RunTimes
  /** Milliseconds that a cancelled agent may take to stop before it is abandoned. Default 5,000. */
  readonly cancelGraceMs?: number
  /** Milliseconds that runs may continue after `close`. Default 5,000. */
  readonly drainMs?: number
  /** Runs at once. Default 1,000. */
  readonly maxConcurrent?: number
  /** Limits per person and per agent. Default: none. */
  readonly caps?: ClaimCaps
  /** How often a run is resumed after a crash before it fails. Default: the store's. */
  readonly maxResumes?: number
  /** Milliseconds that the steps of an ended sub-agent are kept. Default: the store's. */
  readonly keepStepsMs?: number
  /** Milliseconds between polls for queued runs that no notice announced. Default 5,000. */
  readonly pollMs?: number
  /** Milliseconds that the deltas of a run are gathered before they are written. Default 20. */
  readonly flushMs?: number
  /** Returns 0 ≤ n < 1, for the jitter of retries. */
  readonly random?: () => number
  /** How closely a thread is looked at now. Default: `none`. If it throws, that counts as `none`. */
  readonly attention?: (thread: TenantThread) => Attention
  /** The ids of people who have a thread in a focused window now. Default: nobody. If it throws, that counts as nobody. */
  readonly attendedBy?: (thread: TenantThread) => readonly string[]
  /**
   * For development: a run fails if its agent answers under another run's address. Default false: it is only logged.
   */
  readonly strict?: boolean
  readonly log?: EngineLog
}

export interface Engine {
  /** Settles runs of an earlier process, then starts claiming. Rejects with the store's fault. Idempotent. */
  start(): Promise<void>
  /**
   * Claims no more runs, lets running ones continue for `drainMs`, then ends them `failed{worker_lost}` with what they
   * have written. A run whose agent can be restarted or resumed is left as it stands for the process that settles
   * orphans. Idempotent.
   */
  close(): Promise<void>
  /** Runs that this process executes now. */
  readonly active: number
}

/** Milliseconds, at least, between two group appends of all runs. */
const BEAT_MS = 5

const SERVER_STOPPED: Failure = {
  code: 'worker_lost',
  message: 'The server was stopped while this answer was being written. What had arrived is kept. Retry to ask again.',
}

export function createEngine(options: EngineOptions): Engine {
  const { store, bus, catalogue, clock, workerId, exclusive, limits = DEFAULT_RECORDER_LIMITS } = options
  const { leaseMs = 15_000, cancelGraceMs = 5_000, drainMs = 5_000, maxConcurrent = 1_000, pollMs = 5_000 } = options
  const { times = DEFAULT_RUN_TIMES, caps = {}, flushMs = 20, random = Math.random } = options
  const { maxResumes, keepStepsMs } = options
  const { strict = false, attention = () => 'none' as const, attendedBy = () => [] } = options
  const { work } = store
  const log = shelteredLog(options.log ?? (() => {}))
  const running = new Map<string, RunExecution>()
  const backoff = createBackoff(clock, random)
  const naming = createNaming({ threads: store.threads, catalogue, clock, log })
  const deadlines = createDeadlines<RunExecution>(clock, times, (run, failure) =>
    stopRun(run, { type: 'fail', failure }),
  )
  const tick = createFlushTick(clock, Math.min(BEAT_MS, flushMs))
  /** Runs cancelled while their claim was in flight, or executed elsewhere. */
  const early = createRecentNames(1_000)
  let unsubscribe = () => {}
  let onIdle = () => {}
  let starting: Promise<void> | undefined
  let closing: Promise<void> | undefined

  const keeper = createLeaseKeeper({ work, clock, leaseMs, maxResumes, runs: () => running.values(), log })
  const due = createDueLoop({ work, clock, keepStepsMs, log })
  const claims = createClaimLoop({
    work,
    workerId,
    leaseMs,
    caps,
    pollMs,
    clock,
    backoff,
    room: () => maxConcurrent - running.size,
    take,
    onFault: (error) => log(storeFault('claim', error)),
  })

  const parts: RunParts = {
    work,
    reader: store.log,
    catalogue,
    clock,
    tick,
    gatherMs: flushMs,
    backoff,
    limits,
    deadlines,
    intern: createInterner(),
    cancelGraceMs,
    attention: (thread) => advised(attention, thread, 'none'),
    attendedBy: (thread) => advised(attendedBy, thread, []),
    guardSignal: createSignalGuard((lease, error) => log({ type: 'agent_threw', lease, error })),
    strict,
    log,
    onEnded,
  }

  function take(claim: Claim, leaseUntil: number): void {
    const run = createExecution(parts, claim, leaseUntil)
    const name = runName(claim.lease)
    const older = running.get(name)
    // The run was lost by this process and comes back to it: the older lease is over.
    if (older) hearOfLease(older, { type: 'lost' }, 0)
    running.set(name, run)
    void executeRun(run, claim)
    if (early.delete(name)) keeper.check(run)
  }

  function onEnded(run: RunExecution, outcome: Outcome | undefined): void {
    const name = runName(run.lease)
    if (running.get(name) === run) running.delete(name)
    if (running.size === 0) onIdle()
    claims.wake()
    if (outcome?.type === 'succeeded') naming.consider(run)
  }

  function onNotice(notice: Notice): void {
    switch (notice.type) {
      case 'run.queued':
      case 'run.ended':
        claims.wake()
        break
      case 'run.cancel':
      case 'run.subagent-cancel': {
        const name = runName(runOf(notice.key, notice.key, notice.runId))
        const run = running.get(name)
        if (run) keeper.check(run)
        else early.add(name)
        break
      }
      case 'thread.more':
      case 'inbox.more':
      case 'notice.raised':
      case 'notice.claimed':
      case 'webhook.due':
      case 'thread.deleted':
      case 'room.deleted':
        break
    }
  }

  async function start(): Promise<void> {
    if (exclusive) {
      const count = await work.settleOrphans('all', maxResumes)
      if (count > 0) log({ type: 'orphans_settled', count })
    }
    if (closing) return
    unsubscribe = bus.subscribe(onNotice)
    keeper.start()
    due.start()
    claims.wake()
  }

  async function close(): Promise<void> {
    const claimed = claims.stop()
    await starting?.catch(() => {})
    await claimed
    const idle = new Promise<void>((resolve) => (onIdle = resolve))
    if (running.size === 0) onIdle()
    const drained = backoff.wait(drainMs)
    void idle.then(drained.cut)
    if (running.size > 0) await drained.over
    for (const run of running.values()) closeRun(run, SERVER_STOPPED)
    await idle
    await naming.close()
    unsubscribe()
    await Promise.all([keeper.stop(), due.stop()])
  }

  return {
    start: () => (starting ??= start()),
    close: () => (closing ??= close()),
    get active() {
      return running.size
    },
  }
}

/** Advisory: an error counts as knowing nothing, and no run fails because of it. */
function advised<Advice>(ask: (thread: TenantThread) => Advice, of: TenantThread, unknown: Advice): Advice {
  try {
    return ask(threadOf(of, of))
  } catch {
    return unknown
  }
}

/** The newest `max` names. */
function createRecentNames(max: number) {
  const names = new Set<string>()
  return {
    add(name: string): void {
      names.add(name)
      for (const oldest of names) {
        if (names.size <= max) break
        names.delete(oldest)
      }
    },
    delete: (name: string) => names.delete(name),
  }
}
