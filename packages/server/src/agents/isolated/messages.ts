/**
 * What the server and the process of a config module send each other: one JSON value a line. Owns: the shapes, and how
 * what was thrown crosses. Does not know: how lines travel.
 *
 * The other end is not trusted by the server: a message that does not fit is ignored, and what an agent or a tool says is
 * checked by those who check it anyway.
 */
import type { Interrupt, Message, RunAgentInput, TokenUsage } from '@ag-ui/core'
import type { Attention } from '@holdfast/core'
import { AgentFailure, failureIn } from '../failure.ts'
import type { AgentContext } from '../port.ts'
import type { JsonObject, ToolAnswer, ToolContext, ToolEffect, ToolQuestion } from '../tools/port.ts'

/** Number of a run or a call; never used again. */
export type Id = number

type Carried = Pick<AgentContext, 'tenantId' | 'roomId' | 'resumed' | 'answers' | 'continued'>
export type RunContext = Carried & { readonly attention: Attention }
export type CallContext = Omit<ToolContext, 'signal' | 'progress' | 'ask'> & { readonly canAsk: boolean }

/** What can be asked of an agent or a tool besides a run, with its arguments. */
export type Asked =
  | { readonly what: 'check'; readonly name: string; readonly args: readonly [forwardedProps: unknown] }
  | { readonly what: 'checkAnswer'; readonly name: string; readonly args: readonly [Interrupt, payload: unknown] }
  | { readonly what: 'entitle'; readonly name: string; readonly args: readonly [readonly Message[]] }
  | { readonly what: 'parse'; readonly name: string; readonly args: readonly [input: unknown] }
  | {
      readonly what: 'needsApproval' | 'execute'
      readonly name: string
      readonly args: readonly [input: unknown, CallContext]
    }

export type ToModule =
  | {
      readonly t: 'run'
      readonly id: Id
      readonly agentId: string
      readonly input: RunAgentInput
      readonly context: RunContext
    }
  /** So many batches of events have been used. */
  | { readonly t: 'used'; readonly id: Id; readonly batches: number }
  /** The signal of a run or a call aborts. */
  | { readonly t: 'abort'; readonly id: Id; readonly why: string }
  | { readonly t: 'abort-child'; readonly id: Id; readonly subagentRunId: string; readonly why: string }
  /** Nobody listens to the run any more. */
  | { readonly t: 'leave'; readonly id: Id }
  | { readonly t: 'written'; readonly id: Id; readonly n: number; readonly thrown?: Thrown }
  | ({ readonly t: 'call'; readonly id: Id } & Asked)
  | { readonly t: 'answer'; readonly id: Id; readonly n: number; readonly answer?: ToolAnswer }
  /** With the attention of the runs where it has changed. */
  | { readonly t: 'ping'; readonly attention: readonly (readonly [Id, Attention])[] }
  | { readonly t: 'close' }

export type FromModule =
  | { readonly t: 'loaded'; readonly config: Description }
  | { readonly t: 'refused'; readonly why: string }
  | { readonly t: 'events'; readonly id: Id; readonly events: readonly unknown[] }
  | { readonly t: 'ended'; readonly id: Id; readonly thrown?: Thrown }
  | { readonly t: 'usage'; readonly id: Id; readonly entry: TokenUsage }
  /** The agent waits until its first `count` events are durable. */
  | { readonly t: 'write'; readonly id: Id; readonly n: number; readonly count: number }
  | { readonly t: 'watch-child'; readonly id: Id; readonly subagentRunId: string }
  | { readonly t: 'returned'; readonly id: Id; readonly value?: unknown; readonly thrown?: Thrown }
  | { readonly t: 'progress'; readonly id: Id; readonly text: string }
  | { readonly t: 'ask'; readonly id: Id; readonly n: number; readonly question: ToolQuestion }
  | { readonly t: 'pong' }
  /** An error that nothing caught. After `ends` the process ends. */
  | { readonly t: 'uncaught'; readonly thrown: Thrown; readonly ends: boolean }

/** The module's default export, with agents and tools replaced by what is known of them. */
export interface Description {
  readonly agents: readonly (DescribedAgent | JsonObject)[]
  readonly tools: readonly DescribedTool[]
  /** All other settings, as they are. */
  readonly rest: JsonObject
}

export interface DescribedAgent {
  readonly isolated: true
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly tolerated?: boolean
  readonly afterCrash?: 'fail' | 'restart' | 'resume'
  readonly can: readonly ('check' | 'checkAnswer' | 'entitle')[]
}

export interface DescribedTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly effect: ToolEffect
  readonly approvalTtlMs?: number
  readonly timeoutMs?: number
}

export interface Thrown {
  readonly name: string
  readonly message: string
  /** Its frames, without the message. */
  readonly stack: string
  /** It was an AgentFailure. */
  readonly code?: string
}

const MAX_MESSAGE = 16 << 10
const MAX_STACK = 16 << 10

/** Reading what was thrown may throw in turn. */
export function thrownOf(error: unknown): Thrown {
  try {
    if (!(error instanceof Error)) return { name: 'Error', message: cut(String(error), MAX_MESSAGE), stack: '' }
    const { code } = failureIn(error) ?? {}
    const name = cut(String(error.name), 100)
    const message = String(error.message)
    const stack = framesOf(String(error.stack), `${name}: ${message}`)
    return { name, message: cut(message, MAX_MESSAGE), stack, ...(code !== undefined && { code }) }
  } catch {
    return { name: 'Error', message: 'A value was thrown that cannot be read.', stack: '' }
  }
}

/** The stack behind the message, which may be longer than all of it. */
function framesOf(stack: string, head: string): string {
  return cut(stack.startsWith(head) ? stack.slice(head.length) : stack.slice(stack.indexOf('\n') + 1), MAX_STACK)
}

export function errorOf({ name, message, stack, code }: Thrown): Error {
  if (code !== undefined) return new AgentFailure(code as AgentFailure['code'], message)
  if (name === 'AbortError') return new DOMException(message, name)
  const error = new Error(message)
  error.name = name
  // The origin is where it was thrown, not here.
  Object.defineProperty(error, 'stack', { value: `${name}: ${message}${stack}`, configurable: true })
  return error
}

const cut = (text: string, length: number) => (text.length <= length ? text : `${text.slice(0, length)}…`)

/** Stand-ins for events that no JSON can hold: the recorder refuses them as it would have refused the events. */
export const UNREADABLE = 'null'
export const TOO_DEEP = '{"type":"TOO_DEEP"}'
export const TOO_LARGE = '{"type":"TOO_LARGE"}'
