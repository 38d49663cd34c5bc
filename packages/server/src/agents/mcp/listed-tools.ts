/**
 * The list of tools of an MCP server, read without trust: what cannot be used is left out and counted, the rest stays.
 * Pure. Does not know: how the list arrived.
 */
import type { JsonSchemaType } from '@modelcontextprotocol/client'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker'
import type { JsonObject, ParsedInput, ToolEffect } from '../tools/port.ts'

export interface ListedTool {
  /** The server's own name for it. */
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly effect: ToolEffect
}

export interface ToolList {
  readonly tools: readonly ListedTool[]
  /** Tools that were left out, and why. */
  readonly leftOut: readonly string[]
}

const MAX_TOOLS = 500
const MAX_DESCRIPTION = 4_000
const MAX_SCHEMA = 64 << 10
const MAX_DEPTH = 32
/** Letters and signs, no spaces or control characters. */
const NAME = /^[\p{L}\p{N}\p{P}\p{S}]{1,128}$/u

export function readToolList(listed: readonly unknown[]): ToolList {
  const tools = new Map<string, ListedTool>()
  const leftOut: string[] = []
  for (const each of listed.slice(0, MAX_TOOLS)) {
    const read = readTool(each)
    if (typeof read === 'string') leftOut.push(read)
    else if (tools.has(read.name)) leftOut.push(`${read.name} is there twice`)
    else tools.set(read.name, read)
  }
  if (listed.length > MAX_TOOLS) leftOut.push(`all after the first ${MAX_TOOLS}`)
  return { tools: [...tools.values()], leftOut }
}

function readTool(given: unknown): ListedTool | string {
  if (!isObject(given)) return 'one is not an object'
  const { name, title, description, inputSchema, annotations } = given
  if (typeof name !== 'string' || !NAME.test(name)) return 'one has no usable name'
  if (!isObject(inputSchema)) return `${name} has a schema that is not an object`
  const { type = 'object' } = inputSchema
  if (type !== 'object') return `${name} has a schema of something other than an object`
  if (depthOf(inputSchema) > MAX_DEPTH || JSON.stringify(inputSchema).length > MAX_SCHEMA)
    return `${name} has a schema that is too large`
  const text = [description, title, name].find((each): each is string => typeof each === 'string' && each.trim() !== '')
  return {
    name,
    description: (text ?? name).slice(0, MAX_DESCRIPTION),
    inputSchema: { ...inputSchema, type },
    effect: effectOf(isObject(annotations) ? annotations : {}),
  }
}

/** The server's word is taken; a server that is silent may do anything. */
function effectOf({ readOnlyHint, idempotentHint }: JsonObject): ToolEffect {
  if (readOnlyHint === true) return 'read'
  return idempotentHint === true ? 'idempotent' : 'effect'
}

const validators = new CfWorkerJsonSchemaValidator()

/**
 * Checks arguments before they are sent, so that a person who edits them hears at once what is wrong. The server has the
 * last word: what it may take long to check here (patterns, references) is left to it.
 */
export function createParse(schema: JsonObject): (input: unknown) => Promise<ParsedInput> {
  const validate = validators.getValidator(checkable(schema) as JsonSchemaType)
  return async (input) => {
    if (!isObject(input)) return { type: 'wrong', message: 'The arguments are not an object.' }
    try {
      const checked = validate(input)
      if (!checked.valid) return { type: 'wrong', message: checked.errorMessage.slice(0, 2_000) }
    } catch {
      // A schema that cannot be used for checking.
    }
    return { type: 'ok', input }
  }
}

/** Hostile patterns take forever, hostile references grow exponentially. */
const UNCHECKED = new Set(['pattern', 'patternProperties', 'format', 'uniqueItems', 'propertyNames'])

function checkable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(checkable)
  if (!isObject(schema)) return schema
  if ('$ref' in schema || '$dynamicRef' in schema || '$recursiveRef' in schema) return true
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'properties' && isObject(value))
      kept[name] = Object.fromEntries(Object.entries(value).map(([property, each]) => [property, checkable(each)]))
    else if (name === 'enum' || name === 'const' || name === 'required' || name === 'default') kept[name] = value
    else if (!UNCHECKED.has(name) && !name.startsWith('$')) kept[name] = checkable(value)
  }
  return kept
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return depth
  return Math.max(depth, ...Object.values(value).map((each) => depthOf(each, depth + 1)))
}
