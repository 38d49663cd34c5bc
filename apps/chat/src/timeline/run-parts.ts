/**
 * The tool calls and sub-agents of one run, from its records: when each began and ended, and which one began it.
 *
 * Owns: the nesting, how many are kept. Does not know: React, what a call did (`run-log.ts` has the lines).
 */
import type { Envelope } from '@holdfast/core'

export interface RunPart {
  /** Unique in the run. */
  readonly id: string
  readonly kind: 'tool' | 'agent'
  readonly name: string
  /** How many sub-agents are around it. */
  readonly depth: number
  /** Milliseconds since 1970. */
  readonly from: number
  /** Absent while it goes on. */
  readonly to?: number
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'unanswered'
}

/** Of a run with more, the newest: bars that a person still looks at. */
export const MAX_PARTS = 200

export interface RunParts {
  take(batch: readonly Envelope[]): void
  /** Each one after the one that began it, in the order of their beginnings. */
  readonly parts: readonly RunPart[]
  readonly dropped: number
}

interface Entry extends Omit<RunPart, 'depth'> {
  /** The sub-agent around it. */
  readonly owner: string | undefined
}

/** As agents send it: every member may be anything. */
type Loose = Readonly<Record<string, unknown>>

export function createRunParts(runId: string): RunParts {
  const entries = new Map<string, Entry>()
  let dropped = 0

  function begin(entry: Entry): void {
    if (!entries.has(entry.id)) entries.set(entry.id, entry)
    if (entries.size <= MAX_PARTS) return
    // What has ended first; a flood of open calls ends somewhere too.
    const old =
      [...entries.values()].find(({ to, kind }) => to !== undefined && kind === 'tool') ?? [...entries.values()][0]
    if (old) entries.delete(old.id)
    dropped += 1
  }
  function end(id: string, to: number, status: RunPart['status']): void {
    const entry = entries.get(id)
    if (entry && entry.to === undefined) entries.set(id, { ...entry, to, status })
  }

  function take({ event, at, kind }: Envelope): void {
    const time = Date.parse(at)
    const of = event as unknown as Loose
    const owner = text(of.subagentRunId)
    const agent = `agent ${owner}`
    switch (kind === 'agui' || event.type === 'run.ended' ? event.type : undefined) {
      case 'TOOL_CALL_START':
        begin({ ...partOf('tool', callId(of), of.toolCallName, time), owner })
        break
      case 'TOOL_CALL_RESULT':
        end(callId(of), time, isFailed(of) ? 'failed' : 'succeeded')
        break
      case 'SUBAGENT_STARTED':
        begin({ ...partOf('agent', agent, of.name, time), owner: text(of.parentSubagentRunId) })
        break
      case 'SUBAGENT_FINISHED':
        end(agent, time, 'succeeded')
        break
      case 'SUBAGENT_ERROR':
        end(agent, time, of.code === 'cancelled' ? 'cancelled' : 'failed')
        break
      case 'run.ended':
        for (const { id } of entries.values()) end(id, time, 'unanswered')
        break
    }
  }

  return {
    take(batch) {
      for (const envelope of batch) if (envelope.runId === runId) take(envelope)
    },
    get parts() {
      return nested([...entries.values()])
    },
    get dropped() {
      return dropped
    },
  }
}

function partOf(kind: RunPart['kind'], id: string, name: unknown, from: number) {
  return { id, kind, name: text(name) ?? 'unnamed', from, status: 'running' } as const
}

/** Children use the ids of other children's calls again. */
function callId({ subagentRunId, toolCallId }: Loose): string {
  return `tool ${text(subagentRunId) ?? ''} ${text(toolCallId)}`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isFailed({ metadata }: Loose): boolean {
  const { holdfast } = (metadata ?? {}) as Loose
  return ((holdfast ?? {}) as Loose).error === true
}

function nested(entries: readonly Entry[]): readonly RunPart[] {
  const under = new Map<string | undefined, Entry[]>()
  const known = new Set(entries.map(({ id }) => id))
  for (const entry of entries) {
    const around = entry.owner !== undefined && known.has(`agent ${entry.owner}`) ? `agent ${entry.owner}` : undefined
    const place = around === entry.id ? undefined : around
    under.set(place, [...(under.get(place) ?? []), entry])
  }
  const parts: RunPart[] = []
  const shown = new Set<string>()
  const show = (entry: Entry, depth: number) => {
    // An agent's ids may name a circle.
    if (shown.has(entry.id)) return
    shown.add(entry.id)
    const { owner: _, ...part } = entry
    parts.push({ ...part, depth })
    for (const child of under.get(entry.id) ?? []) show(child, depth + 1)
  }
  for (const entry of under.get(undefined) ?? []) show(entry, 0)
  for (const entry of entries) show(entry, 0)
  return parts
}
