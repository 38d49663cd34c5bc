/**
 * The recorder turns what an agent says into a legal AG-UI run. The server's engine and the mode without a server share
 * it.
 *
 * Owns: which events are recorded, and in what form. Its parts check one event (`check.ts`), expand chunks
 * (`chunks.ts`), know what is open and what may come now (`order.ts`), bound the shared state (`state-guard.ts`), and
 * gather the output (`output.ts`). Does not know: time, seq, storage, leases.
 *
 * Invariants:
 * - Whatever goes in, what comes out is a legal AG-UI run, if RUN_STARTED is written before it and `end` comes last.
 * - An event's JSON is made once, here. Everything downstream sends those bytes.
 */
import { type Event, EventType, type RunAgentInput, type TokenUsage } from '@ag-ui/core'
import { jsonLength, utf8Length } from '../json/bytes.ts'
import { closingEvents } from '../lifecycle/close.ts'
import { runTerminal } from '../lifecycle/events.ts'
import type { Failure, Outcome } from '../lifecycle/outcome.ts'
import { checkEvent } from './check.ts'
import { type ChunkEvent, type Chunks, createChunks, UNNAMED_TOOL } from './chunks.ts'
import type { DeltaExtras } from './coalesce.ts'
import { type AgentsEnd, agentsEnd, isEnd, outcomeOfReturn, type Unfinished } from './ending.ts'
import type { RecorderLimits } from './limits.ts'
import { createOrder, type DeltaType, type Entity } from './order.ts'
import { createOutput } from './output.ts'
import { createPassedOver } from './passed-over.ts'
import { broken, Refusal, tooMuch } from './refusal.ts'
import { isAgentId, isRecord } from './shape.ts'
import { changesShared, createStateGuard, type StateGuard } from './state-guard.ts'

/** The result of recording one thing that the agent said. */
export type Verdict =
  | { readonly type: 'recorded' }
  /** The agent ended the run itself (RUN_FINISHED or RUN_ERROR). Everything after it is refused. */
  | ({ readonly type: 'ended' } & AgentsEnd)
  /** The agent broke a rule or a limit. The caller ends the run with this failure; nothing of the event was kept. */
  | { readonly type: 'refused'; readonly failure: Failure }

export interface Recorder {
  /** Records one thing that the agent said. RUN_STARTED is accepted and dropped, because the server writes its own. */
  record(input: unknown): Verdict
  /**
   * Continues a run that another worker began, from the events that it wrote, in order. What they opened stays open,
   * they count against the limits, and `take` returns none of them. Call it before anything else.
   */
  resume(written: Iterable<unknown>): Verdict
  /** What has gathered since the last call, coalesced: each item is the JSON of one AG-UI event. */
  take(): string[]
  /** Approximate UTF-8 bytes that `take` would return now. */
  pendingBytes(): number
  /**
   * The outcome when the agent's stream ends now: a success if it said something and closed what it opened, else
   * `failed{agent_incomplete}`. It may leave steps, reasoning, sub-agents and what its chunks opened.
   */
  returned(): Outcome
  /**
   * Ends the run: what `take` would return, the closing events, and the one RUN_FINISHED or RUN_ERROR last. It may be
   * called again with another outcome if the store refused the first; only how its sub-agents and it end is then different.
   */
  end(outcome: Outcome, usage?: readonly TokenUsage[]): string[]
  /** How many events were passed over, by type; types that are not plain names count as `other`. */
  readonly passedOver: ReadonlyMap<string, number>
}

export interface RecorderOptions {
  /** The agent may not write into `messages`, which it was given. `state` is the value that its patches apply to. */
  readonly input: Pick<RunAgentInput, 'threadId' | 'runId' | 'messages' | 'resume'> & { readonly state?: unknown }
  readonly limits: RecorderLimits
  /**
   * For agents that we do not control. A delta without a start gets one, and an event that breaks a rule (an unknown
   * type, an end of nothing) is passed over instead of ending the run. Limits still apply.
   */
  readonly tolerant?: boolean
  /**
   * Called when a run event names another thread or run than the one that the agent was asked for. Such an address is
   * never used. `refuse` ends the run.
   */
  readonly onForeign?: (event: ForeignEvent) => 'refuse' | 'drop'
}

/** A field in which an agent gave its run's event the address of another run. */
export interface ForeignEvent {
  readonly type: EventType
  readonly field: 'threadId' | 'runId'
}

const RECORDED: Verdict = { type: 'recorded' }

export function createRecorder({
  input,
  limits,
  tolerant = false,
  onForeign = () => 'drop',
}: RecorderOptions): Recorder {
  const order = createOrder({ ...input, tolerant }, limits)
  const passedOver = createPassedOver()
  const output = createOutput(limits)
  // Most agents send no chunks and have no shared state, so these two are made when first needed.
  let chunks: Chunks | undefined
  let guard: StateGuard | undefined
  let events = 0
  let over: Failure | undefined
  let rest: readonly string[] | undefined

  function say(given: unknown): Verdict {
    if (++events > limits.maxEvents) tooMuch(`The agent sent more than ${limits.maxEvents} events in one run.`)
    if (!isRecord(given)) return broken('The agent sent something that is not an AG-UI event.')
    switch (given.type) {
      case EventType.TEXT_MESSAGE_CONTENT:
      case EventType.REASONING_MESSAGE_CONTENT:
        if (given.metadata === undefined) return sayDelta(given.type, given.messageId, given)
        break
      case EventType.TOOL_CALL_ARGS:
        if (given.metadata === undefined) return sayDelta(given.type, given.toolCallId, given)
        break
    }
    const event = checkEvent(given, { size: limits.maxEventBytes, depth: limits.maxDepth })
    switch (event.type) {
      case EventType.RUN_STARTED:
        checkAddress(event.type, given)
        return RECORDED
      case EventType.RUN_FINISHED:
      case EventType.RUN_ERROR: {
        checkAddress(event.type, given)
        over = { code: 'agent_protocol', message: 'The agent continued after ending its run.' }
        return { type: 'ended', ...agentsEnd(event, unfinished(), order.callName) }
      }
      case EventType.TEXT_MESSAGE_CHUNK:
      case EventType.TOOL_CALL_CHUNK:
      case EventType.REASONING_MESSAGE_CHUNK:
        return sayChunk(event)
      default:
        closeLanes(event.type, 'subagentRunId' in event ? event.subagentRunId : undefined)
        keep(event)
        return RECORDED
    }
  }

  /** The server owns identity. An address from the agent is only compared with the run's own. */
  function checkAddress(type: EventType, given: Record<string, unknown>): void {
    for (const field of ['threadId', 'runId'] as const) {
      const said = given[field]
      if (said === undefined || said === null || said === input[field]) continue
      if (onForeign({ type, field }) === 'refuse') broken(`The agent sent a ${type} of another run: its ${field}.`)
    }
  }

  /** The hot path of every token: no copy, no JSON, no allocation. */
  function sayDelta(type: DeltaType, id: unknown, given: Record<string, unknown>): Verdict {
    const { delta, subagentRunId, timestamp } = given
    const tag = subagentRunId ?? undefined
    if (!isAgentId(id)) return broken(`The agent sent a ${type} without a valid id.`)
    if (typeof delta !== 'string') return broken(`The agent sent a ${type} without a delta.`)
    if (tag !== undefined && !isAgentId(tag)) return broken(`The agent sent a ${type} without a valid subagentRunId.`)
    if (timestamp !== undefined && timestamp !== null && !Number.isSafeInteger(timestamp)) {
      return broken(`The agent sent a ${type} whose timestamp is not a whole number.`)
    }
    closeLanes(type, tag)
    keepDelta(type, id, tag, delta, typeof timestamp === 'number' ? { timestamp } : undefined)
    return RECORDED
  }

  function sayChunk(chunk: ChunkEvent): Verdict {
    chunks ??= createChunks(tolerant)
    for (const event of chunks.expand(chunk)) keep(event)
    return RECORDED
  }

  function closeLanes(type: EventType, owner: string | undefined): void {
    if (!chunks) return
    for (const end of chunks.interrupted(type, owner)) keep(end)
  }

  function keep(event: Event): void {
    if (event.type === EventType.TOOL_CALL_ARGS) {
      keepDelta(event.type, event.toolCallId, event.subagentRunId, event.delta, extrasOf(event))
    } else if (event.type === EventType.TEXT_MESSAGE_CONTENT || event.type === EventType.REASONING_MESSAGE_CONTENT) {
      keepDelta(event.type, event.messageId, event.subagentRunId, event.delta, extrasOf(event))
    } else {
      const json = JSON.stringify(event)
      const size = utf8Length(json)
      output.checkSize(size)
      if (tolerant && event.type === EventType.TOOL_CALL_RESULT && order.isCallOpen(event.toolCallId)) {
        keep({ type: EventType.TOOL_CALL_END, toolCallId: event.toolCallId })
      }
      const admitted = admit(event)
      if (admitted === 'passed_over') return
      const said = admitted === 'changed' ? JSON.stringify(event) : json
      const copied = admitShared(event, size)
      output.checkSize(size + copied)
      output.append(said, size, copied)
    }
  }

  function admit(event: Event): 'as_said' | 'changed' | 'passed_over' {
    try {
      return order.admit(event) ? 'changed' : 'as_said'
    } catch (error) {
      if (!mayPass(error)) throw error
      passedOver.count(event.type)
      return 'passed_over'
    }
  }

  function mayPass(error: unknown): boolean {
    return tolerant && error instanceof Refusal && error.failure.code === 'agent_protocol'
  }

  /** How many bytes an event, whose JSON has `size` bytes, copies within the shared state. */
  function admitShared(event: Event, size: number): number {
    if (!changesShared(event)) return 0
    guard ??= createStateGuard(input, limits)
    return guard.admit(event, size)
  }

  function keepDelta(
    type: DeltaType,
    id: string,
    tag: string | undefined,
    delta: string,
    extras: DeltaExtras | undefined,
  ): void {
    const size = jsonLength(delta)
    const entity = order.going(type, id, tag) ?? begun(type, id, tag)
    output.checkSize(size)
    if (size === 0 && extras?.metadata === undefined) return
    output.add(type, entity, delta, size, extras)
  }

  function begun(type: DeltaType, id: string, tag: string | undefined): Entity {
    if (tolerant) keep(startOf(type, id, tag))
    return order.continuing(type, id, tag)
  }

  /** What chunks opened is left out, because the recorder closes it. */
  function unfinished(): Unfinished {
    const left = order.open().filter((item) => !chunks?.implied(item))
    return { call: left.some(({ kind }) => kind === 'tool_call'), text: left.some(({ kind }) => kind === 'text') }
  }

  function record(given: unknown): Verdict {
    if (over) return { type: 'refused', failure: over }
    try {
      return say(given)
    } catch (error) {
      if (mayPass(error) && !isEnd(given)) {
        passedOver.count(isRecord(given) ? given.type : undefined)
        return RECORDED
      }
      // A getter or a proxy may throw anything, and a person must not see what it threw.
      const unreadable: Failure = { code: 'agent_protocol', message: 'The agent sent an event that cannot be read.' }
      over = error instanceof Refusal ? error.failure : unreadable
      return { type: 'refused', failure: over }
    }
  }

  return {
    record,
    resume(written) {
      let verdict = RECORDED
      order.inherit(() => {
        for (const event of written) {
          verdict = record(event)
          if (verdict.type !== 'recorded') break
        }
      })
      output.take()
      return verdict
    },
    take: output.take,
    pendingBytes: output.pendingBytes,
    returned: () => outcomeOfReturn(unfinished(), output.isUnused()),
    end(outcome, usage) {
      over ??= { code: 'agent_protocol', message: 'The agent continued after its run had ended.' }
      rest ??= output.take()
      const last = [...closingEvents(order.open(), outcome), runTerminal(outcome, input, usage)]
      return [...rest, ...last.map((event) => JSON.stringify(event))]
    },
    passedOver: passedOver.counts,
  }
}

/** The start event that a tolerated agent left out before its delta. */
function startOf(type: DeltaType, id: string, tag: string | undefined): Event {
  const owner = tag === undefined ? {} : { subagentRunId: tag }
  switch (type) {
    case EventType.TEXT_MESSAGE_CONTENT:
      return { type: EventType.TEXT_MESSAGE_START, messageId: id, role: 'assistant', ...owner }
    case EventType.REASONING_MESSAGE_CONTENT:
      return { type: EventType.REASONING_MESSAGE_START, messageId: id, role: 'reasoning', ...owner }
    case EventType.TOOL_CALL_ARGS:
      return { type: EventType.TOOL_CALL_START, toolCallId: id, toolCallName: UNNAMED_TOOL, ...owner }
  }
}

function extrasOf({ timestamp, metadata }: Pick<Event, 'timestamp' | 'metadata'>): DeltaExtras | undefined {
  if (timestamp === undefined && metadata === undefined) return undefined
  return { ...(timestamp === undefined ? {} : { timestamp }), ...(metadata === undefined ? {} : { metadata }) }
}
