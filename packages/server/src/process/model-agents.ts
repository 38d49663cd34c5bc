/**
 * The model agents of a server process: those that a config module describes, with what the environment fills in. Owns:
 * one sentence for each way they can be wrong. Loads what talks to models only if there is one.
 */
import type { Clock } from '@holdfast/core'
import type { ConfiguredAgent } from '../agents/model/configured.ts'
import { isModelAgent, type ModelAgentDescription } from '../agents/model/description.ts'
import type { Agent } from '../agents/port.ts'
import type { Tool, ToolSource } from '../agents/tools/port.ts'
import { matcherOf } from '../agents/tools/selection.ts'
import { type Config, ConfigError } from './config.ts'
import type { HoldfastConfig } from './config-module.ts'
import { resolveLimits } from './limits.ts'

export interface ModelAgentsOptions {
  readonly config: Pick<Config, 'module' | 'modelDefaults'>
  /** The config module. */
  readonly loaded: HoldfastConfig
  /** Tools of MCP servers. */
  readonly mcp: Pick<ToolSource, 'tools'>
  readonly mcpServers: readonly string[]
  readonly clock: Clock
}

/** @throws ConfigError with one sentence */
export async function createModelAgents({
  config,
  loaded,
  mcp,
  mcpServers,
  clock,
}: ModelAgentsOptions): Promise<readonly Agent[]> {
  const described = (loaded.agents ?? []).filter(isModelAgent)
  if (described.length === 0) return []
  const wrong = (why: string, cause?: unknown) =>
    new ConfigError(`HOLDFAST_CONFIG is ${config.module}, but ${why}.`, { cause })
  const { tools = [], approval } = loaded
  checkNames(described, tools, mcpServers, wrong)
  const configured = described.map(
    (description): ConfiguredAgent => ({
      description,
      endpoint: endpointFor(description, config.modelDefaults, wrong),
    }),
  )
  const { createConfiguredAgents } = await loadModels(wrong)
  return createConfiguredAgents(configured, {
    tools: { tools: async () => [...tools, ...(await mcp.tools())] },
    ...(approval && { approval }),
    maxResultBytes: maxResultBytes(loaded),
    clock,
  })
}

type Wrong = (why: string, cause?: unknown) => ConfigError

/** Bytes of a result's event besides its text. */
const ROOM_BYTES = 8 * 1024

function maxResultBytes({ limits }: Pick<HoldfastConfig, 'limits'>): number {
  return Math.max(ROOM_BYTES, resolveLimits(limits).run.maxEventBytes - ROOM_BYTES)
}

function checkNames(
  described: readonly ModelAgentDescription[],
  tools: readonly Tool[],
  servers: readonly string[],
  wrong: Wrong,
): void {
  const ids = new Set(described.map(({ id }) => id))
  for (const { id, tools: patterns = [], subAgents = [] } of described) {
    for (const pattern of patterns) {
      const [server = '', ...rest] = pattern.split('/')
      const isServer = rest.length > 0 && (server.includes('*') || servers.includes(server))
      if (isServer || pattern === '*' || tools.some(({ name }) => matcherOf(pattern)(name))) continue
      throw wrong(
        rest.length > 0
          ? `the agent "${id}" is given the tool "${pattern}" of the MCP server "${server}", which is not configured`
          : `the agent "${id}" is given the tool "${pattern}", which is not among its tools`,
      )
    }
    for (const subAgent of subAgents)
      if (!ids.has(subAgent))
        throw wrong(`the agent "${id}" has the sub-agent "${subAgent}", which is no modelAgent of its agents`)
  }
}

/** The key and headers of the variables are only sent to the address of the variables. */
function endpointFor(
  description: ModelAgentDescription,
  defaults: Config['modelDefaults'],
  wrong: Wrong,
): ConfiguredAgent['endpoint'] {
  const { id, baseUrl = defaults.baseUrl, model = defaults.model, titleModel, instructions } = description
  if (baseUrl === undefined) throw wrong(`the agent "${id}" has no baseUrl. Set it, or OPENAI_BASE_URL`)
  if (model === undefined) throw wrong(`the agent "${id}" has no model. Set it, or OPENAI_MODEL`)
  const isOfVariables = description.baseUrl === undefined || description.baseUrl === defaults.baseUrl
  const { apiKey, headers, titleModel: defaultTitles, firstByteMs, system } = defaults
  const key = description.apiKey ?? (isOfVariables ? apiKey : undefined)
  const sent = description.headers ?? (isOfVariables ? headers : undefined)
  const titles = titleModel ?? (isOfVariables ? defaultTitles : undefined)
  const told = instructions ?? (id === 'model' ? system : undefined)
  return {
    baseUrl,
    model,
    ...(key !== undefined && { apiKey: key }),
    ...(sent !== undefined && { headers: sent }),
    ...(titles !== undefined && { titleModel: titles }),
    ...(firstByteMs !== undefined && { firstByteMs }),
    ...(told !== undefined && { system: told }),
  }
}

async function loadModels(wrong: Wrong): Promise<typeof import('../agents/model/index.ts')> {
  try {
    return await import('../agents/model/index.ts')
  } catch (error) {
    throw wrong('model agents need the packages ai and @ai-sdk/openai-compatible. Install them', error)
  }
}
