/**
 * Shapes of JSON. Each checks a value and returns a copy with only the fields that the shape names, so that hostile extra
 * keys, getters, `toJSON`, cycles and `__proto__` go no further. `null` in an optional field counts as absent, as in
 * AG-UI.
 *
 * Invariant: a copy never takes more steps than its budget, for any input.
 */
import { broken, tooMuch } from './refusal.ts'

/** What is left for one event: units of text and nodes, and levels of nesting. */
export interface Budget {
  size: number
  depth: number
}

/** Returns a clean copy of `value`. @throws Refusal that names `field` */
export type Shape = (value: unknown, budget: Budget, field: string) => unknown

export interface Field {
  readonly shape: Shape
  readonly optional: boolean
}

/** UTF-16 units. */
export const MAX_AGENT_ID_LENGTH = 256

export const text: Shape = (value, budget, field) => {
  if (typeof value !== 'string') return broken(`The agent sent an event whose ${field} is not a string.`)
  spend(budget, value.length)
  return value
}

/** AG-UI ids are opaque: any text of 1 to 256 UTF-16 units. */
export const id: Shape = (value, budget, field) => {
  if (!isAgentId(value)) {
    return broken(`The agent sent an event whose ${field} is not a string of 1 to ${MAX_AGENT_ID_LENGTH} characters.`)
  }
  spend(budget, value.length)
  return value
}

export const flag: Shape = (value, _budget, field) =>
  typeof value === 'boolean' ? value : broken(`The agent sent an event whose ${field} is not a boolean.`)

export const integer: Shape = (value, _budget, field) =>
  Number.isSafeInteger(value) ? value : broken(`The agent sent an event whose ${field} is not a whole number.`)

export const count: Shape = (value, _budget, field) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : broken(`The agent sent an event whose ${field} is not zero or a positive whole number.`)

/** RFC 6901. A pointer into a prototype is refused: no state needs it, and some libraries would follow it. */
export const pointer: Shape = (value, budget, field) => {
  const path = text(value, budget, field) as string
  if (!/^(\/([^/~]|~[01])*)*$/.test(path)) broken(`The agent sent a patch whose ${field} is not a JSON Pointer.`)
  if (/(^|\/)(__proto__|constructor\/prototype)(\/|$)/.test(path)) {
    broken(`The agent sent a patch whose ${field} points into a prototype.`)
  }
  return path
}

/** Any JSON value, as `JSON.stringify` sees it. Keys named `__proto__` are left out. */
export const json: Shape = (value, budget, field) => {
  const copy = copyJson(value, budget, field)
  return copy === undefined
    ? broken(`The agent sent an event whose ${field} is missing or cannot be written as JSON.`)
    : copy
}

/** Any JSON object. */
export const record: Shape = (value, budget, field) => {
  const copy = isRecord(value) ? copyJson(value, budget, field) : undefined
  return isRecord(copy) ? copy : broken(`The agent sent an event whose ${field} is not an object.`)
}

export function oneOf(...values: readonly string[]): Shape {
  return (value, _budget, field) =>
    typeof value === 'string' && values.includes(value)
      ? value
      : broken(`The agent sent an event whose ${field} is not one of ${values.join(', ')}.`)
}

export function list(item: Shape, min = 0): Shape {
  return (value, budget, field) => {
    if (!Array.isArray(value) || value.length < min)
      return broken(`The agent sent an event whose ${field} is not a list.`)
    enter(budget)
    const out: unknown[] = []
    for (let at = 0; at < value.length; at++) {
      spend(budget, 1)
      out.push(item(value[at], budget, field))
    }
    budget.depth++
    return out
  }
}

export function optional(shape: Shape): Field {
  return { shape, optional: true }
}

export function object(fields: Readonly<Record<string, Shape | Field>>): Shape {
  const known = Object.entries(fields).map(([name, field]) => ({
    name,
    ...(typeof field === 'function' ? { shape: field, optional: false } : field),
  }))
  return (value, budget, field) => {
    if (!isRecord(value)) return broken(`The agent sent an event whose ${field} is not an object.`)
    enter(budget)
    const out: Record<string, unknown> = {}
    for (const { name, shape, optional } of known) {
      const given = value[name]
      if (optional && (given === undefined || given === null)) continue
      out[name] = shape(given, budget, name)
    }
    budget.depth++
    return out
  }
}

/** One of several objects, distinguished by a field. Each shape must check that field itself (`oneOf`). */
export function variant(by: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, budget, field) => {
    const kind = isRecord(value) ? value[by] : undefined
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined
    return shape ? shape(value, budget, field) : broken(`The agent sent an event whose ${field} has an unknown ${by}.`)
  }
}

/** A text, or a value of another shape. */
export function textOr(other: Shape): Shape {
  return (value, budget, field) => (typeof value === 'string' ? text : other)(value, budget, field)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isAgentId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_AGENT_ID_LENGTH
}

/** Returns undefined for what JSON cannot hold (a function, a symbol, undefined). */
function copyJson(given: unknown, budget: Budget, field: string): unknown {
  spend(budget, 1)
  const value = hasToJson(given) ? given.toJSON(field) : given
  switch (typeof value) {
    case 'string':
      spend(budget, value.length)
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'boolean':
      return value
    case 'object': {
      if (value === null) return null
      enter(budget)
      const copy = Array.isArray(value) ? copyArray(value, budget, field) : copyObject(value, budget)
      budget.depth++
      return copy
    }
    case 'bigint':
      return broken(`The agent sent an event whose ${field} contains a number that JSON cannot represent.`)
    default:
      return undefined
  }
}

function copyArray(value: readonly unknown[], budget: Budget, field: string): unknown[] {
  const out: unknown[] = []
  for (let at = 0; at < value.length; at++) out.push(copyJson(value[at], budget, field) ?? null)
  return out
}

function copyObject(value: object, budget: Budget): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    spend(budget, key.length)
    if (key === '__proto__') continue
    const copy = copyJson((value as Record<string, unknown>)[key], budget, key)
    if (copy !== undefined) out[key] = copy
  }
  return out
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>).toJSON === 'function'
}

function spend(budget: Budget, size: number): void {
  budget.size -= size
  if (budget.size < 0) tooMuch('The agent sent an event that is larger than a run allows.')
}

function enter(budget: Budget): void {
  if (--budget.depth < 0) tooMuch('The agent sent an event that is nested deeper than a run allows.')
}
