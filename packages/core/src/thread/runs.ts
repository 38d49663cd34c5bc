/**
 * Runs: all runs of a thread in the order of acceptance, the queue, and the open interrupts.
 *
 * Owns: `runs`, `queue`, `queuePaused`, `queueHeldBy`, `interrupts` of a view. Does not know: the tree, open items.
 *
 * Invariants: an ended run does not change (I2), but for how its questions were resolved; events of a run that is not in the list are ignored; what was handed out
 * never changes.
 */
import type { Interrupt, Message, TokenUsage } from '@ag-ui/core'
import type { Outcome } from '../lifecycle/outcome.ts'
import {
  type EndedRun,
  isEnded,
  type LiveRun,
  type ProviderWait,
  type Resolution,
  type Run,
  type TokenBudget,
} from '../lifecycle/run.ts'
import type { ControlEvent, QueueHold } from '../log/envelope.ts'
import { inBrief, shareBrief } from './lookup.ts'
import type { QueueEntry } from './thread-view.ts'

export interface Runs {
  /** Accepted and not ended. */
  isLive(runId: string): boolean
  accepted(run: Run, messages: readonly Message[]): void
  /** `resumed`: how often it has continued after a crash. */
  status(runId: string, status: LiveRun['status'], resumed?: number): void
  /** The run has started, and its messages are in the conversation. `parentId` is the message that it answers. */
  started(runId: string, at: string, parentId: string | null): void
  usage(runId: string, usage: readonly TokenUsage[] | undefined): void
  /** The run waits for its provider. `value` comes from an agent's event and may be anything. */
  waits(runId: string, value: unknown): void
  /** The run has used most of its tokens. `value` may be anything, too. */
  spends(runId: string, value: unknown): void
  /** Any other event of the run ends its wait. */
  goesOn(runId: string): void
  asks(interrupts: readonly Interrupt[]): void
  resolved(interruptIds: readonly string[], how: Resolution): void
  ended(runId: string, outcome: Outcome, at: string): void
  queueChanged(change: Extract<ControlEvent, { type: 'queue.changed' }>): void
  clear(): void
  handOut(): RunsState & { readonly queuePaused: boolean }
}

export interface RunsState {
  readonly runs: readonly Run[]
  readonly queue: readonly QueueEntry[]
  /** Absent in a view that an older version stored. */
  readonly queuePaused?: boolean
  readonly queueHeldBy?: QueueHold
  readonly interrupts: readonly Interrupt[]
}

export function createRuns(from: RunsState): Runs {
  let { runs, queue, queuePaused = false, queueHeldBy, interrupts } = from
  const waiting = new Set(runs.flatMap((run) => ('waiting' in run ? [run.runId] : [])))
  const indices = new Map(runs.map((run, index) => [run.runId, index]))
  let { lastEnded } = inBrief(runs)
  const unended = new Map(inBrief(runs).unended.map((run) => [run.runId, run]))
  /** The list while nobody else holds it; undefined once it was handed out. */
  let draft: Run[] | undefined

  function live(runId: string): Exclude<Run, { outcome: Outcome }> | undefined {
    const run = runs[indices.get(runId) ?? -1]
    return run === undefined || isEnded(run) ? undefined : run
  }
  function put(run: Run): void {
    const index = indices.get(run.runId) ?? runs.length
    indices.set(run.runId, index)
    if (draft === undefined) runs = draft = runs.slice()
    draft[index] = run
    if (isEnded(run)) {
      unended.delete(run.runId)
      if (endsLast(run, index)) lastEnded = run
    } else unended.set(run.runId, run)
  }
  function endsLast(run: EndedRun, index: number): boolean {
    if (lastEnded === undefined || run.endedAt !== lastEnded.endedAt) return run.endedAt > (lastEnded?.endedAt ?? '')
    return index >= Number(indices.get(lastEnded.runId))
  }
  function pause(paused: boolean, heldBy?: QueueHold): void {
    queuePaused = paused
    queueHeldBy = paused ? heldBy : undefined
  }
  function leaveQueue(runId: string): void {
    const leaving = queue.find((entry) => entry.run.runId === runId)
    if (leaving === undefined) return
    queue = queue.filter((entry) => entry !== leaving)
    // An empty queue is not paused: nobody would see it, and it would hold up much later runs.
    if (queue.length === 0 && leaving.first === undefined) pause(false)
  }

  return {
    isLive: (runId) => live(runId) !== undefined,
    accepted(run, messages) {
      if (indices.has(run.runId)) return
      if (run.status !== 'queued') {
        put(run)
        return
      }
      // A position would be stale with the next start: it is the place in the queue.
      const { position: _, ...queued } = run
      put(queued)
      queue = [...queue, { run: queued, messages }]
    },
    status(runId, status, resumed) {
      const run = live(runId)
      if (run === undefined) return
      // A run that is being cancelled stays `cancelling` until it has ended.
      const next = run.status === 'cancelling' ? run.status : status
      if (next !== run.status || resumed !== undefined)
        put({ ...run, status: next, ...(resumed !== undefined && { resumed }) })
    },
    started(runId, at, parentId) {
      leaveQueue(runId)
      const run = live(runId)
      if (run === undefined) return
      const { parentId: _, ...rest } = run
      const status = run.status === 'cancelling' ? 'cancelling' : 'running'
      put({ ...rest, status, startedAt: at, ...(parentId !== null && { parentId }) })
    },
    usage(runId, usage) {
      const run = live(runId)
      if (run !== undefined && run.status !== 'queued' && usage !== undefined) put({ ...run, usage })
    },
    waits(runId, value) {
      const run = live(runId)
      if (run === undefined || run.status === 'queued' || !isWait(value)) return
      const { reason, until, attempt, maxAttempts } = value
      waiting.add(runId)
      put({ ...run, waiting: { reason, until, attempt, maxAttempts } })
    },
    spends(runId, value) {
      const run = live(runId)
      if (run === undefined || run.status === 'queued' || !isBudget(value)) return
      put({ ...run, budget: { used: value.used, limit: value.limit } })
    },
    goesOn(runId) {
      const run = waiting.has(runId) ? live(runId) : undefined
      if (run === undefined) return
      waiting.delete(runId)
      put(withoutWait(run))
    },
    asks(asked) {
      interrupts = asked
    },
    resolved(interruptIds, how) {
      const open = interrupts.filter(({ id }) => !interruptIds.includes(id))
      if (open.length === interrupts.length) return
      interrupts = open
      if (open.length > 0) return
      const asked = runs.findLast((run) => isEnded(run) && asksAny(run.outcome, interruptIds))
      if (asked !== undefined && isEnded(asked)) put({ ...asked, resolved: how })
    },
    ended(runId, outcome, at) {
      leaveQueue(runId)
      const run = live(runId)
      waiting.delete(runId)
      if (run !== undefined) put({ ...withoutBudget(withoutWait(run)), status: outcome.type, outcome, endedAt: at })
    },
    queueChanged({ order, paused, heldBy, first, edited }) {
      pause(paused, heldBy)
      const rank = new Map(order.map((runId, index) => [runId, index]))
      const rankOf = (entry: QueueEntry) => rank.get(entry.run.runId) ?? order.length
      queue = queue
        .map((entry) => {
          const messages = edited && Object.hasOwn(edited, entry.run.runId) ? edited[entry.run.runId] : undefined
          const isFirst = entry.run.runId === first
          if (messages === undefined && isFirst === (entry.first ?? false)) return entry
          const answered = messages?.at(-1)?.id
          const run = answered === undefined ? entry.run : { ...entry.run, parentId: answered }
          if (run !== entry.run) put(run)
          return { run, messages: messages ?? entry.messages, ...(isFirst && { first: isFirst }) }
        })
        .toSorted((a, b) => rankOf(a) - rankOf(b))
    },
    clear() {
      runs = []
      draft = undefined
      unended.clear()
      lastEnded = undefined
      queue = []
      pause(false)
      interrupts = []
      indices.clear()
      waiting.clear()
    },
    handOut() {
      if (draft !== undefined) shareBrief(runs, { unended: [...unended.values()], lastEnded })
      draft = undefined
      const state = { runs, queue, queuePaused, interrupts }
      return queueHeldBy === undefined ? state : { ...state, queueHeldBy }
    },
  }
}

function asksAny(outcome: Outcome, interruptIds: readonly string[]): boolean {
  return outcome.type === 'interrupted' && outcome.interrupts.some(({ id }) => interruptIds.includes(id))
}

function withoutWait<R extends Run>(run: R): R {
  const { waiting: _, ...rest } = run as R & { readonly waiting?: ProviderWait }
  return rest as unknown as R
}

function withoutBudget<R extends Run>(run: R): R {
  const { budget: _, ...rest } = run as R & { readonly budget?: TokenBudget }
  return rest as unknown as R
}

function isBudget(value: unknown): value is TokenBudget {
  const { used, limit } = (value ?? {}) as Partial<Record<keyof TokenBudget, unknown>>
  return typeof used === 'number' && typeof limit === 'number' && used >= 0 && limit > 0
}

function isWait(value: unknown): value is ProviderWait {
  const { reason, until, attempt, maxAttempts } = (value ?? {}) as Partial<Record<keyof ProviderWait, unknown>>
  if (reason !== 'rate_limited' && reason !== 'unavailable' && reason !== 'busy') return false
  return typeof until === 'string' && typeof attempt === 'number' && typeof maxAttempts === 'number'
}
