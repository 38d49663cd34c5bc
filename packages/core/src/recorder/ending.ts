/**
 * How an agent ended its run: by RUN_FINISHED or RUN_ERROR, or because its stream ended.
 *
 * Does not know: what the server does with the outcome. A cancel that a person asked for wins in the store.
 */
import { type Event, EventType, type Interrupt, type TokenUsage } from '@ag-ui/core'
import { type Failure, failureSaying, type Outcome } from '../lifecycle/outcome.ts'
import { isRecord } from './shape.ts'

/** Whether the agent left a tool call or a text unfinished. */
export interface Unfinished {
  readonly call: boolean
  readonly text: boolean
}

export type EndEvent = Extract<Event, { type: EventType.RUN_FINISHED | EventType.RUN_ERROR }>

/** The end of a run in its agent's own words. */
export interface AgentsEnd {
  readonly outcome: Outcome
  readonly usage?: readonly TokenUsage[]
  /** The agent's whole message for its failure, where a person is shown less than that. */
  readonly said?: string
}

const CALL_LEFT_OPEN = failed('agent_incomplete', 'The agent ended in the middle of a tool call. Try again.')
const TEXT_LEFT_OPEN = failed('agent_incomplete', 'The agent ended in the middle of its answer. Try again.')
const NOTHING_SAID = failed('agent_incomplete', 'The agent ended without an answer. Try again.')
const CANCELLED_UNASKED = failed('agent_error', 'The agent cancelled its run without being asked to.')

export function isEnd(given: unknown): boolean {
  return isRecord(given) && (given.type === EventType.RUN_FINISHED || given.type === EventType.RUN_ERROR)
}

/** `callName` maps the agent's id of a tool call to its id in the log. */
export function agentsEnd(event: EndEvent, left: Unfinished, callName: (id: string) => string): AgentsEnd {
  const outcome = outcomeOf(event, left, callName)
  const said = event.type === EventType.RUN_ERROR ? event.message : ''
  const isCut = outcome.type === 'failed' && said.trim() !== '' && outcome.message !== said.trim()
  return { outcome, ...(event.usage === undefined ? {} : { usage: event.usage }), ...(isCut && { said }) }
}

/** The outcome of a stream that ended without an event that ends the run. */
export function outcomeOfReturn(left: Unfinished, saidNothing: boolean): Outcome {
  if (left.call) return CALL_LEFT_OPEN
  if (left.text) return TEXT_LEFT_OPEN
  return saidNothing ? NOTHING_SAID : { type: 'succeeded' }
}

/**
 * An agent that ends its run may leave a text or a step open, because it says that it is done. Half of a tool call's
 * arguments are no call.
 */
function outcomeOf(event: EndEvent, left: Unfinished, callName: (id: string) => string): Outcome {
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

function failed(code: Failure['code'], message: string): Outcome {
  return { type: 'failed', ...failureSaying(code, message) }
}
