/**
 * Reads fields of foreign JSON as AG-UI needs them: each function returns a value of the right type, or undefined if
 * there is none. Does not know: which event they are in.
 */
import { USAGE_COUNTS } from '../lifecycle/events.ts'
import { MAX_AGENT_ID_LENGTH } from '../recorder/shape.ts'

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined
}

/** Python's spelling of the same fields. */
const CAMEL: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'messageId',
    'toolCallId',
    'toolCallName',
    'toolCalls',
    'toolName',
    'parentMessageId',
    'parentToolCallId',
    'parentSubagentRunId',
    'subagentRunId',
    'threadId',
    'runId',
    'stepName',
    'activityType',
    'entityId',
    'encryptedValue',
    'rawEvent',
    'inputTokens',
    'outputTokens',
    'totalTokens',
    'reasoningTokens',
    'cachedInputTokens',
    'cacheWriteInputTokens',
    'responseSchema',
    'expiresAt',
    'mimeType',
  ].map((name) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
)

/** Renames its fields to the current names. If both are present, the current one counts. */
export function spelled(fields: Fields): Fields {
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const today = Object.hasOwn(CAMEL, name) ? CAMEL[name] : undefined
    if (today === undefined) given[name] = value
    else given[today] ??= fields[today] ?? value
  }
  return given
}

export function withoutNull(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}

export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_AGENT_ID_LENGTH) : undefined
}

/** A text, or a scalar that can be written as one. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** The text in a value or in its list of parts; '' if there is none. */
export function textIn(value: unknown): string {
  const text = textOf(value)
  if (text !== undefined) return text
  if (Array.isArray(value)) return value.map(textIn).join('')
  if (!isFields(value)) return ''
  return textIn(value.text ?? value.content ?? value.value)
}

/** A text unchanged, anything else as JSON. */
export function jsonOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** Smaller times are seconds: as milliseconds they would be in 1973 or before. */
const FIRST_MS = 1e11
/** The last time that a Date can hold. */
const LAST_MS = 8.64e15

/** Milliseconds since the epoch, from a number of milliseconds or seconds, a text of either, or an ISO 8601 date. */
export function timeOf(value: unknown): number | undefined {
  const number = numberOf(value)
  const ms = number ?? (typeof value === 'string' ? Date.parse(value) : Number.NaN)
  const rounded = Math.round(number !== undefined && !Number.isInteger(ms) && ms < FIRST_MS ? ms * 1_000 : ms)
  return Math.abs(rounded) <= LAST_MS ? rounded : undefined
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Token usage. A single entry may come without a list. Invalid counts are left out. */
export function usageOf(value: unknown): readonly Fields[] | undefined {
  const entries = (Array.isArray(value) ? value : [value]).filter(isFields).map((entry) => {
    const given = spelled(entry)
    const counts = USAGE_COUNTS.map((name) => [name, countOf(given[name])])
    return withoutNull({
      provider: textOf(given.provider),
      model: textOf(given.model),
      ...Object.fromEntries(counts),
    })
  })
  const known = entries.filter((entry) => Object.keys(entry).length > 0)
  return known.length > 0 ? known : undefined
}

function countOf(value: unknown): number | undefined {
  const number = numberOf(value)
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
