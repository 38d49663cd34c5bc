/** Defines a tool from a zod schema and a function. Checks at once what otherwise only a call would reveal. */
import { z } from 'zod'
import type { ApprovalContext, JsonObject, Tool, ToolContext, ToolEffect } from './port.ts'

export interface ToolDefinition<Input extends z.ZodType = z.ZodType> {
  /** 1–64 of A–Z a–z 0–9 _ -; unique among the tools of a server. */
  readonly name: string
  /** For the model: what the tool does, and when to use it. */
  readonly description: string
  /** A zod object. What the model sends is checked by it, and `execute` gets what it returns. */
  readonly input: Input
  /**
   * What a second call with the same arguments would do: `read` changes nothing, `idempotent` changes nothing more,
   * `effect` happens twice. After a crash, the first two are called again with the same key; for `effect` the person is
   * asked.
   */
  readonly effect: ToolEffect
  /** Whether a person must approve a call before it is made. Default `never`. */
  readonly approval?:
    | 'never'
    | 'always'
    | ((input: z.output<Input>, context: ApprovalContext) => boolean | Promise<boolean>)
  /** Milliseconds after which an unanswered approval expires: the call is not made. Default: it does not expire. */
  readonly approvalTtlMs?: number
  /** Milliseconds that one call may take. Default: 5 minutes. */
  readonly timeoutMs?: number
  /**
   * Makes the call. Return JSON or a text; throw an Error whose message tells the model what went wrong. When
   * `context.signal` aborts, stop: the result is no longer wanted.
   */
  execute(input: z.output<Input>, context: ToolContext): unknown
}

/** Names of tools that are defined in code. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/
/** Timers of more milliseconds fire at once. */
const MAX_MS = 2_147_483_647
/** Characters of a sentence that says what is wrong with arguments. */
const MAX_WRONG = 2_000

/** @throws TypeError for an invalid definition */
export function defineTool<Input extends z.ZodType>(definition: ToolDefinition<Input>): Tool {
  const { name, description, input, effect, approval = 'never', approvalTtlMs, timeoutMs, execute } = definition
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError(`The tool name ${JSON.stringify(name)} is not 1–64 of A–Z a–z 0–9 _ -.`)
  const wrong = (what: string) => new TypeError(`The tool "${name}" ${what}.`)
  if (typeof description !== 'string' || description.trim() === '') throw wrong('has no description')
  if (!['read', 'idempotent', 'effect'].includes(effect))
    throw wrong('has no effect: say what a second call would do, "read", "idempotent" or "effect"')
  if (approval !== 'never' && approval !== 'always' && typeof approval !== 'function')
    throw wrong('has an approval that is not "never", "always" or a function')
  if (!isDuration(approvalTtlMs)) throw wrong('has an approvalTtlMs that is not a positive number of milliseconds')
  if (!isDuration(timeoutMs)) throw wrong(`has a timeoutMs that is not a number of milliseconds from 1 to ${MAX_MS}`)
  if (typeof execute !== 'function') throw wrong('has no function `execute`')
  return {
    name,
    description,
    inputSchema: schemaOf(input, wrong),
    effect,
    ...(approvalTtlMs !== undefined && { approvalTtlMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    async parse(given) {
      const parsed = await input.safeParseAsync(given)
      if (parsed.success) return { type: 'ok', input: parsed.data }
      return { type: 'wrong', message: z.prettifyError(parsed.error).slice(0, MAX_WRONG) }
    },
    async needsApproval(given, context) {
      if (typeof approval !== 'function') return approval === 'always'
      // Whatever else it returns: what is not known to be harmless is asked.
      return (await approval(given as z.output<Input>, context)) !== false
    },
    execute: async (given, context) => execute.call(definition, given as z.output<Input>, context),
  }
}

function schemaOf(input: z.ZodType, wrong: (what: string) => TypeError): JsonObject {
  if (typeof input !== 'object' || input === null || !('_zod' in input))
    throw wrong('has an input that is not a zod object; write input: z.object({ … }) with zod 4')
  let schema: JsonObject
  try {
    schema = z.toJSONSchema(input, { io: 'input' }) as JsonObject
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw wrong(`has an input that JSON cannot describe to a model: ${why.replace(/\.$/, '')}`)
  }
  if (schema.type !== 'object') throw wrong('has an input that is not a zod object; write input: z.object({ … })')
  const { $schema: _, ...rest } = schema
  return rest
}

function isDuration(ms: unknown): boolean {
  return ms === undefined || (typeof ms === 'number' && ms >= 1 && ms <= MAX_MS)
}
