/**
 * The lives of runs and what happens in them, read from the records of each commit that the bus announces. The log,
 * `events.jsonl`, metrics and traces all use this one reading.
 *
 * Owns: the names of a life's changes, and when each run of this process was accepted and started. Does not know: who
 * executes runs, who listens. An event holds nothing that a person or an agent said.
 *
 * Invariants: an event reports something durable; events of a run come in the order of its log; a listener that throws
 * affects neither the others nor the run.
 */
import { EventType } from '@ag-ui/core'
import type { AguiEnvelope, ControlEnvelope, OutcomeType } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import { type TenantThread, threadName } from '../store/tenant-thread.ts'
import {
  type Activity,
  type ActivityEvent,
  activityOf,
  childCancelled,
  childProgressed,
  createActivity,
  type Place,
} from './activity.ts'
import { activityRecordsIn } from './activity-records.ts'
import { controlRecordsIn } from './control-records.ts'

export interface RunAccepted extends Place {
  readonly type: 'run_accepted'
  readonly agentId: string
  /** The run whose question is asked again. */
  readonly retryOf?: string
  /** Restarted by the server, because `retryOf` lost its worker. */
  readonly restarted?: true
  readonly continues?: string
}

export interface RunStartedOrResumed extends Place {
  /** `run_resumed`: it had been started by a worker that was lost. */
  readonly type: 'run_started' | 'run_resumed'
  /** How often it was resumed after a crash. Absent at its start, and if it was only left in orderly stops. */
  readonly times?: number
  readonly agentId?: string
  readonly acceptedAt?: string
}

export interface CancelRequested extends Place {
  readonly type: 'run_cancel_requested'
  /** The person's id. */
  readonly by: string
}

export interface RunEnded extends Place {
  readonly type: 'run_ended'
  readonly outcome: OutcomeType
  /** The failure's code. */
  readonly code?: string
  readonly agentId?: string
  /** Known if this process saw the run being accepted, or started. */
  readonly acceptedAt?: string
  readonly startedAt?: string
}

export type LifecycleEvent = RunAccepted | RunStartedOrResumed | CancelRequested | RunEnded | ActivityEvent

export interface Lifecycle {
  /** Returns an idempotent unsubscribe. */
  subscribe(listener: (event: LifecycleEvent) => void): () => void
  /**
   * Runs of the thread that this process knows and that have not ended, by id. The same object until the last one ends.
   */
  livesIn(thread: TenantThread): ReadonlyMap<string, unknown> | undefined
  close(): void
}

export interface LifecycleOptions {
  readonly bus: Pick<Bus, 'subscribe'>
  readonly onListenerError: (error: unknown) => void
}

interface Life {
  agentId?: string
  acceptedAt?: string
  startedAt?: string
  activity?: Activity
}

export function createLifecycle({ bus, onListenerError }: LifecycleOptions): Lifecycle {
  const listeners = new Set<{ readonly hear: (event: LifecycleEvent) => void }>()
  /** By thread, then by run, until it ends. */
  const lives = new Map<string, Map<string, Life>>()

  function tell(event: LifecycleEvent): void {
    for (const listener of [...listeners]) {
      try {
        listener.hear(event)
      } catch (error) {
        onListenerError(error)
      }
    }
  }

  function lifeOf(place: Place): Life {
    const thread = threadName(place)
    const here = lives.get(thread) ?? new Map<string, Life>()
    lives.set(thread, here)
    const life = here.get(place.runId) ?? {}
    here.set(place.runId, life)
    return life
  }

  function endLife(place: Place): Life {
    const thread = threadName(place)
    const here = lives.get(thread)
    const life = here?.get(place.runId) ?? {}
    here?.delete(place.runId)
    if (here?.size === 0) lives.delete(thread)
    return life
  }

  function activityIn(place: Place): Activity {
    const life = lifeOf(place)
    life.activity ??= createActivity()
    return life.activity
  }

  function hearAgent({ tenantId }: TenantThread, { roomId, threadId, runId, seq, at, event }: AguiEnvelope): void {
    const place = { tenantId, roomId, threadId, runId, at, seq }
    const activity = activityIn(place)
    const happened = activityOf(activity, place, event)
    if (happened) tell(happened)
    const progressed = childProgressed(activity, place, event)
    if (progressed) tell(progressed)
  }

  function eventOf(
    { tenantId }: TenantThread,
    { roomId, threadId, runId, seq, at, event }: ControlEnvelope,
    next: string,
    lost: ReadonlySet<string>,
  ): LifecycleEvent | undefined {
    if (event.type === 'thread.deleted') lives.delete(threadName({ tenantId, roomId, threadId }))
    if (runId === undefined) return undefined
    const place = { tenantId, roomId, threadId, runId, at, seq }
    switch (event.type) {
      case 'run.accepted': {
        const { agentId, retryOf, continues } = event.run
        Object.assign(lifeOf(place), { agentId, acceptedAt: at })
        return {
          type: 'run_accepted',
          ...place,
          agentId,
          ...(retryOf !== undefined && { retryOf, ...(lost.has(retryOf) && { restarted: true as const }) }),
          ...(continues !== undefined && { continues }),
        }
      }
      case 'run.status': {
        if (event.status !== 'running') return undefined
        const life = lifeOf(place)
        const { agentId, acceptedAt } = life
        // RUN_STARTED follows in the same commit, or was written earlier.
        const type = next.startsWith(RUN_STARTED) ? 'run_started' : 'run_resumed'
        if (type === 'run_started') life.startedAt = at
        const times = event.resumed === undefined ? {} : { times: event.resumed }
        return {
          type,
          ...place,
          ...times,
          ...(agentId !== undefined && { agentId }),
          ...(acceptedAt && { acceptedAt }),
        }
      }
      case 'subagent.cancel-requested':
        return childCancelled(activityIn(place), place, event.subagentRunId, event.by)
      case 'run.cancel-requested':
        return { type: 'run_cancel_requested', ...place, by: event.by }
      case 'run.ended': {
        const { outcome } = event
        const code = outcome.type === 'failed' ? { code: outcome.code } : {}
        const { activity: _, ...life } = endLife(place)
        return { type: 'run_ended', ...place, outcome: outcome.type, ...code, ...life }
      }
      default:
        return undefined
    }
  }

  const unsubscribe = bus.subscribe((notice) => {
    if (notice.type !== 'thread.more' || !notice.frames) return
    const lost = new Set<string>()
    const agents = [...activityRecordsIn(notice.frames)]
    let heard = 0
    const hearUpTo = (seq: number) => {
      for (let next = agents[heard]; next && next.seq < seq; next = agents[++heard]) hearAgent(notice.key, next)
    }
    for (const { envelope, next } of controlRecordsIn(notice.frames)) {
      hearUpTo(envelope.seq)
      const event = eventOf(notice.key, envelope, next, lost)
      if (!event) continue
      if (event.type === 'run_ended' && event.code === 'worker_lost') lost.add(event.runId)
      tell(event)
    }
    hearUpTo(Number.POSITIVE_INFINITY)
  })

  return {
    subscribe(hear) {
      const listener = { hear }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    livesIn: (thread) => lives.get(threadName(thread)),
    close: unsubscribe,
  }
}

const RUN_STARTED = `{"type":"${EventType.RUN_STARTED}"`
