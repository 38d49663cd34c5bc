/**
 * What a person changes about the queue: the messages of a run, the order, a pause, "send now". Runs that have started
 * cannot be changed any more.
 */
import type { Message } from '@ag-ui/core'
import { type QueueInfo, type Run, reusedId, type ThreadKey } from '@holdfast/core'
import type { Absent, MessageIdReused, NotQueued, QueueChange } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { QueuedRecord } from '../run-record.ts'
import type { Facts, Known, ThreadRow } from './facts.ts'
import { placed, queueChanged, queueInfo } from './queue.ts'
import { type Decision, type Need, needing } from './step.ts'
import { supersede } from './supersede.ts'
import { toRun } from './to-run.ts'
import { NOT_FOUND, threadAbsence } from './visible.ts'

type QueueAnswer = { readonly type: 'queue'; readonly queue: QueueInfo } | Absent
type EditAnswer = { type: 'run'; run: Run } | NotQueued | MessageIdReused | Absent
type ChangeAnswer = { type: 'queue'; queue: QueueInfo } | NotQueued | Absent

export function decideQueue(
  { room, thread }: Known<'room' | 'thread'>,
  principal: Principal,
): Decision<QueueAnswer> | Need<Decision<QueueAnswer>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  return needing(['view'], ({ view }) => ({ answer: { type: 'queue', queue: queueInfo(view) } }))
}

export function decideEdit(
  { room, thread, run }: Known<'room' | 'thread' | 'run'>,
  principal: Principal,
  _key: ThreadKey,
  runId: string,
  messages: readonly Message[],
): Decision<EditAnswer> | Need<Decision<EditAnswer>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread || !run) return { answer: absent ?? NOT_FOUND }
  if (run.status !== 'queued') return { answer: { type: 'not_queued', runId } }
  return needing(['view'], ({ view }) => editQueued({ thread, run, view }, messages))
}

function editQueued(
  { thread, run, view }: { readonly thread: ThreadRow; readonly run: QueuedRecord } & Pick<Facts, 'view'>,
  messages: readonly Message[],
): Decision<EditAnswer> {
  const { runId } = run
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
  { now, room, thread }: Known<'room' | 'thread'>,
  principal: Principal,
  _key: ThreadKey,
  change: QueueChange,
): Decision<ChangeAnswer> | Need<Decision<ChangeAnswer>> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  const decide = (facts: Pick<Facts, 'view'> & Partial<Pick<Facts, 'current'>>) =>
    changeQueue({ ...facts, now, thread }, change)
  return change.supersede ? needing(['view', 'current'], decide) : needing(['view'], decide)
}

interface ChangedQueue {
  readonly now: number
  readonly thread: ThreadRow
  readonly view: Facts['view']
  /** Loaded only if a queued run is to supersede it. */
  readonly current?: Facts['current']
}

function changeQueue(
  { now, thread, view, current }: ChangedQueue,
  { order = [], paused: asked, supersede: takesPlace = false }: QueueChange,
): Decision<ChangeAnswer> {
  const paused = asked ?? view.queuePaused
  // A pause that a person asks for can only be ended by a person, even if a stop or a failure had paused the queue
  // before.
  const heldBy = asked === undefined ? view.queueHeldBy : undefined
  const pause = { queuePaused: paused, ...(heldBy !== undefined && { queueHeldBy: heldBy }) }
  const waiting = new Map(view.queue.map((entry) => [entry.run.runId, entry]))
  const stranger = order.find((runId) => !waiting.has(runId))
  if (stranger !== undefined) return { answer: { type: 'not_queued', runId: stranger } }
  const named = new Set(order)
  const next = [...order, ...[...waiting.keys()].filter((runId) => !named.has(runId))]
  // A requested pause holds every run that has not started.
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
