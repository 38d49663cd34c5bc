/**
 * The questions of a loop to the person, as interrupts of its run, and what may be answered. Owns: their reasons, forms
 * and texts. Does not know: who asks, and what an answer causes. Pure.
 */
import { createHash } from 'node:crypto'
import type { Interrupt } from '@ag-ui/core'
import { z } from 'zod'
import type { Answered } from '../port.ts'
import type { JsonObject, Tool, ToolAnswer, ToolQuestion } from '../tools/port.ts'
import type { Call } from './progress.ts'
import { isRecord, recordIn, textIn } from './values.ts'

const REASONS = ['tool_approval', 'tool_outcome_unknown', 'tool_question'] as const
export type Reason = (typeof REASONS)[number]

export interface Asking {
  readonly id: string
  readonly call: Call
  readonly subagentRunId: string | undefined
  /** The agent that made the call. */
  readonly agentId: string
}

/** `now` in milliseconds since the epoch. */
export function approvalOf(asking: Asking, tool: Tool, given: unknown, now: number): Interrupt {
  const { approvalTtlMs, inputSchema } = tool
  return {
    ...commonOf(asking, 'tool_approval', `May the agent call “${asking.call.name}”?`, given),
    responseSchema: {
      type: 'object',
      properties: {
        approved: { type: 'boolean', title: 'Approve' },
        arguments: { ...inputSchema, title: 'Arguments' },
        argumentsHash: { type: 'string' },
        note: { type: 'string', title: 'Note to the agent' },
      },
      required: ['approved'],
      additionalProperties: false,
    },
    ...(approvalTtlMs !== undefined && { expiresAt: new Date(now + approvalTtlMs).toISOString() }),
  }
}

export function unknownOutcomeOf(asking: Asking, given: unknown): Interrupt {
  const asked = `The server stopped while “${asking.call.name}” was being called. Did it happen?`
  return {
    ...commonOf(asking, 'tool_outcome_unknown', asked, given),
    responseSchema: {
      type: 'object',
      properties: {
        outcome: { type: 'string', enum: ['happened', 'again', 'skip'], title: 'Outcome' },
        result: { title: 'Its result, if it happened' },
        argumentsHash: { type: 'string' },
      },
      required: ['outcome'],
      additionalProperties: false,
    },
  }
}

export function toolQuestionOf(asking: Asking, { message, schema }: ToolQuestion, given: unknown): Interrupt {
  return { ...commonOf(asking, 'tool_question', message, given), responseSchema: schema }
}

function commonOf({ id, call, subagentRunId, agentId }: Asking, reason: Reason, message: string, given: unknown) {
  return {
    id,
    reason,
    message,
    toolCallId: call.id,
    ...(subagentRunId !== undefined && { subagentRunId }),
    metadata: {
      toolName: call.name,
      arguments: given,
      argumentsHash: hashOf(given),
      holdfast: { agentId },
    },
  }
}

/** SHA-256, in hex, of the canonical JSON: no white space, keys in order. */
function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : each,
  )
}

const Note = z.string().max(10_000)
const Hash = z.string()
const Approval = z.strictObject({
  approved: z.boolean(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  argumentsHash: Hash.optional(),
  note: Note.optional(),
})
const Outcome = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('happened'), result: z.unknown().optional(), argumentsHash: Hash.optional() }),
  z.strictObject({ outcome: z.literal('again'), argumentsHash: Hash.optional() }),
  z.strictObject({ outcome: z.literal('skip'), argumentsHash: Hash.optional() }),
])

/** What a person decided about a call. */
export type Decision =
  /** `given`: the arguments as the person edited them. */
  | { readonly type: 'call'; readonly given?: unknown; readonly answer?: ToolAnswer }
  | { readonly type: 'happened'; readonly result: unknown }
  | { readonly type: 'not_made'; readonly message: string }

export function decisionOf({ interrupt, answer }: Answered): Decision {
  const { payload, status } = answer
  switch (interrupt.reason) {
    case 'tool_approval': {
      const parsed = Approval.safeParse(payload)
      if (status === 'resolved' && parsed.success && parsed.data.approved) {
        const { arguments: edited } = parsed.data
        return { type: 'call', ...(edited !== undefined && { given: edited }) }
      }
      const note = textIn(isRecord(payload) ? payload.note : undefined)
      const denied =
        status === 'resolved'
          ? 'A person denied this call.'
          : 'A person dismissed the question whether to make this call.'
      return { type: 'not_made', message: `${denied} It was not made.${note ? ` They say: ${note}` : ''}` }
    }
    case 'tool_outcome_unknown': {
      const parsed = Outcome.safeParse(payload)
      const outcome = status === 'resolved' && parsed.success ? parsed.data : { outcome: 'skip' as const }
      if (outcome.outcome === 'again') return { type: 'call' }
      if (outcome.outcome === 'happened') return { type: 'happened', result: outcome.result }
      return {
        type: 'not_made',
        message:
          'The server stopped during this call. It may or may not have happened, and a person decided not to repeat it.',
      }
    }
    case 'tool_question':
      if (status !== 'resolved') return { type: 'call', answer: { type: 'cancelled' } }
      return { type: 'call', answer: { type: 'answered', content: isRecord(payload) ? payload : { value: payload } } }
    default:
      return { type: 'not_made', message: 'This call was not made.' }
  }
}

export type AnswerForm =
  | { readonly type: 'ok' }
  /** The tool must still take these arguments. */
  | {
      readonly type: 'arguments'
      readonly toolName: string
      readonly agentId: string | undefined
      readonly given: unknown
    }
  | { readonly type: 'invalid'; readonly message: string }

/** Whether an answer has the form that its question asks for. */
export function formOf(interrupt: Interrupt, payload: unknown): AnswerForm {
  switch (interrupt.reason) {
    case 'tool_approval': {
      const parsed = Approval.safeParse(payload)
      if (!parsed.success) return invalid('Answer with {approved: true or false}, and optionally arguments or a note')
      const { approved, arguments: given } = parsed.data
      if (!approved || given === undefined) return { type: 'ok' }
      const toolName = textIn(interrupt.metadata?.toolName) ?? ''
      return { type: 'arguments', toolName, agentId: textIn(recordIn(interrupt.metadata, 'holdfast').agentId), given }
    }
    case 'tool_outcome_unknown':
      return Outcome.safeParse(payload).success
        ? { type: 'ok' }
        : invalid('Answer with {outcome: "happened", "again" or "skip"}; happened may have a result')
    case 'tool_question':
      return fits(interrupt.responseSchema, payload)
    default:
      return invalid('The agent asked no such question')
  }
}

function fits(schema: JsonObject | undefined, payload: unknown): AnswerForm {
  let parsed: z.ZodSafeParseResult<unknown>
  try {
    parsed = z.fromJSONSchema((schema ?? {}) as Parameters<typeof z.fromJSONSchema>[0]).safeParse(payload)
  } catch {
    // A form that cannot be understood here is left to the tool that asked.
    return { type: 'ok' }
  }
  return parsed.success
    ? { type: 'ok' }
    : invalid(`The answer does not fit the form: ${z.prettifyError(parsed.error).slice(0, 500)}`)
}

function invalid(message: string): AnswerForm {
  return { type: 'invalid', message: `${message}.` }
}
