/**
 * Recorder: turns what an agent says into a legal AG-UI run. The server's engine and the no-server mode share it.
 *
 * Owns: checking each event by hand (no schema library per delta), expanding chunks, coalescing deltas, knowing what is
 * open, closing it in order, the one terminal event. Does not know: time, seq, storage, leases.
 *
 * Invariants:
 * - Whatever goes in, what comes out is a legal AG-UI run, once `start` came first and `end` last.
 * - An event's JSON is made once, here; everybody after sends those bytes.
 */
import { type Event, EventType, type Interrupt, type RunAgentInput, type TokenUsage } from '@ag-ui/core'
import { jsonLength, utf8Length } from './bytes.ts'
import { checkEvent } from './check.ts'
import { type ChunkEvent, type Chunks, createChunks, UNNAMED_TOOL } from './chunks.ts'
import { closingEvents } from './close.ts'
import { createCoalescer, type DeltaExtras } from './coalesce.ts'
import { runTerminal } from './events.ts'
import { createOrder, type DeltaType, type Entity } from './order.ts'
import { type Failure, failureSaying, type Outcome } from './outcome.ts'
import { broken, Refusal, tooMuch } from './refusal.ts'
import { isAgentId, isRecord } from './shape.ts'
import { changesShared, createStateGuard, type StateGuard } from './state-guard.ts'

export interface RecorderLimits {
  /** Events the agent may say in one run. */
  readonly maxEvents: number
  /** UTF-8 bytes of event JSON in one run. */
  readonly maxBytes: number
  /** UTF-8 bytes of one event as the agent said it. */
  readonly maxEventBytes: number
  /** Nesting of one event's JSON. */
  readonly maxDepth: number
  /** UTF-8 bytes up to which deltas are joined. */
  readonly maxCoalescedBytes: number
  /** Of the shared state, and of each activity's content, however it came about; UTF-16 units of its JSON. */
  readonly maxStateBytes: number
}

export const DEFAULT_RECORDER_LIMITS: RecorderLimits = {
  maxEvents: 1_000_000,
  maxBytes: 256 * 1024 * 1024,
  maxEventBytes: 1024 * 1024,
  maxDepth: 64,
  maxCoalescedBytes: 64 * 1024,
  maxStateBytes: 4 * 1024 * 1024,
}

/** What became of one thing the agent said. */
export type Verdict =
  | { readonly type: 'recorded' }
  /** The agent ended the run itself (RUN_FINISHED or RUN_ERROR): nothing more is taken. */
  | {
      readonly type: 'ended'
      readonly outcome: Outcome
      readonly usage?: readonly TokenUsage[]
      /** The agent's own words for its failure, where a person is not told all of them. */
      readonly said?: string
    }
  /** The agent broke a rule or a limit: the run is to be ended with this failure. Nothing of the event was kept. */
  | { readonly type: 'refused'; readonly failure: Failure }

export interface Recorder {
  /** Takes one thing the agent said; RUN_STARTED is accepted and dropped: the server has written its own. */
  record(input: unknown): Verdict
  /**
   * Takes up a run that another worker began: what it wrote, in order. What is open stays open, what was counted counts,
   * nothing of it is given by `take`. Before anything else; the verdict is on all of it.
   */
  resume(written: Iterable<unknown>): Verdict
  /** What has gathered since the last call, coalesced, each the JSON of one AG-UI event. */
  take(): string[]
  /** Approximate bytes that `take` would give now; 0 when nothing waits. */
  pendingBytes(): number
  /**
   * What it means that the agent's stream just ended: a success if it said something and closed what it opened (what
   * chunks opened closes itself), else `failed{agent_incomplete}`. Steps, reasoning and sub-agents may be left open.
   */
  returned(): Outcome
  /**
   * What ends the run: the rest of what waits, the closing events, the one RUN_FINISHED or RUN_ERROR last. May be
   * called again with another outcome when the first was refused by the store; it then gives the same closing events.
   */
  end(outcome: Outcome, usage?: readonly TokenUsage[]): string[]
  /** How many events were passed over, by their type where it is a plain name. */
  readonly passedOver: ReadonlyMap<string, number>
}

export interface RecorderOptions {
  /** `messages` are those the agent is given: it may not write into them. `state` is what its patches begin with. */
  readonly input: Pick<RunAgentInput, 'threadId' | 'runId' | 'messages' | 'resume'> & { readonly state?: unknown }
  readonly limits: RecorderLimits
  /**
   * For agents that somebody else wrote. Words without a start get one; what the agent says besides and may not say
   * (an unknown event, an end of nothing) is passed over instead of ending its run. Limits hold all the same.
   */
  readonly tolerant?: boolean
  /**
   * Told when the agent says that a run event is of another thread or run than it was asked for. Such an address is
   * never taken. `refuse` ends the run.
   */
  readonly onForeign?: (event: ForeignEvent) => 'refuse' | 'drop'
}

/** An address that an agent gave an event of its run, and that is not its run's. */
export interface ForeignEvent {
  readonly type: EventType
  readonly field: 'threadId' | 'runId'
}

const RECORDED: Verdict = { type: 'recorded' }

/** Types are an agent's own words: few are kept, and only what looks like one. */
const MAX_PASSED_TYPES = 16
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
const OTHER = 'other'

export function createRecorder({
  input,
  limits,
  tolerant = false,
  onForeign = () => 'drop',
}: RecorderOptions): Recorder {
  const order = createOrder({ ...input, tolerant })
  const passedOver = new Map<string, number>()
  /** Most agents say no chunks, and have no shared state: what keeps those in order is made for the first of them. */
  let chunks: Chunks | undefined
  let guard: StateGuard | undefined
  const coalescer = createCoalescer(limits.maxCoalescedBytes, emit)
  let waiting: string[] = []
  let waitingBytes = 0
  let events = 0
  let bytes = 0
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
        const outcome = outcomeOf(event, incomplete(), order.callName)
        over = { code: 'agent_protocol', message: 'The agent went on after it had ended its run.' }
        const said = event.type === EventType.RUN_ERROR ? event.message : ''
        const cut = outcome.type === 'failed' && said.trim() !== '' && outcome.message !== said.trim()
        return {
          type: 'ended',
          outcome,
          ...(event.usage === undefined ? {} : { usage: event.usage }),
          ...(cut && { said }),
        }
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

  /** The server owns identity: what the agent says of it is only held against what it was told. */
  function checkAddress(type: EventType, given: Record<string, unknown>): void {
    for (const field of ['threadId', 'runId'] as const) {
      const said = given[field]
      if (said === undefined || said === null || said === input[field]) continue
      if (onForeign({ type, field }) === 'refuse') broken(`The agent sent a ${type} of another run: its ${field}.`)
    }
  }

  /** The hot path: no copy, no JSON, no allocation. */
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
      checkSize(size)
      if (tolerant && event.type === EventType.TOOL_CALL_RESULT && order.isCallOpen(event.toolCallId)) {
        keep({ type: EventType.TOOL_CALL_END, toolCallId: event.toolCallId })
      }
      const admitted = admit(event)
      if (admitted === 'passed_over') return
      const said = admitted === 'changed' ? JSON.stringify(event) : json
      const copied = admitShared(event, size)
      checkSize(size + copied)
      coalescer.flush()
      emit(said, size)
      bytes += copied
    }
  }

  function admit(event: Event): 'as_said' | 'changed' | 'passed_over' {
    try {
      return order.admit(event) ? 'changed' : 'as_said'
    } catch (error) {
      if (!mayPass(error)) throw error
      passOver(event.type)
      return 'passed_over'
    }
  }

  function mayPass(error: unknown): boolean {
    return tolerant && error instanceof Refusal && error.failure.code === 'agent_protocol'
  }

  function passOver(type: unknown): void {
    const plain = typeof type === 'string' && PLAIN_NAME.test(type) ? type : OTHER
    const name = passedOver.has(plain) || passedOver.size < MAX_PASSED_TYPES ? plain : OTHER
    passedOver.set(name, (passedOver.get(name) ?? 0) + 1)
  }

  /** How many bytes the event, whose JSON has `size`, copies within what is shared. */
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
    checkSize(size)
    if (size === 0 && extras?.metadata === undefined) return
    coalescer.add(type, entity, delta, size, extras)
  }

  function begun(type: DeltaType, id: string, tag: string | undefined): Entity {
    if (tolerant) keep(startOf(type, id, tag))
    return order.continuing(type, id, tag)
  }

  function checkSize(size: number): void {
    if (size > limits.maxEventBytes) tooMuch(`The agent sent an event of more than ${limits.maxEventBytes} bytes.`)
    if (bytes + coalescer.growing() + size > limits.maxBytes) {
      tooMuch(`The agent sent more than ${limits.maxBytes} bytes in one run.`)
    }
  }

  function emit(json: string, size: number): void {
    waiting.push(json)
    waitingBytes += size
    bytes += size
  }

  function take(): string[] {
    coalescer.flush()
    const taken = waiting
    waiting = []
    waitingBytes = 0
    return taken
  }

  /** What the agent began and left unfinished, as a failure. */
  function incomplete(): Incomplete {
    const left = order.open().filter((item) => !chunks?.implied(item))
    return { call: left.some(({ kind }) => kind === 'tool_call'), text: left.some(({ kind }) => kind === 'text') }
  }

  function record(given: unknown): Verdict {
    if (over) return { type: 'refused', failure: over }
    try {
      return say(given)
    } catch (error) {
      if (mayPass(error) && !isEnd(given)) {
        passOver(isRecord(given) ? given.type : undefined)
        return RECORDED
      }
      // A getter or a proxy of the agent's may throw anything; what it threw is not for a person's eyes.
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
      take()
      return verdict
    },
    take,
    pendingBytes: () => waitingBytes + coalescer.growing(),
    returned() {
      const left = incomplete()
      if (left.call) return CALL_LEFT_OPEN
      if (left.text) return TEXT_LEFT_OPEN
      return bytes === 0 ? NOTHING_SAID : { type: 'succeeded' }
    },
    end(outcome, usage) {
      over ??= { code: 'agent_protocol', message: 'The agent went on after its run had ended.' }
      rest ??= [...take(), ...closingEvents(order.open()).map((event) => JSON.stringify(event))]
      return [...rest, JSON.stringify(runTerminal(outcome, input, usage))]
    },
    passedOver,
  }
}

interface Incomplete {
  readonly call: boolean
  readonly text: boolean
}

const CALL_LEFT_OPEN = failed('agent_incomplete', 'The agent ended in the middle of a tool call. Try again.')
const TEXT_LEFT_OPEN = failed('agent_incomplete', 'The agent ended in the middle of its answer. Try again.')
const NOTHING_SAID = failed('agent_incomplete', 'The agent ended without an answer. Try again.')
const CANCELLED_UNASKED = failed('agent_error', 'The agent cancelled its run, though nobody had asked for that.')

function failed(code: Failure['code'], message: string): Outcome {
  return { type: 'failed', ...failureSaying(code, message) }
}

/**
 * What an agent's own end means. It may leave a text or a step open, since it says that it is done; half a tool call's
 * arguments are no call. That it was cancelled is only ours to say: a cancel that was asked for wins in the store.
 */
function outcomeOf(
  event: Extract<Event, { type: EventType.RUN_FINISHED | EventType.RUN_ERROR }>,
  left: Incomplete,
  callName: (id: string) => string,
): Outcome {
  if (event.type === EventType.RUN_ERROR)
    return failed('agent_error', event.message.trim() || 'The agent failed without saying why. Try again.')
  switch (event.outcome?.type) {
    case 'cancelled':
      return CANCELLED_UNASKED
    case 'interrupt':
      return left.call
        ? CALL_LEFT_OPEN
        : { type: 'interrupted', interrupts: event.outcome.interrupts.map((asked) => underName(asked, callName)) }
    default:
      return left.call ? CALL_LEFT_OPEN : { type: 'succeeded' }
  }
}

function underName(asked: Interrupt, callName: (id: string) => string): Interrupt {
  return asked.toolCallId === undefined ? asked : { ...asked, toolCallId: callName(asked.toolCallId) }
}

/** The start that an agent has left out. */
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

function isEnd(given: unknown): boolean {
  return isRecord(given) && (given.type === EventType.RUN_FINISHED || given.type === EventType.RUN_ERROR)
}

function extrasOf({ timestamp, metadata }: Pick<Event, 'timestamp' | 'metadata'>): DeltaExtras | undefined {
  if (timestamp === undefined && metadata === undefined) return undefined
  return { ...(timestamp === undefined ? {} : { timestamp }), ...(metadata === undefined ? {} : { metadata }) }
}
