/**
 * Reads one JSON value of an answer: a chunk of a stream, or a whole completion. Owns: where providers put text,
 * thoughts, tool calls, the finish reason, usage and errors, in any type. Other fields are ignored: an odd id, role or date costs
 * nobody an answer. Pure.
 */

import { callPartsIn } from './call-parts.ts'
import type { CallPart } from './calls.ts'

export interface Chunk {
  readonly thought: string
  readonly text: string
  /** The model refuses to answer; `text` says so. */
  readonly isRefusal: boolean
  readonly calls: readonly CallPart[]
  /** In the provider's spelling. */
  readonly finish?: string
  readonly usage?: Usage
  /** The value in the place of an error. */
  readonly error?: unknown
  /** It is a whole answer, not a part of one. */
  readonly isWhole: boolean
  /** It has a field for an answer. */
  readonly hasChoice: boolean
}

/** Token counts under OpenAI's names. */
export interface Usage {
  readonly prompt_tokens?: number
  readonly completion_tokens?: number
  readonly total_tokens?: number
  readonly prompt_tokens_details?: { readonly cached_tokens: number }
  readonly completion_tokens_details?: { readonly reasoning_tokens: number }
}

type Fields = Readonly<Record<string, unknown>>

export function readChunk(value: unknown): Chunk {
  const chunk = fieldsOf(value) ?? {}
  const choice = choiceIn(chunk.choices)
  const delta = fieldsOf(choice?.delta)
  const message = fieldsOf(choice?.message)
  const said = delta ?? message ?? choice ?? {}
  const parts = partsOf(said.content ?? choice?.text ?? (typeof choice?.delta === 'string' ? choice.delta : undefined))
  const refusal = textOf(said.refusal)
  const finish = finishOf(choice ?? {}) ?? finishOf(chunk)
  const usage = usageIn(chunk.usage) ?? usageIn(choice?.usage) ?? usageIn(fieldsOf(chunk.x_groq)?.usage)
  const error = errorIn(chunk) ?? errorIn(choice ?? {}) ?? errorIn(fieldsOf(chunk.x_groq) ?? {})
  return {
    thought: thoughtIn(said) || parts.thought,
    text: parts.text + refusal,
    isRefusal: refusal !== '',
    calls: callPartsIn(said),
    ...(finish !== undefined && { finish }),
    ...(usage && { usage }),
    ...(error !== undefined && { error }),
    isWhole: delta === undefined && message !== undefined,
    hasChoice: choice !== undefined,
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** One answer is requested; of several, the first counts. */
function choiceIn(choices: unknown): Fields | undefined {
  if (!Array.isArray(choices)) return fieldsOf(choices)
  const all = choices.map(fieldsOf).filter((each) => each !== undefined)
  return all.find(({ index }) => index === undefined || index === null || Number(index) === 0) ?? all[0]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** Content: a text, or a list of parts, some of which are thoughts. */
function partsOf(content: unknown): { readonly thought: string; readonly text: string } {
  if (!Array.isArray(content)) return { thought: '', text: textOf(fieldsOf(content)?.text ?? content) }
  let thought = ''
  let text = ''
  for (const part of content) {
    const { type, ...said }: Fields = fieldsOf(part) ?? { text: part }
    if (typeof type === 'string' && /think|reason|thought/i.test(type)) thought += wordsOf(said)
    else text += textOf(said.text)
  }
  return { thought, text }
}

/** Some send the same thought in several of these; the first counts. */
const THOUGHTS = [
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'thinking',
  'thought',
  'thoughts',
  'thinking_blocks',
  'reasoning_details',
] as const

function thoughtIn(said: Fields): string {
  for (const name of THOUGHTS) {
    const words = wordsOf(said[name])
    if (words !== '') return words
  }
  return ''
}

/** The text of a thought: a text, one part or a list of them. An encrypted one has none. */
function wordsOf(thought: unknown, depth = 0): string {
  if (typeof thought === 'string') return thought
  if (depth > MAX_DEPTH) return ''
  if (Array.isArray(thought)) return thought.map((each) => wordsOf(each, depth + 1)).join('')
  const fields = fieldsOf(thought)
  if (!fields) return ''
  for (const name of ['text', 'summary', 'content', 'thinking', 'reasoning'] as const) {
    const words = wordsOf(fields[name], depth + 1)
    if (words !== '') return words
  }
  return ''
}

const MAX_DEPTH = 4

function finishOf(fields: Fields): string | undefined {
  return finishIn(fields.finish_reason) ?? finishIn(fields.finishReason) ?? finishIn(fields.stop_reason)
}

/** An empty one counts as none, and so does Gemini's "unspecified". */
function finishIn(reason: unknown): string | undefined {
  if (reason === null || reason === undefined || reason === false) return undefined
  const spelt = typeof reason === 'object' ? textOf(fieldsOf(reason)?.type ?? fieldsOf(reason)?.reason) : String(reason)
  return /^\s*(?:(?:null|none|undefined|(?:finish_reason_)?unspecified)\s*)?$/i.test(spelt) ? undefined : spelt
}

function usageIn(value: unknown): Usage | undefined {
  const usage = fieldsOf(value)
  if (!usage) return undefined
  const prompt = countOf(usage.prompt_tokens ?? usage.input_tokens)
  const completion = countOf(usage.completion_tokens ?? usage.output_tokens)
  const total = countOf(usage.total_tokens)
  const cached = countOf(fieldsOf(usage.prompt_tokens_details)?.cached_tokens)
  const reasoning = countOf(fieldsOf(usage.completion_tokens_details)?.reasoning_tokens)
  if (prompt === undefined && completion === undefined && total === undefined) return undefined
  return {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(completion !== undefined && { completion_tokens: completion }),
    ...(total !== undefined && { total_tokens: total }),
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}

/** Numbers may be texts. */
function countOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined
  const count = Math.round(Number(value))
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

const FAILED = /^(error|failed|failure)$/i

/** `error: null`, `false`, `""` and `{}` are no errors. A value that calls itself an error is one as a whole. */
function errorIn(fields: Fields): unknown {
  for (const error of [fields.error, fields.errors]) {
    if (typeof error === 'string' ? error.trim() !== '' : error === true || Object.keys(error ?? {}).length > 0)
      return error === true ? fields : error
  }
  const calledError = [fields.object, fields.type, fields.status].some((name) => FAILED.test(String(name)))
  return calledError || fields.success === false ? fields : undefined
}
