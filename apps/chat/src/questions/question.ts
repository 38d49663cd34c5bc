/**
 * What an agent asks, read from an AG-UI interrupt: how it can be answered, and what an answer sends.
 *
 * Pure. Owns: the kinds of questions. Does not know: React, requests.
 *
 * An interrupt comes from any agent. Whatever it holds, it is shown and can be answered: what is not understood is
 * answered as text or as JSON.
 */
import type { Answers } from '@holdfast/client'
import type { ThreadView } from '@holdfast/core'
import { type Choice, choicesOf, formOf, isObject, type Part } from './fields.ts'

export type Interrupt = ThreadView['interrupts'][number]
export type Answer = Answers[number]

export type Kind =
  /** A call that is carried out only if a person agrees. `note`: whether the agent can be told why not. */
  | {
      readonly type: 'approval'
      readonly tool: string | undefined
      /** JSON text; absent: they are not known, and cannot be edited. */
      readonly arguments?: string
      readonly hash?: string
      readonly note: boolean
    }
  /** A call was on its way when the server died. It may have happened. */
  | { readonly type: 'outcome'; readonly tool: string | undefined; readonly arguments?: string }
  /** `name`: the answer is an object with this one member. */
  | { readonly type: 'choices'; readonly choices: readonly Choice[]; readonly name?: string }
  | { readonly type: 'form'; readonly parts: readonly Part[] }
  | { readonly type: 'text' }
  | { readonly type: 'json'; readonly schema: string }

export interface Question {
  readonly id: string
  readonly text: string
  readonly kind: Kind
  readonly toolCallId?: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}

export function questionOf(interrupt: Interrupt): Question {
  const { id, toolCallId, expiresAt } = interrupt
  const kind = kindOf(interrupt)
  const until = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN
  return {
    id,
    text: textOf(interrupt, kind),
    kind,
    ...(typeof toolCallId === 'string' && { toolCallId }),
    ...(Number.isFinite(until) && { expiresAt: until }),
  }
}

function textOf({ message, reason }: Interrupt, kind: Kind): string {
  if (typeof message === 'string' && message.trim() !== '') return message
  if (kind.type === 'approval') return `Allow ${kind.tool ?? 'this tool call'}?`
  if (kind.type === 'outcome') return `It is not known whether ${kind.tool ?? 'this tool call'} happened.`
  return typeof reason === 'string' && reason.trim() !== '' ? reason : 'The agent asks for an answer.'
}

function kindOf({ reason, responseSchema: schema, metadata }: Interrupt): Kind {
  const of = isObject(metadata) ? metadata : {}
  const tool = typeof of.toolName === 'string' ? of.toolName : undefined
  const call = { tool, ...('arguments' in of && { arguments: JSON.stringify(of.arguments, null, 2) ?? 'null' }) }
  if (reason === 'tool_outcome_unknown') return { type: 'outcome', ...call }
  if (reason === 'tool_approval') {
    return {
      type: 'approval',
      ...call,
      ...(typeof of.argumentsHash === 'string' && { hash: of.argumentsHash }),
      note: true,
    }
  }
  if (!isObject(schema) || Object.keys(schema).length === 0) return { type: 'text' }
  const asked = isObject(schema.properties) ? schema.properties : {}
  const others = Object.keys(asked).filter((name) => name !== 'approved' && name !== 'note')
  if (isObject(asked.approved) && asked.approved.type === 'boolean' && others.length === 0) {
    return { type: 'approval', tool, note: 'note' in asked }
  }
  if (schema.type === 'boolean') return { type: 'choices', choices: YES_OR_NO }
  const choices = choicesOf(schema)
  if (choices) return { type: 'choices', choices }
  if (schema.type === 'string') return { type: 'text' }
  const [only, ...more] = Object.entries(asked)
  const ofOne = only && more.length === 0 && choicesOf(only[1])
  if (ofOne) return { type: 'choices', choices: ofOne, name: only[0] }
  const parts = formOf(schema)
  return parts ? { type: 'form', parts } : { type: 'json', schema: JSON.stringify(schema, null, 2) }
}

const YES_OR_NO: readonly Choice[] = [
  { value: true, label: 'Yes' },
  { value: false, label: 'No' },
]

export function resolved({ id }: Question, payload: unknown): Answer {
  return { interruptId: id, status: 'resolved', payload }
}

export function chosen(question: Question, { value }: Choice): Answer {
  const { kind } = question
  const name = kind.type === 'choices' ? kind.name : undefined
  return resolved(question, name === undefined ? value : { [name]: value })
}

export function approved(question: Question, edited?: unknown): Answer {
  const { kind } = question
  const hash = kind.type === 'approval' && kind.hash !== undefined && { argumentsHash: kind.hash }
  return resolved(question, { approved: true, ...hash, ...(edited !== undefined && { arguments: edited }) })
}

export function denied(question: Question, note = ''): Answer {
  return resolved(question, { approved: false, ...(note.trim() !== '' && { note: note.trim() }) })
}

/** Without an answer: the agent is told that there is none. */
export function skipped({ id }: Question): Answer {
  return { interruptId: id, status: 'cancelled' }
}

/** JSON text that a person has written. */
export function readJson(
  text: string,
): { readonly type: 'ok'; readonly value: unknown } | { readonly type: 'wrong'; readonly message: string } {
  try {
    return { type: 'ok', value: JSON.parse(text) }
  } catch (cause) {
    return { type: 'wrong', message: `This is no JSON: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}

/** The words of an answer that a person wrote into the message box. They go back there if the answer is refused. */
export function wordsIn(answers: Answers | undefined): string {
  const [answer] = answers ?? []
  const payload: unknown = answer?.payload
  if (typeof payload === 'string') return payload
  return isObject(payload) && typeof payload.note === 'string' ? payload.note : ''
}
