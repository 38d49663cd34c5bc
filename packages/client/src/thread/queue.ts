/**
 * What waits in one thread, as a person sees it, and their hand on it: what the log says of the queue, with what was
 * asked for from here and is on its way.
 *
 * Owns: changes on their way. Does not know: starts and cancels (`outbox.ts`), connections, who looks.
 *
 * Invariants:
 * - A change is shown in the tick of its asking, until the log has moved on behind the server's answer or it has failed.
 * - Changes reach the server in the order in which they were asked for, and behind the starts that they are about.
 */
import type { QueueEntry, StartBody, ThreadKey, ThreadSnapshot, ThreadView } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import { TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { wordsOf } from './intent.ts'
import type { LookUp } from './look-up.ts'
import type { ThreadQueue, WaitingMessage } from './port.ts'
import { retry } from './retry.ts'

type Messages = NonNullable<StartBody['messages']>

/** A start on its way that is to wait. */
export interface WaitingStart {
  readonly runId: string
  readonly messages: Messages
  /** Whether the server has accepted it. Never rejects. */
  readonly arrival: Promise<boolean>
}

export interface Queue {
  readonly state: ThreadQueue
  /** The log, or what is on its way, has moved on. */
  observe(): void
  edit(runId: string, text: string): Promise<void>
  reorder(order: readonly string[]): Promise<void>
  pause(paused: boolean): Promise<void>
  sendNow(runId: string): Promise<void>
}

export interface QueueOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly closed: AbortSignal
  readonly access: Access
  readonly lookUp: LookUp
  readonly view: () => ThreadView | undefined
  /** Waits in the log, and is shown as said: its turn has come, or it takes the place of what goes on. */
  readonly isSaid: (runId: string) => boolean
  readonly starts: () => readonly WaitingStart[]
  readonly isLeaving: (runId: string) => boolean
  changed(): void
}

type Wanted =
  | { readonly type: 'edit'; readonly runId: string; readonly text: string }
  | { readonly type: 'order'; readonly order: readonly string[] }
  | { readonly type: 'paused'; readonly paused: boolean }
  | { readonly type: 'now'; readonly runId: string }

interface Change {
  readonly wanted: Wanted
  /** The queue in the log when it was asked for. */
  readonly queue: readonly QueueEntry[] | undefined
  readonly paused: boolean | undefined
  answered: boolean
}

export const NOTHING_WAITS: ThreadQueue = { items: [], paused: false }

export function createQueue(options: QueueOptions): Queue {
  const { key, transport, environment, closed, access, lookUp, view, isSaid, starts, isLeaving, changed } = options
  let changes: readonly Change[] = []
  let state = NOTHING_WAITS
  let last: Promise<unknown> = Promise.resolve()

  function hasMoved({ queue, paused }: Change): boolean {
    const now = view()
    return now?.queue !== queue || now?.queuePaused !== paused
  }

  function observe(): void {
    const left = changes.filter((change) => !(change.answered && hasMoved(change)))
    if (left.length < changes.length) changes = left
    const next = shown()
    if (!isSame(next, state)) state = next
  }

  function shown(): ThreadQueue {
    const { queue = [], queuePaused = false } = view() ?? {}
    const sent = starts()
    if (queue.length === 0 && sent.length === 0) return NOTHING_WAITS
    const logged = queue.map(({ run: { runId }, messages }) => itemOf(runId, messages, 'queued'))
    const known = new Set(queue.map(({ run }) => run.runId))
    const sending = sent
      .filter(({ runId }) => !known.has(runId))
      .map(({ runId, messages }) => itemOf(runId, messages, 'sending'))
    const items = [...logged, ...sending].filter(({ runId }) => !isSaid(runId))
    const wished = changes.reduce<ThreadQueue>((now, { wanted }) => withWanted(now, wanted), {
      items,
      paused: queuePaused,
    })
    return wished.items.length === 0 ? NOTHING_WAITS : wished
  }

  function itemOf(runId: string, messages: Messages, stage: WaitingMessage['stage']): WaitingMessage {
    return { runId, text: wordsOf(messages), stage: isLeaving(runId) ? 'leaving' : stage }
  }

  async function ask(wanted: Wanted, about: readonly string[], send: () => Promise<unknown>): Promise<void> {
    const now = view()
    const change: Change = { wanted, queue: now?.queue, paused: now?.queuePaused, answered: false }
    const arrivals = starts()
      .filter(({ runId }) => about.includes(runId))
      .map(({ arrival }) => arrival)
    changes = [...changes, change]
    changed()
    const before = last
    const asked = (async () => {
      await before
      const arrived = await Promise.all(arrivals)
      // Its start has failed, and its words went back.
      if (wanted.type !== 'order' && arrived.includes(false)) throw new TransportError({ type: 'aborted' })
      const find = () => lookUp((snapshot) => (isIn(snapshot, wanted) ? true : undefined))
      await retry(send, { environment, access, signal: closed, find })
    })()
    last = asked.catch(() => {})
    try {
      await asked
      change.answered = true
    } catch (cause) {
      changes = changes.filter((other) => other !== change)
      throw transportError(cause)
    } finally {
      changed()
    }
  }

  function messagesOf(runId: string): Messages {
    const entry = view()?.queue.find(({ run }) => run.runId === runId)
    return entry?.messages ?? starts().find((start) => start.runId === runId)?.messages ?? []
  }

  return {
    get state() {
      return state
    },
    observe,
    async edit(runId, text) {
      const held = messagesOf(runId)
      const last = held.findLast(({ role }) => role === 'user')
      const said = { id: last?.id ?? environment.mintId(), role: 'user', content: text } as const
      const messages = last ? held.map((message) => (message === last ? said : message)) : [...held, said]
      await ask({ type: 'edit', runId, text }, [runId], () => transport.ask('changeRun', [key, runId, { messages }]))
    },
    async reorder(order) {
      await ask({ type: 'order', order }, order, () => transport.ask('changeQueue', [key, { order: waiting(order) }]))
    },
    async pause(paused) {
      await ask({ type: 'paused', paused }, [], () => transport.ask('changeQueue', [key, { paused }]))
    },
    async sendNow(runId) {
      // With its order it is safe to repeat: once it has started it does not wait any more.
      await ask({ type: 'now', runId }, [runId], () =>
        transport.ask('changeQueue', [key, { order: [runId], supersede: true }]),
      )
    },
  }

  /** What has started since is not in anybody's way. */
  function waiting(order: readonly string[]): readonly string[] {
    const queue = view()?.queue
    return queue ? order.filter((runId) => !isStarted(runId)) : order
  }

  function isStarted(runId: string): boolean {
    const run = view()?.runs.find((each) => each.runId === runId)
    return run !== undefined && run.status !== 'queued'
  }
}

function withWanted({ items, paused }: ThreadQueue, wanted: Wanted): ThreadQueue {
  const changed = (runId: string, change: Partial<WaitingMessage>) => ({
    items: items.map((item) => (item.runId === runId ? { ...item, ...change } : item)),
    paused,
  })
  switch (wanted.type) {
    case 'edit':
      return changed(wanted.runId, { text: wanted.text })
    case 'order': {
      const rank = (runId: string) => {
        const at = wanted.order.indexOf(runId)
        return at < 0 ? wanted.order.length : at
      }
      return { items: items.toSorted((a, b) => rank(a.runId) - rank(b.runId)), paused }
    }
    case 'paused':
      return { items, paused: wanted.paused }
    case 'now':
      return changed(wanted.runId, { stage: 'going' })
  }
}

/** Whether the log shows what was wanted, whoever has brought it about. */
function isIn({ queue, queuePaused, runs }: ThreadSnapshot, wanted: Wanted): boolean {
  switch (wanted.type) {
    case 'edit':
      return queue.some(({ run, messages }) => run.runId === wanted.runId && wordsOf(messages) === wanted.text)
    case 'order': {
      const order = queue.map(({ run }) => run.runId)
      const kept = wanted.order.filter((runId) => order.includes(runId))
      return kept.every((runId, at) => order[at] === runId)
    }
    case 'paused':
      return queuePaused === wanted.paused
    case 'now':
      return runs.some(({ runId, status }) => runId === wanted.runId && status !== 'queued')
  }
}

function isSame(a: ThreadQueue, b: ThreadQueue): boolean {
  if (a === b) return true
  return (
    a.paused === b.paused &&
    a.items.length === b.items.length &&
    a.items.every((item, at) => {
      const other = b.items[at]
      return item.runId === other?.runId && item.text === other.text && item.stage === other.stage
    })
  )
}
