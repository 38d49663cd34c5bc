/** Where providers put the parts of tool calls, in any type. Pure. */
import type { CallPart } from './calls.ts'

type Fields = Readonly<Record<string, unknown>>

/** `said`: a delta or a message. Empty fields are as good as none. */
export function callPartsIn(said: Fields): readonly CallPart[] {
  const parts = listOf(said.tool_calls).map(partOf)
  // The older form: one call, without an id.
  if (parts.length === 0 && hasFields(said.function_call)) parts.push(partOf({ function: said.function_call }))
  return [...parts, ...usesIn(said.content)].filter((part) => Object.keys(part).length > 0)
}

/** Gateways pass on Anthropic's form: a part of the content. */
function usesIn(content: unknown): readonly CallPart[] {
  if (!Array.isArray(content)) return []
  return content
    .map(fieldsOf)
    .filter((part) => part?.type === 'tool_use' || part?.type === 'tool_call' || part?.type === 'function_call')
    .map(partOf)
}

function partOf(value: unknown): CallPart {
  const call = fieldsOf(value) ?? {}
  const called = fieldsOf(call.function) ?? call
  const index = indexOf(call.index)
  const id = textOf(call.id) ?? textOf(call.call_id) ?? textOf(call.tool_call_id)
  const name = textOf(called.name)
  const given = argumentsOf(called.arguments ?? called.args ?? called.input ?? called.parameters)
  return {
    ...(index !== undefined && { index }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(given !== undefined && { arguments: given }),
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.filter(hasFields)
  if (!hasFields(value)) return []
  const fields = value as Fields
  // One call that is no list, or calls by their index.
  return 'function' in fields || 'name' in fields ? [fields] : Object.values(fields).filter(hasFields)
}

function hasFields(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function indexOf(value: unknown): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined
  const index = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isSafeInteger(index) && index >= 0 ? index : undefined
}

/** Arguments may be JSON already. */
function argumentsOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined
}
