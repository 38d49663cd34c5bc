/**
 * HOLDFAST_CONFIG: a module that sets what no variable can, above all agents. Owns: what such a module may contain, and
 * one sentence for each way it can be wrong. Does not know: how it is used.
 */
import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isId } from '@holdfast/core'
import { z } from 'zod'
import { type McpServersConfig, McpServersSchema, sentenceOf as mcpSentenceOf } from '../agents/mcp/config.ts'
import {
  type ApprovalRules,
  ApprovalSchema,
  isModelAgent,
  type ModelAgentDescription,
} from '../agents/model/description.ts'
import type { Agent } from '../agents/port.ts'
import type { Tool } from '../agents/tools/port.ts'
import { ConfigError } from './config.ts'
import { type HoldfastLimits, LimitsSchema } from './limits.ts'

export interface HoldfastConfig {
  /**
   * In addition to `demo`, and to `model` and `remote` if the environment sets them. Those ids are taken, but a `modelAgent`
   * with the id `model` replaces the one of the environment.
   */
  readonly agents?: readonly (Agent | ModelAgentDescription)[]
  /** Made with `defineTool`. Model agents are given them by name. */
  readonly tools?: readonly Tool[]
  /** Which calls a person must approve, by the names of tools: `{'files/*': 'always'}`. For all model agents. */
  readonly approval?: ApprovalRules
  /** The agent of rooms that name none. Default `demo`. */
  readonly defaultAgent?: string
  readonly limits?: HoldfastLimits
  /** MCP servers by name, in addition to those of HOLDFAST_MCP. Their tools are `name/tool`. */
  readonly mcpServers?: McpServersConfig
}

/** Returns its argument; it exists for its types. The server checks the module when it loads it. */
export function defineConfig(config: HoldfastConfig): HoldfastConfig {
  return config
}

/**
 * Loads the configuration from the module at `path`, relative to `directory`: JavaScript, or TypeScript with erasable
 * types only.
 * @throws ConfigError with one sentence
 */
export async function loadConfigModule(path: string, directory: string): Promise<HoldfastConfig> {
  const file = resolve(directory, path)
  if (!existsSync(file)) throw wrong(path, `there is no such file in ${directory}`)
  if (!MODULES.has(extname(file))) throw wrong(path, 'it must be a .ts, .mts, .js or .mjs module')
  let loaded: unknown
  try {
    loaded = await import(pathToFileURL(file).href)
  } catch (error) {
    throw wrong(path, `it could not be loaded: ${firstLine(error)}`, error)
  }
  const { default: said } = loaded as { default?: unknown }
  if (said === undefined) throw wrong(path, 'it has no default export. Write export default defineConfig({ … })')
  const parsed = Said.safeParse(said)
  if (!parsed.success) throw wrong(path, sentenceOf(parsed.error.issues[0]))
  // Agents are live objects, so the given ones are used, not copies.
  const { mcpServers } = parsed.data
  return { ...(said as HoldfastConfig), ...(mcpServers && { mcpServers }) }
}

const MODULES = new Set(['.ts', '.mts', '.js', '.mjs'])

const isFunction = (value: unknown) => typeof value === 'function'

const SaidAgent = z.looseObject({
  id: z.string('has no id').refine(isId, 'has an id that is not 1–128 of A–Z a–z 0–9 _ . : -, or is . or ..'),
  title: z.string('has no title; create it with defineAgent'),
  run: z.custom(isFunction, 'has no function `run`; create it with defineAgent'),
  check: z.custom(isFunction, 'has a `check` that is not a function').optional(),
  afterCrash: z.enum(['fail', 'restart', 'resume'], 'has an unknown `afterCrash`').optional(),
})

const SaidTool = z.looseObject(
  {
    name: z.string('has no name; create it with defineTool'),
    description: z.string('has no description; create it with defineTool'),
    inputSchema: z.record(z.string(), z.unknown(), 'has no inputSchema; create it with defineTool'),
    effect: z.enum(['read', 'idempotent', 'effect'], 'has no `effect`; create it with defineTool'),
    parse: z.custom(isFunction, 'has no function `parse`; create it with defineTool'),
    needsApproval: z.custom(isFunction, 'has no function `needsApproval`; create it with defineTool'),
    execute: z.custom(isFunction, 'has no function `execute`; create it with defineTool'),
  },
  'is not a tool; create it with defineTool',
)

const RESERVED = ['run_sub_agent', 'sub_agent_result']

const Tools = z.array(SaidTool, 'is not a list of tools').superRefine((tools, context) => {
  for (const [index, { name }] of tools.entries()) {
    const message = RESERVED.includes(name)
      ? `has the name "${name}", which the server uses itself`
      : tools.findIndex((each) => each.name === name) < index && `has the name "${name}", which another tool has`
    if (message) context.addIssue({ code: 'custom', path: [index], message })
  }
})

const Said = z.strictObject(
  {
    agents: z.array(z.union([z.custom(isModelAgent), SaidAgent]), 'is not a list of agents').optional(),
    tools: Tools.optional(),
    approval: ApprovalSchema.optional(),
    defaultAgent: z.string('is not an agent id').optional(),
    limits: LimitsSchema.optional(),
    mcpServers: McpServersSchema.optional(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'is not an object made by defineConfig' : undefined) },
)

function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'it cannot be used'
  if (issue.path[0] === 'mcpServers') return mcpSentenceOf(issue)
  // Of an agent that is no model agent.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.at(-1)?.[0]
    return sentenceOf(inner && { ...inner, path: [...issue.path, ...inner.path] })
  }
  const where = issue.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
  if (issue.code === 'unrecognized_keys')
    return `there is no setting ${[where, ...issue.keys].filter((part) => part !== '').join('.')}`
  const own = /^(is|has) /.test(issue.message)
  const subject =
    where.replace(
      /\.(id|title|run|check|afterCrash|name|description|inputSchema|effect|parse|needsApproval|execute)$/,
      '',
    ) || 'its default export'
  return own ? `${subject} ${issue.message}` : `${subject} cannot be used: ${issue.message}`
}

function wrong(path: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(`HOLDFAST_CONFIG is ${path}, but ${why.replace(/\.$/, '')}.`, { cause })
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return (text.split('\n').find((line) => line.trim() !== '') ?? 'it threw an error without a message').trim()
}
