/**
 * A form from a JSON schema: texts, numbers, yes or no, choices, and objects of these one level deep.
 *
 * Pure. Owns: which schemas can be a form, what a filled form sends. Does not know: React, questions.
 *
 * A schema comes from an agent and may be anything. One that is not wholly understood is no form: nothing that it asks for
 * is left out silently.
 */

export type Scalar = string | number | boolean | null

export interface Choice {
  readonly value: Scalar
  readonly label: string
}

export interface Field {
  /** From the outside in: one name, or the group's and its own. */
  readonly path: readonly string[]
  readonly label: string
  readonly description?: string
  readonly required: boolean
  readonly input:
    | { readonly type: 'text'; readonly format?: 'email' | 'url' | 'date' | undefined; readonly long: boolean }
    | { readonly type: 'number'; readonly whole: boolean }
    | { readonly type: 'boolean' }
    | { readonly type: 'choice'; readonly choices: readonly Choice[] }
  readonly limits: Limits
  /** What it holds at first: a text, `true`, or the place of a choice. */
  readonly initial: Value
}

interface Limits {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

export interface Group {
  readonly name: string
  readonly label: string
  /** It is left out of the answer if nothing in it is filled in. */
  readonly required: boolean
  readonly fields: readonly Field[]
}

export type Part = Field | Group

/** What a person has entered: a text, a tick, or the place of a choice in its list as a text. */
export type Value = string | boolean
/** By `nameOf(field)`. */
export type Values = Readonly<Record<string, Value>>

/** More fields than a person would fill in. */
const MAX_FIELDS = 60
const MAX_CHOICES = 200

type Schema = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined if it is no object of fields that can be shown. */
export function formOf(schema: unknown): readonly Part[] | undefined {
  const parts = partsOf(schema, [])
  const count = parts?.reduce((sum, part) => sum + ('fields' in part ? part.fields.length : 1), 0) ?? 0
  return count > 0 && count <= MAX_FIELDS ? parts : undefined
}

/** What a form may not leave unread: it would change what is valid. */
const BEYOND = ['allOf', 'not', 'if', '$ref', 'dependentRequired', 'dependentSchemas', 'patternProperties'] as const

function partsOf(schema: unknown, outer: readonly string[]): readonly Part[] | undefined {
  if (!isObject(schema) || !isObject(schema.properties) || BEYOND.some((word) => word in schema)) return undefined
  if (schema.type !== undefined && schema.type !== 'object') return undefined
  const required = Array.isArray(schema.required) ? schema.required : []
  const parts: Part[] = []
  for (const [name, member] of Object.entries(schema.properties)) {
    const part = partOf(member, [...outer, name], required.includes(name))
    if (!part) return undefined
    parts.push(part)
  }
  return required.every((name) => Object.hasOwn(schema.properties as Schema, String(name))) ? parts : undefined
}

function partOf(schema: unknown, path: readonly string[], required: boolean): Part | undefined {
  if (!isObject(schema) || BEYOND.some((word) => word in schema)) return undefined
  const name = path.at(-1) ?? ''
  const label = typeof schema.title === 'string' && schema.title !== '' ? schema.title : name
  if (schema.type === 'object' || isObject(schema.properties)) {
    const fields = path.length === 1 ? partsOf(schema, path) : undefined
    return fields && { name, label, required, fields: fieldsIn(fields) }
  }
  const input = inputOf(schema)
  if (!input) return undefined
  const description = typeof schema.description === 'string' ? schema.description : undefined
  return {
    path,
    label,
    ...(description !== undefined && { description }),
    required,
    input,
    limits: limitsOf(schema, input.type),
    initial: initialOf(schema.default, input),
  }
}

function inputOf(schema: Schema): Field['input'] | undefined {
  const choices = choicesOf(schema)
  if (choices) return { type: 'choice', choices }
  if ('enum' in schema || 'oneOf' in schema || 'anyOf' in schema || 'const' in schema) return undefined
  switch (schema.type) {
    case 'string': {
      if (schema.pattern !== undefined) return undefined
      const long = !(typeof schema.maxLength === 'number' && schema.maxLength <= 200) && schema.format === undefined
      return { type: 'text', format: FORMATS[String(schema.format)], long }
    }
    case 'number':
    case 'integer':
      if (schema.multipleOf !== undefined && schema.multipleOf !== 1) return undefined
      return { type: 'number', whole: schema.type === 'integer' }
    case 'boolean':
      return { type: 'boolean' }
    default:
      return undefined
  }
}

const FORMATS: Readonly<Record<string, 'email' | 'url' | 'date' | undefined>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
}

/** Of `enum` (with `enumNames`), or of `oneOf` and `anyOf` whose members are constants. */
export function choicesOf(schema: unknown): readonly Choice[] | undefined {
  if (!isObject(schema)) return undefined
  const { enum: values, enumNames } = schema
  const named = schema.oneOf ?? schema.anyOf
  const list: readonly unknown[] | undefined = Array.isArray(values) ? values : Array.isArray(named) ? named : undefined
  if (!list || list.length === 0 || list.length > MAX_CHOICES) return undefined
  const choices = list.map((each, at): Choice | undefined => {
    const constant = isObject(each) && !Array.isArray(values) ? each : undefined
    const value = constant ? constant.const : each
    if (!isScalar(value) || (constant && !('const' in constant))) return undefined
    const title = constant ? constant.title : Array.isArray(enumNames) ? enumNames[at] : undefined
    return { value, label: typeof title === 'string' && title !== '' ? title : String(value) }
  })
  return choices.every((choice) => choice !== undefined) ? choices : undefined
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function limitsOf(schema: Schema, type: Field['input']['type']): Limits {
  const of = (name: string) => (typeof schema[name] === 'number' ? schema[name] : undefined)
  if (type === 'text') return { min: of('minLength'), max: of('maxLength') }
  return type === 'number' ? { min: of('minimum'), max: of('maximum') } : {}
}

function initialOf(value: unknown, input: Field['input']): Value {
  switch (input.type) {
    case 'boolean':
      return value === true
    case 'choice': {
      const at = input.choices.findIndex((choice) => choice.value === value)
      return at < 0 ? '' : String(at)
    }
    case 'text':
      return typeof value === 'string' ? value : ''
    case 'number':
      return typeof value === 'number' ? String(value) : ''
  }
}

export function nameOf({ path }: Field): string {
  return JSON.stringify(path)
}

export function fieldsIn(parts: readonly Part[]): readonly Field[] {
  return parts.flatMap((part) => ('fields' in part ? part.fields : [part]))
}

export function initialValues(parts: readonly Part[]): Values {
  return Object.fromEntries(fieldsIn(parts).map((field) => [nameOf(field), field.initial]))
}

export type Read =
  | { readonly type: 'ok'; readonly payload: Readonly<Record<string, unknown>> }
  /** By `nameOf(field)`: what a person has to change. */
  | { readonly type: 'wrong'; readonly errors: Readonly<Record<string, string>> }

/** What the form sends. Fields that are empty and not required are left out. */
export function readForm(parts: readonly Part[], values: Values): Read {
  const errors: Record<string, string> = {}
  function read(field: Field, required: boolean): unknown {
    const name = nameOf(field)
    const found = readField(field, values[name] ?? field.initial, required)
    if (found.type === 'wrong') errors[name] = found.message
    return found.type === 'ok' ? found.value : undefined
  }
  const payload: [string, unknown][] = []
  for (const part of parts) {
    if (!('fields' in part)) payload.push([part.path[0] ?? '', read(part, part.required)])
    else {
      const isWanted = part.required || part.fields.some((field) => isFilled(field, values))
      const members = isWanted
        ? part.fields.map((field) => [field.path[1] ?? '', read(field, field.required)] as const)
        : []
      payload.push([part.name, isWanted ? given(members) : undefined])
    }
  }
  return Object.keys(errors).length > 0 ? { type: 'wrong', errors } : { type: 'ok', payload: given(payload) }
}

function given(members: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

function isFilled(field: Field, values: Values): boolean {
  const value = values[nameOf(field)]
  return value !== undefined && value !== '' && value !== field.initial
}

type Found = { readonly type: 'ok'; readonly value: unknown } | { readonly type: 'wrong'; readonly message: string }

function readField({ input, limits: { min, max } }: Field, value: Value, required: boolean): Found {
  if (input.type === 'boolean') return { type: 'ok', value: value === true }
  const text = String(value)
  if (text.trim() === '')
    return required ? wrong(input.type === 'choice' ? 'Choose one.' : 'Fill this in.') : ok(undefined)
  switch (input.type) {
    case 'choice': {
      const choice = input.choices[Number(text)]
      return choice ? ok(choice.value) : wrong('Choose one.')
    }
    case 'text':
      if (min !== undefined && text.length < min) return wrong(`Enter at least ${min} characters.`)
      if (max !== undefined && text.length > max) return wrong(`Enter at most ${max} characters.`)
      return ok(text)
    case 'number': {
      const number = Number(text)
      if (!Number.isFinite(number)) return wrong('Enter a number.')
      if (input.whole && !Number.isInteger(number)) return wrong('Enter a whole number.')
      if (min !== undefined && number < min) return wrong(`Enter ${min} or more.`)
      if (max !== undefined && number > max) return wrong(`Enter ${max} or less.`)
      return ok(number)
    }
  }
}

function ok(value: unknown): Found {
  return { type: 'ok', value }
}

function wrong(message: string): Found {
  return { type: 'wrong', message }
}
