/**
 * Whether a row from the device can be a view of this thread. Another build, another script of this origin or a broken disk
 * may have written it, so it is checked like an answer from the network.
 *
 * Pure. Owns: that check. Does not know: databases, what happens to a row that is refused.
 */
import { keyOf, sameKey, type ThreadKey, type ThreadView } from '@holdfast/core'
import { fits, type Shape } from '../transport/shapes.ts'
import { VERBS } from '../transport/verbs.ts'
import type { ListName } from './port.ts'

const OF_RUN = { runId: 'string' } as const
const MESSAGE = { id: 'string', role: 'string' } as const
const RUN = { ...OF_RUN, agentId: 'string', status: 'string', acceptedAt: 'string' } as const

const VIEW: Shape = {
  messages: [MESSAGE],
  open: [{ ...OF_RUN, kind: 'string', id: 'string', startedAt: 'string' }],
  runs: [RUN],
  queue: [{ run: RUN, messages: [MESSAGE] }],
  queuePaused: 'boolean',
  interrupts: [{ id: 'string' }],
  subagents: [
    {
      ...OF_RUN,
      subagentRunId: 'string',
      jobId: 'string',
      name: 'string',
      status: 'string',
      steps: [{ n: 'number', at: 'string', kind: 'string' }],
      droppedSteps: 'number',
      startedAt: 'string',
      updatedAt: 'string',
    },
  ],
  progress: [{ ...OF_RUN, toolCallId: 'string', text: 'string', at: 'string' }],
  superseded: [MESSAGE],
  deleted: 'boolean',
  firstSeq: 'number',
  seq: 'number',
}

const LIVE = new Set(['queued', 'running', 'cancelling'])
const ENDED = new Set(['succeeded', 'failed', 'cancelled', 'interrupted', 'superseded'])

/** Undefined for a row that is none of this thread's. */
export function viewIn(key: ThreadKey, row: unknown): ThreadView | undefined {
  if (!fits(row, VIEW)) return undefined
  const view = row as ThreadView
  const own = keyOf(view.key)
  const { seq, firstSeq, deleted } = view
  if (!own || !sameKey(own, key) || deleted) return undefined
  if (!Number.isSafeInteger(seq) || seq < 1 || !Number.isSafeInteger(firstSeq) || firstSeq < 1) return undefined
  const ids = new Set(view.messages.map(({ id }) => id))
  if (ids.size !== view.messages.length || view.state === undefined) return undefined
  const said = [...view.messages, ...view.superseded]
  const queued = view.queue.flatMap(({ messages }) => messages)
  if (!said.every((message) => isPlaced(message) && isReadable(message)) || !queued.every(isReadable)) return undefined
  if (!view.runs.every(isRun) || !view.queue.every(({ run }) => run.status === 'queued')) return undefined
  return { ...view, key: own }
}

function isPlaced({ parentId }: { readonly parentId?: unknown }): boolean {
  return parentId === null || typeof parentId === 'string'
}

function isReadable(message: object): boolean {
  const { content, toolCalls } = message as { readonly content?: unknown; readonly toolCalls?: unknown }
  if (toolCalls !== undefined && !fits(toolCalls, CALLS)) return false
  if (Array.isArray(content)) return fits(content, [{ type: 'string' }])
  // An activity's content is an object of its own.
  return content === undefined || content === null || typeof content === 'string' || fits(content, {})
}

const CALLS: Shape = [{ id: 'string', function: { name: 'string', arguments: 'string' } }]

function isRun(run: object): boolean {
  const { status, outcome } = run as { readonly status: string; readonly outcome?: unknown }
  return ENDED.has(status) ? fits(outcome, { type: 'string' }) : LIVE.has(status)
}

/** Whether this can be what the server answered. */
export function isList(name: ListName, value: unknown): boolean {
  const { answer } = name === 'overview' ? VERBS.inbox : name === 'rooms' ? VERBS.rooms : VERBS.threads
  return answer !== undefined && fits(value, answer)
}
