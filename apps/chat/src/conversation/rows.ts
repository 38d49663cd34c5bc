/**
 * What a conversation shows, line by line: from the messages of one path and the thread's runs.
 *
 * Owns: which message is which line, which run's end stands where, what may be done about it. Does not know: React,
 * the registry.
 *
 * Invariants:
 * - An end stands behind the last thing its run wrote. If it wrote nothing, the newest stands at the end and an older
 *   one behind what it was to answer, until another run answers that.
 * - What can be tried again or continued is the end of what is shown, and only while nothing is live.
 * - A run that was taken out of the queue has said nothing and has no end here.
 */
import {
  type EndedRun,
  isEnded,
  type LiveRun,
  newestLeaf,
  type OpenItem,
  type Outcome,
  type Run,
  type ThreadMessage,
  type ThreadView,
} from '@holdfast/core'
import { type Branch, branchesOf, leafUnder } from './branches.ts'
import { textOf } from './text-of.ts'

export type ToolState =
  | { readonly type: 'running' }
  | { readonly type: 'result'; readonly text: string }
  | { readonly type: 'error'; readonly text: string; readonly message: string }
  /** Its run has ended without an answer. */
  | { readonly type: 'unanswered' }

export type Row =
  | {
      readonly type: 'user'
      readonly id: string
      readonly text: string
      readonly pending: boolean
      /** Not words alone: it cannot be written over. */
      readonly fixed?: true
      readonly branch?: Branch
    }
  | (Said & { readonly type: 'text'; readonly text: string; readonly writing: boolean })
  | (Said & { readonly type: 'reasoning'; readonly text: string; readonly writing: boolean; readonly seconds?: number })
  | (Said & { readonly type: 'activity'; readonly text: string })
  | (Said & { readonly type: 'tool'; readonly name: string; readonly input: string; readonly state: ToolState })
  | { readonly type: 'notice'; readonly id: string; readonly text: string; readonly branch?: Branch }
  | { readonly type: 'ending'; readonly id: string; readonly ending: Ending }
  | ({ readonly type: 'waiting'; readonly id: string } & NonNullable<LiveRun['waiting']>)

interface Said {
  readonly id: string
  /** On the first line of a message that has alternatives. */
  readonly branch?: Branch
  /** Who says it, as far as that is known. */
  readonly agentId?: string
}

export interface Ending {
  readonly runId: string
  readonly outcome: Exclude<Outcome, { type: 'succeeded' }>
  /** Whether it is the one to try again. */
  readonly retry: boolean
  /** The partial answer to go on from. */
  readonly continueFrom?: string
}

export interface Shown {
  /** From the first message to the head. */
  readonly path: readonly ThreadMessage[]
  /** All of the thread, where there may be other paths. */
  readonly messages?: readonly ThreadMessage[]
  readonly runs: readonly Run[]
  readonly open: readonly OpenItem[]
  readonly interrupts?: ThreadView['interrupts']
  /** What was sent and is not in the conversation yet, but for what waits. */
  readonly pending: readonly ThreadMessage[]
}

/**
 * Up to where the conversation is shown: the newest leaf, or that under what was chosen. While a run has not written
 * anything, it is the message which it answers: whoever tries again sees at once that the old answer is no longer the one.
 * What is sent to stand beside something that is there already is shown where it will stand.
 */
export function headOf(
  { messages, runs }: Pick<ThreadView, 'messages' | 'runs'>,
  chosen?: string,
  pending: readonly ThreadMessage[] = [],
): string | null {
  const [sent] = pending
  if (sent && messages.some(({ parentId }) => parentId === sent.parentId)) return sent.parentId
  const head = chosen === undefined ? undefined : leafUnder(messages, chosen)
  if (head !== undefined) return head
  const run = runs.findLast(({ status }) => status !== 'queued')
  const silent = run && !isEnded(run) && !messages.some((message) => message.runId === run.runId)
  const answered = silent && messages.some((message) => message.id === run.parentId) ? run.parentId : undefined
  return answered ?? newestLeaf(messages)
}

export function rowsOf({ path, messages = path, runs, open, interrupts = [], pending }: Shown): Row[] {
  const writing = new Set(open.map((item) => item.id))
  const byId = new Map(runs.map((run) => [run.runId, run]))
  const answers = answersOf(path)
  const endings = endingsOf(path, runs, interrupts)
  const branches = branchesOf(messages, path)
  const rows: Row[] = []
  for (const message of path) {
    const [first, ...others] = rowsOfMessage(message, { open: writing, byId, answers })
    const branch = branches.get(message.id)
    if (first)
      rows.push(branch && first.type !== 'ending' && first.type !== 'waiting' ? { ...first, branch } : first, ...others)
    for (const ending of endings.get(message.id) ?? []) rows.push({ type: 'ending', id: `end:${ending.runId}`, ending })
  }
  const known = new Set(path.map((message) => message.id))
  for (const run of runs) {
    if (isEnded(run) || run.status === 'queued' || !run.waiting || !known.has(run.parentId ?? '')) continue
    rows.push({ type: 'waiting', id: `wait:${run.runId}`, ...run.waiting })
  }
  for (const message of pending) {
    if (message.role !== 'user' || known.has(message.id)) continue
    known.add(message.id)
    rows.push({ type: 'user', id: message.id, text: textOf(message.content), pending: true })
  }
  return rows
}

interface Around {
  /** The ids of what is being written. */
  readonly open: ReadonlySet<string>
  readonly byId: ReadonlyMap<string, Run>
  readonly answers: ReadonlyMap<string, ToolState>
}

function rowsOfMessage(message: ThreadMessage, { open, byId, answers }: Around): Row[] {
  const writing = open.has(message.id)
  const run = byId.get(message.runId ?? '')
  const by = run && { agentId: run.agentId }
  switch (message.role) {
    case 'user':
      return [
        {
          type: 'user',
          id: message.id,
          text: textOf(message.content),
          pending: false,
          ...(typeof message.content !== 'string' && { fixed: true }),
        },
      ]
    case 'assistant': {
      const rows: Row[] = []
      if (message.content) rows.push({ type: 'text', id: message.id, text: message.content, writing, ...by })
      for (const call of message.toolCalls ?? []) {
        const waiting: ToolState = { type: run && !isEnded(run) ? 'running' : 'unanswered' }
        rows.push({
          type: 'tool',
          id: call.id,
          name: call.function.name,
          input: call.function.arguments,
          state: answers.get(call.id) ?? waiting,
          ...by,
        })
      }
      return rows
    }
    case 'reasoning':
      return [
        {
          type: 'reasoning',
          id: message.id,
          text: message.content,
          writing,
          ...secondsOf(message),
          ...by,
        },
      ]
    case 'tool':
      return []
    case 'system':
    case 'developer':
      return [{ type: 'notice', id: message.id, text: message.content }]
    case 'activity':
      return [{ type: 'activity', id: message.id, text: activityText(message), ...by }]
  }
}

function secondsOf({ startedAt, endedAt }: ThreadMessage): { readonly seconds?: number } {
  if (startedAt === undefined || endedAt === undefined) return {}
  return { seconds: Math.max(1, Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000)) }
}

/** An activity may hold anything; what of it reads like words is shown. */
function activityText({ activityType, content }: Extract<ThreadMessage, { role: 'activity' }>): string {
  const words = ['title', 'text', 'message', 'label', 'status'].map((name) => content[name])
  return words.find((value): value is string => typeof value === 'string' && value !== '') ?? activityType
}

/** By tool call id. A tool's answer is shown in the card of its call. */
function answersOf(path: readonly ThreadMessage[]): Map<string, ToolState> {
  const answers = new Map<string, ToolState>()
  for (const message of path) {
    if (message.role !== 'tool') continue
    const text = textOf(message.content)
    answers.set(
      message.toolCallId,
      message.error === undefined ? { type: 'result', text } : { type: 'error', text, message: message.error },
    )
  }
  return answers
}

/** By the id of the message behind which the end stands. */
function endingsOf(
  path: readonly ThreadMessage[],
  all: readonly Run[],
  interrupts: ThreadView['interrupts'],
): Map<string, Ending[]> {
  const lastOf = new Map<string, ThreadMessage>()
  for (const message of path) if (message.runId !== undefined) lastOf.set(message.runId, message)
  const onPath = new Set(path.map((message) => message.id))
  const runs = all.filter((run) => run.status !== 'queued' && !isUnsaid(run))
  const newest = runs.at(-1)
  const end = path.at(-1)?.id
  const endings = new Map<string, Ending[]>()
  for (const [index, run] of runs.entries()) {
    if (!isEnded(run) || run.outcome.type === 'succeeded') continue
    // What it asked was answered, or is not asked any more.
    if (run.outcome.type === 'interrupted' && run !== newest) continue
    const isLast = run === newest && (run.parentId === undefined || onPath.has(run.parentId))
    const place = lastOf.get(run.runId)?.id ?? (isLast ? end : placeOfSilent(run, runs.slice(index + 1), onPath))
    if (place === undefined) continue
    const ending: Ending = { runId: run.runId, outcome: run.outcome, retry: false }
    endings.set(place, [...(endings.get(place) ?? []), ending])
  }
  const last = end === undefined ? undefined : endings.get(end)
  const ending = last?.pop()
  if (last && ending) {
    const asks = ending.outcome.type === 'interrupted' && interrupts.length > 0
    const again = asks || runs.some((run) => !isEnded(run)) ? {} : againOf(ending.runId, runs, path)
    last.push({ ...ending, ...again })
  }
  return endings
}

/** Taken out of the queue: it has no place in the conversation, for it was never said. */
function isUnsaid(run: Run): boolean {
  return isEnded(run) && run.parentId === undefined && ['cancelled', 'superseded'].includes(run.status)
}

function placeOfSilent(run: EndedRun, later: readonly Run[], onPath: ReadonlySet<string>): string | undefined {
  const { parentId } = run
  if (parentId === undefined || !onPath.has(parentId)) return undefined
  return later.some((other) => other.parentId === parentId) ? undefined : parentId
}

/** What can be done about the end of the path. */
function againOf(
  runId: string,
  runs: readonly Run[],
  path: readonly ThreadMessage[],
): Pick<Ending, 'retry' | 'continueFrom'> {
  const partial = path.findLast((message) => message.runId === runId)
  const written = partial?.role === 'assistant' && partial.content && !partial.toolCalls?.length
  const retry = runs.find((run) => run.runId === runId)?.parentId !== undefined
  return { retry, ...(written && { continueFrom: partial.id }) }
}
