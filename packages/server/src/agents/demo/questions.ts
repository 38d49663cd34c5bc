/**
 * The demo agent's questions to a person, and what their answers mean. Pure. Does not know: when a question is asked.
 */
import { createHash } from 'node:crypto'
import { type Event, EventType, type Interrupt, type ResumeEntry, type RunAgentInput } from '@ag-ui/core'
import { z } from 'zod'
import type { AnswerCheck } from '../port.ts'
import type { DoneCall } from './done.ts'
import { type DemoScript, readScript } from './script.ts'

const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('happened'), result: z.unknown().optional() }),
  z.object({ outcome: z.literal('again') }),
  z.object({ outcome: z.literal('skip') }),
])

const approvalSchema = z.object({
  approved: z.boolean(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  argumentsHash: z.string().optional(),
  note: z.string().max(10_000).optional(),
})

/** The arguments of the tool that asks first. */
export const postcardSchema = z.object({ to: z.string().min(1).max(200), text: z.string().max(2_000) })

export type Approval = z.infer<typeof approvalSchema>

/** The end of a run that asks. */
export function asking({ threadId, runId }: RunAgentInput, interrupt: Interrupt): Event {
  return { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: 'interrupt', interrupts: [interrupt] } }
}

export function freeQuestion(id: string, script: DemoScript): Interrupt {
  const message = 'The script asks a question here. Answer whatever you like, and the run continues.'
  return { id, reason: 'question', message, metadata: { script } }
}

export function outcomeQuestion(id: string, call: DoneCall, script: DemoScript | undefined): Interrupt {
  return {
    id,
    reason: 'tool_outcome_unknown',
    message: `The server stopped while “${call.name}” was being called. Did it happen?`,
    toolCallId: call.id,
    responseSchema: {
      type: 'object',
      properties: { outcome: { type: 'string', enum: ['happened', 'again', 'skip'] }, result: {} },
      required: ['outcome'],
    },
    metadata: { ...aboutCall(call), ...(script && { script }) },
  }
}

export function approvalQuestion(id: string, call: Pick<DoneCall, 'id' | 'name' | 'args'>, message: string): Interrupt {
  return {
    id,
    reason: 'tool_approval',
    message,
    toolCallId: call.id,
    responseSchema: {
      type: 'object',
      properties: {
        approved: { type: 'boolean' },
        arguments: { type: 'object' },
        argumentsHash: { type: 'string' },
        note: { type: 'string' },
      },
      required: ['approved'],
    },
    metadata: aboutCall(call),
  }
}

function aboutCall({ name, args }: Pick<DoneCall, 'name' | 'args'>) {
  const argumentsHash = createHash('sha256').update(args).digest('hex')
  return { toolName: name, arguments: JSON.parse(args) as unknown, argumentsHash }
}

/** The script of the run that asked. */
export function scriptIn({ metadata }: Interrupt): DemoScript | undefined {
  const reading = readScript(metadata)
  return reading.type === 'script' ? reading.script : undefined
}

export function whatHappened({ status, payload }: ResumeEntry): {
  readonly type: 'happened' | 'again' | 'skip'
  readonly result?: string
} {
  const told = status === 'resolved' ? outcomeSchema.safeParse(payload).data : undefined
  if (!told) return { type: 'skip' }
  if (told.outcome !== 'happened') return { type: told.outcome }
  const { result } = told
  if (result === undefined) return { type: 'happened' }
  return { type: 'happened', result: typeof result === 'string' ? result : JSON.stringify(result) }
}

/** A withdrawn question was not approved. */
export function approvalIn({ status, payload }: ResumeEntry): Approval {
  return (status === 'resolved' && approvalSchema.safeParse(payload).data) || { approved: false }
}

export function checkAnswer({ reason }: Interrupt, payload: unknown): AnswerCheck {
  switch (reason) {
    case 'tool_outcome_unknown':
      return checked(outcomeSchema, payload)
    case 'tool_approval': {
      const check = checked(approvalSchema, payload)
      const edited = approvalSchema.safeParse(payload).data?.arguments
      return check.type === 'invalid' || edited === undefined ? check : checked(postcardSchema, edited)
    }
    default:
      return { type: 'ok' }
  }
}

function checked(schema: z.ZodType, value: unknown): AnswerCheck {
  const issue = schema.safeParse(value).error?.issues[0]
  if (!issue) return { type: 'ok' }
  const where = issue.path.length > 0 ? ` in “${issue.path.join('.')}”` : ''
  return { type: 'invalid', message: `This answer cannot be used${where}: ${issue.message}.` }
}
