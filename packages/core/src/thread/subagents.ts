/**
 * Sub-agents: what each of a thread's sub-agents is, how it ended, and the steps of what it says and does.
 *
 * Owns: `subagents` of a view, one entry for each run and subagentRunId. Does not know: the messages of the conversation,
 * limits (the recorder has them).
 *
 * Invariants:
 * - A final status stays, and what a sub-agent says after it changes nothing (S003-C1).
 * - Every sub-agent has a final status once its run has ended.
 * - An agent may tag its events and announce no sub-agent. Then the first tag is the beginning, and the run's end the end.
 */
import type { Message, SubagentErrorEvent, SubagentFinishedEvent, SubagentStartedEvent } from '@ag-ui/core'
import { truncate } from '../json/bytes.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import { closingError, type Outcome } from '../lifecycle/outcome.ts'
import type { AguiEnvelope } from '../log/envelope.ts'
import * as EventType from './event-type.ts'
import type { Subagent, SubagentStatus, SubagentStep } from './subagent.ts'
import { restate, say, type TaggedEvent } from './subagent-events.ts'
import { createSubagentSteps, type GrowingKind, type SubagentSteps } from './subagent-steps.ts'

export interface Subagents {
  /** The hot path of every token of a sub-agent. */
  grow(envelope: AguiEnvelope, event: DeltaEvent, kind: GrowingKind, id: string): void
  /** `closed`: the item that the event closes. */
  say(envelope: AguiEnvelope, event: TaggedEvent, closed: OpenItem | undefined): void
  started(envelope: AguiEnvelope, event: SubagentStartedEvent): void
  ended(envelope: AguiEnvelope, event: SubagentFinishedEvent | SubagentErrorEvent): void
  /** A message of a MESSAGES_SNAPSHOT. */
  restated(envelope: AguiEnvelope, subagentRunId: string, message: Message): void
  progress(envelope: AguiEnvelope, subagentRunId: string, toolCallId: string, text: string): void
  /** These messages were said again after a restart. Of one sub-agent, or of all of the run. */
  superseded(envelope: AguiEnvelope, messageIds: readonly string[], subagentRunId: string | undefined): void
  asked(runId: string, subagentRunId: string): void
  runEnded(runId: string, outcome: Outcome, at: string): void
  pruned(runId: string, subagentRunIds: readonly string[]): void
  clear(): void
  handOut(): readonly Subagent[]
}

const MAX_NAME = 200
const MAX_JOB_ID = 128
const MAX_MESSAGE = 2_000
const MAX_CODE = 64

type DeltaEvent = { readonly subagentRunId?: string; readonly delta: unknown }

interface Held {
  readonly index: number
  /** Made when the sub-agent first changes. */
  steps?: SubagentSteps | undefined
  /** The time of its last event since the last view. */
  at?: string | undefined
}

type Who = Pick<Subagent, 'parentToolCallId' | 'parentSubagentRunId' | 'jobId' | 'name'>
type End = Pick<Subagent, 'error' | 'interruptIds'> & { readonly status: Exclude<SubagentStatus, 'running'> }

/** `open`: the open items of the view that it continues from. */
export function createSubagents(
  from: readonly Subagent[],
  open: readonly OpenItem[],
  isLive: (runId: string) => boolean,
): Subagents {
  let list = from
  /** The list while nobody else holds it; undefined once it was handed out. */
  let draft: Subagent[] | undefined
  const runs = new Map<string, Map<string, Held>>()
  const changed = new Set<Held>()

  for (const [index, { runId, subagentRunId }] of from.entries()) hold(runId, subagentRunId, index)

  function hold(runId: string, subagentRunId: string, index: number): Held {
    const held: Held = { index }
    const ofRun = runs.get(runId) ?? new Map<string, Held>()
    runs.set(runId, ofRun)
    ofRun.set(subagentRunId, held)
    return held
  }

  function mine(): Subagent[] {
    if (draft === undefined) list = draft = list.slice()
    return draft
  }

  function put(held: Held, subagent: Subagent): void {
    mine()[held.index] = subagent
  }

  function get(held: Held): Subagent {
    return list[held.index] as Subagent
  }

  function stepsOf(held: Held): SubagentSteps {
    if (held.steps === undefined) {
      const { runId, subagentRunId } = get(held)
      const own = open.filter((item) => item.runId === runId && item.subagentRunId === subagentRunId)
      held.steps = createSubagentSteps(get(held), own)
    }
    return held.steps
  }

  function find(runId: string, subagentRunId: string): Held | undefined {
    const held = runs.get(runId)?.get(subagentRunId)
    return held !== undefined && get(held).status === 'running' ? held : undefined
  }

  /** The sub-agent that speaks; one that nothing announced begins now. undefined: it has ended. */
  function speaking({ runId, at }: AguiEnvelope, subagentRunId: string): Held | undefined {
    const known = runs.get(runId)?.get(subagentRunId)
    if (known === undefined) {
      if (!isLive(runId) || typeof subagentRunId !== 'string') return undefined
      return begin(runId, subagentRunId, at, { name: subagentRunId, jobId: subagentRunId })
    }
    if (get(known).status !== 'running') return undefined
    if (known.at === undefined) changed.add(known)
    known.at = at
    return known
  }

  function begin(runId: string, subagentRunId: string, at: string, who: Who): Held {
    const held = hold(runId, subagentRunId, list.length)
    const times = { startedAt: at, updatedAt: at }
    put(held, { subagentRunId, runId, ...who, status: 'running', steps: [], droppedSteps: 0, ...times })
    changed.add(held)
    return held
  }

  function end(held: Held, at: string, end: End): void {
    const steps = stepsOf(held)
    steps.end(end.interruptIds ? undefined : end.status === 'succeeded' ? 'succeeded' : 'failed')
    const { stopping: _, ...rest } = get(held)
    put(held, { ...rest, ...steps.handOut(), ...end, updatedAt: at, endedAt: at })
    held.steps = undefined
    changed.delete(held)
  }

  return {
    grow(envelope, { subagentRunId = '', delta }, kind, id) {
      const held = speaking(envelope, subagentRunId)
      if (held !== undefined && typeof delta === 'string') stepsOf(held).grow(kind, id, delta)
    },
    say(envelope, event, closed) {
      const held = speaking(envelope, event.subagentRunId)
      if (held !== undefined) say(stepsOf(held), event, envelope.at, closed)
    },
    started({ runId, at }, event) {
      const { subagentRunId } = event
      if (!isText(subagentRunId)) return
      const known = runs.get(runId)?.get(subagentRunId)
      if (known === undefined) {
        if (isLive(runId)) begin(runId, subagentRunId, at, whoIs(event))
        return
      }
      if (get(known).status === 'running') put(known, { ...get(known), ...whoIs(event) })
    },
    ended({ runId, at }, event) {
      const held = find(runId, event.subagentRunId)
      if (held !== undefined) end(held, at, endOf(event))
    },
    restated(envelope, subagentRunId, message) {
      const held = speaking(envelope, subagentRunId)
      if (held !== undefined) restate(stepsOf(held), message, envelope.at)
    },
    progress(envelope, subagentRunId, toolCallId, text) {
      const held = speaking(envelope, subagentRunId)
      if (held === undefined) return
      const steps = stepsOf(held)
      const call = steps.get('tool', toolCallId)
      if (call?.status === 'running') steps.change(call, { text })
    },
    superseded(envelope, messageIds, subagentRunId) {
      const { runId, at } = envelope
      const ids = new Set(messageIds)
      for (const [id, held] of runs.get(runId) ?? []) {
        if ((subagentRunId ?? id) !== id || get(held).status !== 'running') continue
        const steps = stepsOf(held)
        const isGone = (step: SubagentStep) => ids.has(step.messageId ?? '') && !steps.isOpen(step)
        steps.replace(isGone, { at, kind: 'status', title: 'Interrupted, asked again' })
        held.at = at
        changed.add(held)
      }
    },
    asked(runId, subagentRunId) {
      const held = find(runId, subagentRunId)
      if (held !== undefined) put(held, { ...get(held), stopping: true })
    },
    runEnded(runId, outcome, at) {
      for (const held of runs.get(runId)?.values() ?? []) {
        if (get(held).status === 'running') end(held, at, endWith(outcome))
      }
    },
    pruned(runId, subagentRunIds) {
      for (const id of subagentRunIds) {
        const held = runs.get(runId)?.get(id)
        if (held === undefined) continue
        const { steps, droppedSteps, ...rest } = get(held)
        if (rest.status === 'running' || steps.length === 0) continue
        put(held, { ...rest, steps: [], droppedSteps: droppedSteps + steps.length })
      }
    },
    clear() {
      list = []
      draft = undefined
      runs.clear()
      changed.clear()
    },
    handOut() {
      if (changed.size === 0 && draft === undefined) return list
      for (const held of changed) {
        const { at, steps } = held
        put(held, { ...get(held), ...(at !== undefined && { updatedAt: at }), ...steps?.handOut() })
        held.at = undefined
      }
      changed.clear()
      draft = undefined
      return list
    },
  }
}

function whoIs({ subagentRunId, name, parentToolCallId, parentSubagentRunId, metadata }: SubagentStartedEvent): Who {
  const mark = metadata?.holdfast as { readonly jobId?: unknown } | null | undefined
  const jobId = typeof mark?.jobId === 'string' && mark.jobId !== '' ? mark.jobId : subagentRunId
  return {
    ...(parentToolCallId !== undefined && { parentToolCallId }),
    ...(parentSubagentRunId !== undefined && { parentSubagentRunId }),
    jobId: truncate(jobId, MAX_JOB_ID),
    name: truncate(typeof name === 'string' && name !== '' ? name : subagentRunId, MAX_NAME),
  }
}

function endOf(event: SubagentFinishedEvent | SubagentErrorEvent): End {
  if (event.type === EventType.SUBAGENT_FINISHED) {
    const { outcome } = event
    if (outcome?.type !== 'suspended') return { status: 'succeeded' }
    const interruptIds = Array.isArray(outcome.interruptIds) ? outcome.interruptIds.filter(isText) : []
    return { status: 'succeeded', interruptIds }
  }
  const { code, message } = event
  return failedWith({
    ...(isText(code) && { code: truncate(code, MAX_CODE) }),
    message: isText(message) ? message : '',
  })
}

/** For sub-agents that their agent did not announce, or whose end the log does not have. */
function endWith(outcome: Outcome): End {
  const error = closingError(outcome)
  return outcome.type === 'succeeded' || outcome.type === 'interrupted' ? { status: 'succeeded' } : failedWith(error)
}

function failedWith({ code, message }: NonNullable<Subagent['error']>): End {
  const status = code === 'cancelled' ? 'cancelled' : 'failed'
  return { status, error: { ...(code !== undefined && { code }), message: truncate(message, MAX_MESSAGE) } }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
