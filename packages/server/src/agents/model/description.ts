/**
 * `modelAgent`: an agent of a config module, as plain data. The server makes the agent (`configured.ts`), so it runs in
 * the server's own process wherever the module runs. Owns: what may be said of one. Loads nothing that talks to a model.
 */
import { isId } from '@holdfast/core'
import { z } from 'zod'
import { wrongHeader } from './endpoint.ts'

export interface ModelAgentDefinition {
  /** `model` replaces the agent that the OPENAI_* variables add. */
  readonly id: string
  /** Shown in lists of agents. Default: the id, or the model's name for the agent `model`. */
  readonly title?: string
  /** What the model is told before every conversation. */
  readonly instructions?: string
  /** Up to and including `/v1`. Default: OPENAI_BASE_URL. */
  readonly baseUrl?: string
  /** Default: OPENAI_MODEL. */
  readonly model?: string
  /** Default: OPENAI_API_KEY, which is only sent to OPENAI_BASE_URL. */
  readonly apiKey?: string
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** The model that titles conversations. */
  readonly titleModel?: string
  /** Names of tools, `send`, or of those of an MCP server: `files/read_file`, `files/*`. Default: none. */
  readonly tools?: readonly string[]
  /** Ids of model agents that it may start with `run_sub_agent`. */
  readonly subAgents?: readonly string[]
  /** Which calls a person must approve, by the names of tools. It takes precedence over what the tools say. */
  readonly approval?: ApprovalRules
  /** Calls of the model in one run. Default 50. Beyond it the run ends `failed{step_limit}`. */
  readonly maxSteps?: number
  /** Tokens of one run, its sub-agents included. Beyond it the run ends `failed{token_limit}`. Default: no limit. */
  readonly maxTokens?: number
  /** How deep sub-agents may be nested. 1: a sub-agent has none of its own. Default 3. */
  readonly maxDepth?: number
  /** Tool calls that are made at the same time. Default 16. */
  readonly maxParallelCalls?: number
}

/** By name or pattern. The first that fits counts. */
export type ApprovalRules = Readonly<Record<string, 'always' | 'never'>>

const KIND = 'holdfast.modelAgent'

export interface ModelAgentDescription extends ModelAgentDefinition {
  readonly kind: typeof KIND
}

const count = z.int().min(1)
const names = (what: string) => z.array(z.string().min(1, what), what)

export const ApprovalSchema = z.record(
  z.string(),
  z.enum(['always', 'never']),
  'is not an object of tool names with "always" or "never"',
)

const Definition = z.strictObject({
  id: z.string('has no id').refine(isId, 'has an id that is not 1–128 of A–Z a–z 0–9 _ . : -, or is . or ..'),
  title: z.string().min(1).optional(),
  instructions: z.string().optional(),
  baseUrl: z.url({ protocol: /^https?$/, error: 'is not an http or https URL' }).optional(),
  model: z.string().min(1).optional(),
  apiKey: z.string().optional(),
  headers: z
    .record(z.string(), z.string())
    .refine((headers) => wrongHeader(headers) === undefined, 'holds a header that cannot be sent')
    .optional(),
  titleModel: z.string().min(1).optional(),
  tools: names('is not a list of names of tools').optional(),
  subAgents: names('is not a list of ids of agents').optional(),
  approval: ApprovalSchema.optional(),
  maxSteps: count.optional(),
  maxTokens: count.optional(),
  maxDepth: count.optional(),
  maxParallelCalls: count.optional(),
})

/** Describes an agent that answers with a model and may call tools. @throws TypeError for an invalid definition */
export function modelAgent(definition: ModelAgentDefinition): ModelAgentDescription {
  const parsed = Definition.safeParse(definition)
  if (parsed.success) return { kind: KIND, ...(parsed.data as ModelAgentDefinition) }
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') ?? ''
  const name = typeof definition?.id === 'string' ? `The model agent "${definition.id}"` : 'A model agent'
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined
  const why = keys
    ? `has an unknown setting: ${keys}`
    : where === 'id' || where === ''
      ? issue?.message
      : `has a wrong ${where}: it ${issue?.message}`
  throw new TypeError(`${name} ${why}.`)
}

export function isModelAgent(value: unknown): value is ModelAgentDescription {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === KIND
}
