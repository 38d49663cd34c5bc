/** What a person changes about the queue: the messages of a queued run, the order, a pause, "send now". Pure. */
import type { Message } from '@ag-ui/core'
import { type ChangeQueueBody, type QueueInfo, reusedId, type ThreadView } from '@holdfast/core'
import type { RunRow } from './port.ts'
import { type LogRecord, queueChanged } from './records.ts'
import { refusal } from './refusal.ts'
import { makeRoom, type Started } from './start.ts'

export interface Changed {
  readonly records: readonly LogRecord[]
  readonly stopped?: Started['stopped']
}

/** @throws TransportError `message_id_reused` */
export function editQueued(view: ThreadView, runId: string, messages: readonly Message[]): Changed {
  const messageId = reusedId(view, messages, runId)
  if (messageId !== undefined) throw refusal('message_id_reused', { messageId })
  return { records: [queueChanged(view, { edited: { [runId]: messages } })] }
}

/** `current`: the live run, or the one that starts next. @throws TransportError `not_queued` */
export function changeQueue(
  view: ThreadView,
  current: RunRow | undefined,
  { order = [], paused: asked, supersede = false }: ChangeQueueBody,
): Changed {
  const paused = asked ?? view.queuePaused
  // Only a person ends a pause that a person asked for.
  const heldBy = asked === undefined ? view.queueHeldBy : undefined
  const pause = { queuePaused: paused, ...(heldBy !== undefined && { queueHeldBy: heldBy }) }
  const waiting = new Map(view.queue.map((entry) => [entry.run.runId, entry]))
  const stranger = order.find((runId) => !waiting.has(runId))
  if (stranger !== undefined) throw refusal('not_queued', { runId: stranger })
  const named = new Set(order)
  const next = [...order, ...[...waiting.keys()].filter((runId) => !named.has(runId))]
  // A requested pause holds every run that has not started.
  const held = paused && !view.queuePaused
  const before = held ? undefined : view.queue.find((entry) => entry.first)?.run.runId
  const first = supersede ? next[0] : before
  const queue = next.flatMap((runId) => {
    const entry = waiting.get(runId)
    return entry ? [{ run: entry.run, messages: entry.messages, ...(runId === first && { first: true as const }) }] : []
  })
  const room =
    supersede && first !== undefined && current && current.run.status !== 'queued'
      ? makeRoom({ view, current }, first)
      : { records: [] }
  const changed = queueChanged({ queue, ...pause }, {})
  const isSame = JSON.stringify(changed) === JSON.stringify(queueChanged(view, {}))
  return {
    records: [...room.records, ...(isSame ? [] : [changed])],
    ...('stopped' in room && room.stopped && { stopped: room.stopped }),
  }
}

export function queueInfo({ queue, queuePaused }: Pick<ThreadView, 'queue' | 'queuePaused'>): QueueInfo {
  return {
    order: queue.map((entry) => entry.run.runId),
    paused: queuePaused,
    items: queue.map((entry, index) => ({ ...entry, run: { ...entry.run, position: index + 1 } })),
  }
}
