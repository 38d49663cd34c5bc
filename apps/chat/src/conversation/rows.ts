/**
 * What a conversation shows, line by line, from the messages of one path and the thread's runs.
 *
 * Owns: which message is which line, and where pending messages are shown. Does not know: React, the registry, where a
 * run's end is shown (`endings.ts`).
 */
import {
  growsIn,
  isEnded,
  type LiveRun,
  newestLeaf,
  type OpenItem,
  type Run,
  type Subagent,
  type ThreadMessage,
  type ThreadView,
} from '@holdfast/core'
import { type Branch, branchesOf, leafUnder } from './branches.ts'
import { type Ending, endingsOf, type Foot, feetOf } from './endings.ts'
import { type Restart, restartsOf } from './restarts.ts'
import { textOf } from './text-of.ts'
import { type Calls, callsOf, type ToolState } from './tool-rows.ts'

export type { ToolState } from './tool-rows.ts'

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
  | (Said & {
      readonly type: 'tool'
      readonly name: string
      readonly input: string
      readonly state: ToolState
      /** The sub-agents that it has started. */
      readonly agents?: readonly Subagent[]
    })
  /** Sub-agents of a run that no call on the path has started. */
  | { readonly type: 'agents'; readonly id: string; readonly agentId?: string; readonly agents: readonly Subagent[] }
  | ({ readonly type: 'restart' } & Restart)
  /** What follows is new to the reader. */
  | { readonly type: 'new'; readonly id: string }
  | { readonly type: 'notice'; readonly id: string; readonly text: string; readonly branch?: Branch }
  | { readonly type: 'ending'; readonly id: string; readonly ending: Ending }
  /** Most of the tokens that a run may use are used. */
  | ({ readonly type: 'budget'; readonly id: string } & NonNullable<LiveRun['budget']>)
  | ({ readonly type: 'waiting'; readonly id: string } & NonNullable<LiveRun['waiting']>)

interface Said {
  readonly id: string
  /** On the first line of a message that has alternatives. */
  readonly branch?: Branch
  /** Who wrote it, if that is known. */
  readonly agentId?: string
  /** On the last line of an answer that is over. */
  readonly foot?: Foot
}

export interface Shown {
  /** From the first message to the head. */
  readonly path: readonly ThreadMessage[]
  /** All of the thread, where there may be other paths. */
  readonly messages?: readonly ThreadMessage[]
  readonly runs: readonly Run[]
  readonly open: readonly OpenItem[]
  readonly interrupts?: ThreadView['interrupts']
  readonly progress?: ThreadView['progress']
  readonly subagents?: ThreadView['subagents']
  readonly superseded?: ThreadView['superseded']
  /** What was sent and is not in the conversation yet, except for queued messages. */
  readonly pending: readonly ThreadMessage[]
}

/**
 * The message up to which the conversation is shown: the newest leaf, or the newest one below the chosen message. While
 * a run has not written anything, it is the message that the run answers, so that a retry hides the old answer at once.
 * A message that is sent as another version is shown at its future place.
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

/** Of a call whose own id was taken (see `ownId`). */
function callIn({ type, id }: Row): string {
  return type === 'tool' ? id.slice(id.lastIndexOf(':') + 1) : id
}

/** With a line above the first row that is new to the reader. */
export function withNewLine(rows: readonly Row[], fresh: ReadonlySet<string>): readonly Row[] {
  const at = fresh.size === 0 ? -1 : rows.findIndex((row) => fresh.has(row.id) || fresh.has(callIn(row)))
  return at < 0 ? rows : [...rows.slice(0, at), { type: 'new', id: 'new' }, ...rows.slice(at)]
}

export function rowsOf(shown: Shown): Row[] {
  const { path, messages = path, runs, open, interrupts = [], superseded = [], pending } = shown
  const writing = open.filter(({ kind }) => kind === 'text' || kind === 'reasoning')
  const taken = new Set(path.map((message) => message.id))
  const byId = new Map(runs.map((run) => [run.runId, run]))
  const calls = callsOf(path, runs, shown)
  const restarts = restartsOf(path, runs, superseded)
  const lastOf = new Map(path.map(({ runId }, at) => [runId, at]))
  const endings = endingsOf(path, runs, interrupts)
  const feet = feetOf(path, runs, interrupts)
  const branches = branchesOf(messages, path)
  const rows: Row[] = []
  const restartsAt = (id: string) => {
    for (const restart of restarts.get(id) ?? []) rows.push({ type: 'restart', ...restart })
  }
  restartsAt('')
  for (const [at, message] of path.entries()) {
    const [first, ...others] = rowsOfMessage(message, { open: writing, byId, calls, taken })
    const branch = branches.get(message.id)
    if (first) rows.push(branch && isMessage(first) ? { ...first, branch } : first, ...others)
    restartsAt(message.id)
    const { runId } = message
    const agents = runId !== undefined && lastOf.get(runId) === at ? calls.agentsBeside(runId) : []
    const agentId = byId.get(runId ?? '')?.agentId
    if (agents.length > 0)
      rows.push({ type: 'agents', id: `agents:${runId}`, ...(agentId !== undefined && { agentId }), agents })
    const foot = feet.get(message.id)
    const last = rows.at(-1)
    if (foot && last && isSaid(last)) rows[rows.length - 1] = { ...last, foot }
    for (const ending of endings.get(message.id) ?? []) rows.push({ type: 'ending', id: `end:${ending.runId}`, ending })
  }
  const known = new Set(path.map((message) => message.id))
  for (const run of runs) {
    if (run.status !== 'queued' && !lastOf.has(run.runId)) {
      const agents = known.has(run.parentId ?? '') ? calls.agentsBeside(run.runId) : []
      if (agents.length > 0) rows.push({ type: 'agents', id: `agents:${run.runId}`, agentId: run.agentId, agents })
    }
    if (isEnded(run) || run.status === 'queued' || !known.has(run.parentId ?? '')) continue
    if (run.budget) rows.push({ type: 'budget', id: `budget:${run.runId}`, ...run.budget })
    if (run.waiting) rows.push({ type: 'waiting', id: `wait:${run.runId}`, ...run.waiting })
  }
  for (const message of pending) {
    if (message.role !== 'user' || known.has(message.id)) continue
    known.add(message.id)
    rows.push({ type: 'user', id: message.id, text: textOf(message.content), pending: true })
  }
  return rows
}

function isMessage(row: Row): row is Extract<Row, { type: 'user' | 'notice' }> | SaidRow {
  return row.type === 'user' || row.type === 'notice' || isSaid(row)
}

type SaidRow = Extract<Row, { type: 'text' | 'reasoning' | 'activity' | 'tool' }>

function isSaid(row: Row): row is SaidRow {
  return row.type === 'text' || row.type === 'reasoning' || row.type === 'activity' || row.type === 'tool'
}

interface Around {
  /** What is being written. */
  readonly open: readonly OpenItem[]
  readonly byId: ReadonlyMap<string, Run>
  readonly calls: Calls
  /** The ids of lines so far, and of every message. */
  readonly taken: Set<string>
}

function rowsOfMessage(message: ThreadMessage, { open, byId, calls, taken }: Around): Row[] {
  const writing = open.some((item) => growsIn(item, message))
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
        const agents = calls.agentsOf(call, message.runId)
        rows.push({
          type: 'tool',
          id: ownId(message.id, call.id, taken),
          name: call.function.name,
          input: call.function.arguments,
          state: calls.stateOf(call, run),
          ...(agents.length > 0 && { agents }),
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

/** An activity may contain anything; only readable text is shown. */
function activityText({ activityType, content }: Extract<ThreadMessage, { role: 'activity' }>): string {
  const words = ['title', 'text', 'message', 'label', 'status'].map((name) => content[name])
  return words.find((value): value is string => typeof value === 'string' && value !== '') ?? activityType
}

/** Agents use the ids of their calls again: no two lines are one. */
function ownId(messageId: string, callId: string, taken: Set<string>): string {
  let id = callId
  while (taken.has(id)) id = `${messageId}:${id}`
  taken.add(id)
  return id
}
