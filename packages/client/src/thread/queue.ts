/**
 * The queue of one thread as a person sees it: what the log says of it, with the person's changes that are on their way.
 *
 * Pure. Owns: changes on their way, and how they look. Does not know: requests.
 *
 * Invariant: a change is shown from the moment it is requested, until the log has moved on after the server's answer, or
 * the change has failed.
 */
import type { ThreadSnapshot } from '@holdfast/core'
import { isShownFromHere } from './command.ts'
import type { Emit, EventOf } from './event.ts'
import type { LogFacts } from './log.ts'
import type { ThreadQueue, WaitingMessage } from './port.ts'
import type { QueueChange, QueueWish } from './queue-change.ts'
import { type Message, textOf } from './request.ts'
import { isPending, startOf, startsOf, type ThreadModel, turnIn } from './state.ts'

export const EMPTY_QUEUE: ThreadQueue = { items: [], paused: false }

export function changeQueue(model: ThreadModel, event: EventOf<'change-queue'>, emit: Emit): ThreadModel {
  const { id, wish } = event
  const about = wish.type === 'order' ? wish.order : wish.type === 'paused' ? [] : [wish.runId]
  const after = waitingStarts(model).flatMap(({ runId }) => (about.includes(runId) ? [runId] : []))
  emit({ type: 'change-queue', id, wish, after })
  const { log } = model
  const change = { id, wish, queue: log?.queue, paused: log?.queuePaused, answered: false }
  return { ...model, changes: [...model.changes, change] }
}

export function queueChanged(model: ThreadModel, { id }: EventOf<'queue-changed'>): ThreadModel {
  const changes = model.changes.map((change) => (change.id === id ? { ...change, answered: true } : change))
  return moveOn({ ...model, changes })
}

export function queueChangeFailed(model: ThreadModel, { id }: EventOf<'queue-change-failed'>): ThreadModel {
  return { ...model, changes: model.changes.filter((change) => change.id !== id) }
}

/** Drops answered changes that the log has taken over. */
export function moveOn(model: ThreadModel): ThreadModel {
  const { log, changes } = model
  const hasMoved = ({ queue, paused }: QueueChange) => log?.queue !== queue || log?.queuePaused !== paused
  const left = changes.filter((change) => !(change.answered && hasMoved(change)))
  return left.length === changes.length ? model : { ...model, changes: left }
}

/** Starts on their way that join the queue, in order. */
function waitingStarts(model: ThreadModel) {
  return startsOf(model).filter(({ start }) => isShownFromHere(start.phase) && start.waits)
}

export function queueOf(model: ThreadModel): ThreadQueue {
  const { queue = [], queuePaused = false } = model.log ?? {}
  const sent = waitingStarts(model)
  if (queue.length === 0 && sent.length === 0) return EMPTY_QUEUE
  const turn = turnIn(model)?.run.runId
  const isSaid = (runId: string) => {
    const start = startOf(model, runId)
    return runId === turn || (start !== undefined && isPending(start))
  }
  const itemOf = (runId: string, messages: readonly Message[], stage: WaitingMessage['stage']): WaitingMessage => ({
    runId,
    text: textOf(messages),
    stage: model.commands.get(runId)?.stop ? 'leaving' : stage,
  })
  const logged = queue.map(({ run, messages }) => itemOf(run.runId, messages, 'queued'))
  const known = new Set(queue.map(({ run }) => run.runId))
  const sending = sent
    .filter(({ runId }) => !known.has(runId))
    .map(({ runId, start }) => itemOf(runId, start.request.body.messages, 'sending'))
  const items = [...logged, ...sending].filter(({ runId }) => !isSaid(runId))
  const shown = model.changes.reduce<ThreadQueue>((now, { wish }) => withWish(now, wish), {
    items,
    paused: queuePaused,
  })
  return shown.items.length === 0 ? EMPTY_QUEUE : shown
}

function withWish({ items, paused }: ThreadQueue, wish: QueueWish): ThreadQueue {
  const changed = (runId: string, change: Partial<WaitingMessage>) => ({
    items: items.map((item) => (item.runId === runId ? { ...item, ...change } : item)),
    paused,
  })
  switch (wish.type) {
    case 'edit':
      return changed(wish.runId, { text: wish.text })
    case 'order': {
      const rank = (runId: string) => {
        const at = wish.order.indexOf(runId)
        return at < 0 ? wish.order.length : at
      }
      return { items: items.toSorted((a, b) => rank(a.runId) - rank(b.runId)), paused }
    }
    case 'paused':
      return { items, paused: wish.paused }
    case 'now':
      return changed(wish.runId, { stage: 'going' })
  }
}

/** The entry's messages with another text. `newId` is for an entry without a message of the person. */
export function edited(model: ThreadModel, runId: string, text: string, newId: () => string): readonly Message[] {
  const entry = model.log?.queue.find(({ run }) => run.runId === runId)
  const sending = waitingStarts(model).find((each) => each.runId === runId)
  const held = entry?.messages ?? sending?.start.request.body.messages ?? []
  const last = held.findLast(({ role }) => role === 'user')
  const said = { id: last?.id ?? newId(), role: 'user', content: text } as const
  return last ? held.map((message) => (message === last ? said : message)) : [...held, said]
}

/** A run that has started since cannot be moved. */
export function stillWaiting(log: LogFacts | undefined, order: readonly string[]): readonly string[] {
  const started = new Set(log?.runs.flatMap(({ runId, status }) => (status === 'queued' ? [] : [runId])))
  return order.filter((runId) => !started.has(runId))
}

/** Whether the log shows what was requested, from here or elsewhere. */
export function isShownIn({ queue, queuePaused, runs }: ThreadSnapshot, wish: QueueWish): boolean {
  switch (wish.type) {
    case 'edit':
      return queue.some(({ run, messages }) => run.runId === wish.runId && textOf(messages) === wish.text)
    case 'order': {
      const order = queue.map(({ run }) => run.runId)
      const kept = wish.order.filter((runId) => order.includes(runId))
      return kept.every((runId, at) => order[at] === runId)
    }
    case 'paused':
      return queuePaused === wish.paused
    case 'now':
      return runs.some(({ runId, status }) => runId === wish.runId && status !== 'queued')
  }
}
