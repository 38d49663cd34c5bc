/**
 * A person's hand on what waits: other words, another order, a pause, send now. Once a run has started its words are
 * history, and none of this reaches it.
 */
import type { Message } from '@ag-ui/core'
import type { QueueInfo, Run } from '@holdfast/core'
import type { Absent, MessageIdReused, NotQueued, QueueChange } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { ChangeQueueFacts, Decision, EditFacts, QueueFacts } from './facts.ts'
import { placed, queueChanged, queueInfo } from './queue.ts'
import { reusedId } from './said-before.ts'
import { supersede } from './supersede.ts'
import { toRun } from './to-run.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

export function decideQueue(
  { room, thread, view }: Omit<QueueFacts, 'now'>,
  principal: Principal,
): { readonly type: 'queue'; readonly queue: QueueInfo } | Absent {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return absent ?? NOT_FOUND
  return { type: 'queue', queue: queueInfo(view) }
}

export function decideEdit(
  { room, thread, run, view }: EditFacts,
  principal: Principal,
  runId: string,
  messages: readonly Message[],
): Decision<{ type: 'run'; run: Run } | NotQueued | MessageIdReused | Absent> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread || !run) return { answer: absent ?? NOT_FOUND }
  if (run.status !== 'queued') return { answer: { type: 'not_queued', runId } }
  const messageId = reusedId(view, messages, runId)
  if (messageId !== undefined) return { answer: { type: 'message_id_reused', messageId } }
  const answered = messages.at(-1)?.id
  const edited = { ...run, ...(answered !== undefined && { parentId: answered }) }
  const { roomId, threadId } = run
  return {
    answer: { type: 'run', run: placed(toRun(edited), view) },
    writes: {
      key: { roomId, threadId },
      thread,
      log: [queueChanged(view, { edited: { [runId]: messages } })],
      run: edited,
      notices: [],
    },
  }
}

export function decideChangeQueue(
  { now, room, thread, view, current }: ChangeQueueFacts,
  principal: Principal,
  { order = [], paused: asked, supersede: takesPlace = false }: QueueChange,
): Decision<{ type: 'queue'; queue: QueueInfo } | NotQueued | Absent> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  const paused = asked ?? view.queuePaused
  // A pause that a person asks for is theirs to end, also where something else had paused the queue before.
  const heldBy = asked === undefined ? view.queueHeldBy : undefined
  const pause = { queuePaused: paused, ...(heldBy !== undefined && { queueHeldBy: heldBy }) }
  const waiting = new Map(view.queue.map((entry) => [entry.run.runId, entry]))
  const stranger = order.find((runId) => !waiting.has(runId))
  if (stranger !== undefined) return { answer: { type: 'not_queued', runId: stranger } }
  const named = new Set(order)
  const next = [...order, ...[...waiting.keys()].filter((runId) => !named.has(runId))]
  // A pause that is asked for holds everything that has not started.
  const held = paused && !view.queuePaused
  const before = held ? undefined : view.queue.find((entry) => entry.first)?.run.runId
  const first = takesPlace ? next[0] : before
  const queue = next.flatMap((runId) => {
    const entry = waiting.get(runId)
    return entry ? [{ run: entry.run, messages: entry.messages, ...(runId === first && { first: true as const }) }] : []
  })
  const answer = { type: 'queue', queue: queueInfo({ queue, ...pause }) } as const
  const { roomId, threadId } = thread
  const key = { roomId, threadId }
  const changed = queueChanged({ queue, ...pause }, {})
  const stopped =
    takesPlace && first !== undefined && current && current.status !== 'queued'
      ? supersede({ now, thread, view, run: current }, first)
      : []
  if (changed.json === queueChanged(view, {}).json && stopped.length === 0) return { answer }
  const wake = next.map((runId) => ({ type: 'run.queued', runId }) as const).slice(0, 1)
  return { answer, writes: [...stopped, { key, thread, log: [changed], notices: wake }] }
}
