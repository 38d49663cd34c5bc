/**
 * What a run's agents have done so far, as a pure function of the run's events. The loop applies its own events while
 * it goes, and those of the log when it continues after a crash or an answer: both give the same progress.
 *
 * Owns: what the events of a loop mean. Does not know: what comes next (`next.ts`), models, tools.
 *
 * A model call is a step: its output, then STEP_FINISHED once it is complete. Output without STEP_FINISHED is an
 * interrupted call. `holdfast.superseded` makes a step void.
 */
import { type Event, EventType, type TokenUsage } from '@ag-ui/core'
import type { Closable } from '@holdfast/core'
import type { ToolAnswer } from '../tools/port.ts'
import { isRecord, recordIn, textIn } from './values.ts'

/** CUSTOM: a call is being made. `value` is a `Start` with its `toolCallId`. */
export const TOOL_STARTED = 'holdfast.tool_started'
/** CUSTOM: `value.messageIds` were said by a model call that was interrupted and is made again. */
export const SUPERSEDED = 'holdfast.superseded'
/** CUSTOM: most of the run's tokens are used. `value` is `{used, limit}`. */
export const BUDGET = 'holdfast.budget'

/** What a call is made with, where it differs from what the model said. */
export interface Start {
  /** Arguments as the person edited them. */
  readonly arguments?: unknown
  /** The person's answers to what the tool asked so far, in order. */
  readonly answers?: readonly ToolAnswer[]
}

export interface Call {
  readonly id: string
  /** As the model said it. */
  readonly name: string
  /** The idempotency key. */
  readonly key: string
  arguments: string
  /** The newest start. Absent: it was never made. */
  start?: Start
  /** It was made by this run and not by an earlier one. */
  startedHere: boolean
  result?: { readonly text: string }
}

export interface Step {
  /** Undefined: the agent has no tools, and its steps are not named. */
  readonly name: string | undefined
  status: 'open' | 'complete' | 'void'
  readonly messages: { readonly id: string; text: string }[]
  /** Ids of thoughts. */
  readonly thoughts: string[]
  readonly calls: Call[]
}

export interface AgentProgress {
  readonly steps: Step[]
  /** How many of these earlier runs have made. */
  before: number
  /** What the agent has open now, in the order of opening. */
  readonly open: Map<string, Closable>
}

export interface ChildProgress extends AgentProgress {
  readonly id: string
  readonly jobId: string
  readonly parentCallId: string | undefined
  /** The sub-agent that started it; undefined: the run's own agent. */
  readonly parentId: string | undefined
  readonly isJob: boolean
  /** Its first message. */
  prompt: { readonly id: string; text: string } | undefined
  /** It was started in this run, and not only in an earlier one. */
  startedHere: boolean
  /** This run has said that it waits for an answer: nothing of it may follow before the run that answers. */
  suspendedHere: boolean
  end:
    | { readonly type: 'finished'; readonly text: string }
    | { readonly type: 'failed'; readonly message: string }
    | undefined
}

export interface Progress {
  apply(event: Event): void
  /** What follows are the events of the run itself. */
  beginRun(): void
  /** Of the run's own agent, or of a sub-agent that was started. */
  of(subagentRunId?: string): AgentProgress
  children(): readonly ChildProgress[]
  /** What the complete model calls of the run have used, as they reported it. */
  readonly usage: readonly TokenUsage[]
  /** The tokens of these in all. */
  readonly tokens: number
  /** The run has said that most of its tokens are used. */
  readonly hasWarned: boolean
  hasCall(id: string): boolean
  /** Whether a message was written by these events. */
  hasMessage(id: string): boolean
}

/** Characters of one call's arguments. */
export const MAX_ARGUMENTS = 1024 * 1024

export function createProgress(): Progress {
  const main = createAgent()
  const children = new Map<string, ChildProgress>()
  const calls = new Map<string, Call>()
  const messages = new Set<string>()
  const usage: TokenUsage[] = []
  let tokens = 0
  let hasWarned = false

  function of(id: string | undefined): AgentProgress {
    return (id !== undefined && children.get(id)) || main
  }

  /** The step that is being written. An agent without tools names none. */
  function stepIn(agent: AgentProgress): Step {
    const last = agent.steps.at(-1)
    return last?.status === 'open' ? last : addStep(agent, undefined)
  }

  function startChild(event: Extract<Event, { type: EventType.SUBAGENT_STARTED }>): void {
    const known = children.get(event.subagentRunId)
    if (known) {
      known.startedHere = true
      return
    }
    const { jobId, background, startedBy } = recordIn(event.metadata, 'holdfast')
    children.set(event.subagentRunId, {
      ...createAgent(),
      id: event.subagentRunId,
      jobId: textIn(jobId) ?? event.subagentRunId,
      parentCallId: event.parentToolCallId,
      parentId: textIn(startedBy) ?? event.parentSubagentRunId,
      isJob: background === true,
      prompt: undefined,
      startedHere: true,
      suspendedHere: false,
      end: undefined,
    })
  }

  function custom(agent: AgentProgress, name: string, value: unknown): void {
    if (name === BUDGET) hasWarned = true
    if (!isRecord(value)) return
    if (name === TOOL_STARTED) {
      const call = calls.get(String(value.toolCallId))
      if (!call) return
      const { toolCallId: _, ...start } = value
      call.start = start as Start
      call.startedHere = true
    } else if (name === SUPERSEDED) {
      const last = agent.steps.at(-1)
      if (last?.status !== 'open') return
      // A named step stays open until its STEP_FINISHED.
      if (last.name === undefined) last.status = 'void'
      last.messages.length = 0
      last.calls.length = 0
      last.thoughts.length = 0
    }
  }

  function apply(event: Event): void {
    if ('messageId' in event && event.messageId !== undefined) messages.add(event.messageId)
    const tag = 'subagentRunId' in event ? event.subagentRunId : undefined
    const agent = of(tag)
    switch (event.type) {
      case EventType.STEP_STARTED:
        addStep(agent, event.stepName)
        open(agent, 'step', event.stepName, tag)
        break
      case EventType.STEP_FINISHED: {
        close(agent, 'step', event.stepName)
        const last = agent.steps.at(-1)
        if (last?.status !== 'open') break
        const { usage: reported, superseded } = recordIn(event.metadata, 'holdfast')
        last.status = superseded === true ? 'void' : 'complete'
        for (const entry of Array.isArray(reported) ? (reported as TokenUsage[]) : []) {
          usage.push(entry)
          tokens += tokensIn(entry)
        }
        break
      }
      case EventType.TEXT_MESSAGE_START:
        open(agent, 'text', event.messageId, tag)
        if (event.role === 'user') (agent as ChildProgress).prompt = { id: event.messageId, text: '' }
        else stepIn(agent).messages.push({ id: event.messageId, text: '' })
        break
      case EventType.TEXT_MESSAGE_CONTENT: {
        const { prompt } = agent as Partial<ChildProgress>
        const message =
          prompt?.id === event.messageId
            ? prompt
            : agent.steps.at(-1)?.messages.findLast(({ id }) => id === event.messageId)
        if (message) message.text += event.delta
        break
      }
      case EventType.TEXT_MESSAGE_END:
        close(agent, 'text', event.messageId)
        break
      case EventType.REASONING_START:
        open(agent, 'reasoning_block', event.messageId, tag)
        stepIn(agent).thoughts.push(event.messageId)
        break
      case EventType.REASONING_MESSAGE_START:
        open(agent, 'reasoning', event.messageId, tag)
        break
      case EventType.REASONING_MESSAGE_END:
        close(agent, 'reasoning', event.messageId)
        break
      case EventType.REASONING_END:
        close(agent, 'reasoning_block', event.messageId)
        break
      case EventType.TOOL_CALL_START: {
        open(agent, 'tool_call', event.toolCallId, tag)
        const { toolCallId: id, toolCallName: name, parentMessageId, metadata } = event
        const step = stepIn(agent)
        const key = textIn(recordIn(metadata, 'holdfast').key) ?? id
        const call: Call = { id, name, key, arguments: '', startedHere: false }
        calls.set(id, call)
        step.calls.push(call)
        if (parentMessageId !== undefined) messages.add(parentMessageId)
        if (parentMessageId !== undefined && !step.messages.some((message) => message.id === parentMessageId))
          step.messages.push({ id: parentMessageId, text: '' })
        break
      }
      case EventType.TOOL_CALL_ARGS: {
        const call = calls.get(event.toolCallId)
        if (call && call.arguments.length <= MAX_ARGUMENTS) call.arguments += event.delta
        break
      }
      case EventType.TOOL_CALL_END:
        close(agent, 'tool_call', event.toolCallId)
        break
      case EventType.TOOL_CALL_RESULT: {
        const call = calls.get(event.toolCallId)
        if (call && typeof event.content === 'string') call.result = { text: event.content }
        break
      }
      case EventType.SUBAGENT_STARTED:
        startChild(event)
        break
      case EventType.SUBAGENT_FINISHED: {
        const child = children.get(event.subagentRunId)
        if (child && event.outcome?.type === 'suspended') child.suspendedHere = true
        else if (child) child.end = { type: 'finished', text: typeof event.result === 'string' ? event.result : '' }
        break
      }
      case EventType.SUBAGENT_ERROR: {
        const child = children.get(event.subagentRunId)
        if (child) child.end = { type: 'failed', message: event.message }
        break
      }
      case EventType.CUSTOM:
        custom(agent, event.name, event.value)
    }
  }

  return {
    apply,
    beginRun() {
      for (const agent of [main, ...children.values()]) {
        agent.open.clear()
        agent.before = agent.steps.length
      }
      usage.length = 0
      tokens = 0
      hasWarned = false
      for (const child of children.values()) {
        child.startedHere = false
        child.suspendedHere = false
      }
      for (const call of calls.values()) call.startedHere = false
    },
    of,
    children: () => [...children.values()],
    usage,
    get tokens() {
      return tokens
    },
    get hasWarned() {
      return hasWarned
    },
    hasCall: (id) => calls.has(id),
    hasMessage: (id) => messages.has(id),
  }
}

function createAgent(): AgentProgress {
  return { steps: [], before: 0, open: new Map() }
}

function addStep(agent: AgentProgress, name: string | undefined): Step {
  const step: Step = { name, status: 'open', messages: [], thoughts: [], calls: [] }
  agent.steps.push(step)
  return step
}

function open(agent: AgentProgress, kind: Closable['kind'], id: string, tag: string | undefined): void {
  agent.open.set(`${kind} ${id}`, { kind, id, ...(tag !== undefined && { subagentRunId: tag }) })
}

function close(agent: AgentProgress, kind: Closable['kind'], id: string): void {
  agent.open.delete(`${kind} ${id}`)
}

function tokensIn({ totalTokens, inputTokens = 0, outputTokens = 0 }: TokenUsage): number {
  return totalTokens ?? inputTokens + outputTokens
}
