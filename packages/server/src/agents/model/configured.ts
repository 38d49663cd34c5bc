/** Makes the agents that config modules describe, with their tools and sub-agents. */
import type { Clock } from '@holdfast/core'
import type { LoopAgent } from '../loop/run.ts'
import type { Agent } from '../port.ts'
import type { Tool, ToolSource } from '../tools/port.ts'
import { matcherOf, selectTools } from '../tools/selection.ts'
import type { ApprovalRules, ModelAgentDescription } from './description.ts'
import { agentOf, createProvider, loopAgentOf, type ModelAgentOptions, type ModelProvider } from './model-agent.ts'

/** A described agent, with what the environment fills in. */
export interface ConfiguredAgent {
  readonly description: ModelAgentDescription
  readonly endpoint: Pick<
    ModelAgentOptions,
    'baseUrl' | 'model' | 'apiKey' | 'headers' | 'titleModel' | 'firstByteMs' | 'system'
  >
}

export interface ConfiguredOptions {
  readonly tools: Pick<ToolSource, 'tools'>
  /** Rules for all agents. Those of an agent come first. */
  readonly approval?: ApprovalRules
  /** UTF-8 bytes of one result in the log. */
  readonly maxResultBytes: number
  readonly clock: Clock
}

/** `subAgents` of a description name agents of the list. */
export function createConfiguredAgents(
  configured: readonly ConfiguredAgent[],
  options: ConfiguredOptions,
): readonly Agent[] {
  const loops = new Map<string, LoopAgent>()
  const providers = new Map<string, ModelProvider>()
  const agents = configured.map(({ description, endpoint }) => {
    const { baseUrl, apiKey, headers } = endpoint
    const name = JSON.stringify([baseUrl, apiKey, headers])
    const provider = providers.get(name) ?? createProvider(options.clock)
    providers.set(name, provider)
    const settings = { ...settingsOf(description, endpoint, options), provider }
    const { subAgents = [] } = description
    const loop: LoopAgent = {
      ...loopAgentOf(settings),
      // They may start each other, so they are looked up when all exist.
      get subAgents() {
        return subAgents.flatMap((id) => loops.get(id) ?? [])
      },
    }
    loops.set(description.id, loop)
    return { loop, settings }
  })
  return agents.map(({ loop, settings }) => agentOf(loop, settings))
}

function settingsOf(
  description: ModelAgentDescription,
  endpoint: ConfiguredAgent['endpoint'],
  options: ConfiguredOptions,
): ModelAgentOptions {
  const { id, title = id === 'model' ? endpoint.model : id, tools = [], approval } = description
  const { maxSteps, maxTokens, maxDepth, maxParallelCalls } = description
  const rules = Object.entries({ ...approval, ...without(options.approval, approval) })
  return {
    ...endpoint,
    id,
    title,
    clock: options.clock,
    tools: async () => selectTools(await options.tools.tools(), tools).map((tool) => ruled(tool, rules)),
    loop: {
      maxResultBytes: options.maxResultBytes,
      ...(maxSteps !== undefined && { maxSteps }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(maxDepth !== undefined && { maxDepth }),
      ...(maxParallelCalls !== undefined && { maxParallel: maxParallelCalls }),
    },
  }
}

function without(rules: ApprovalRules = {}, before: ApprovalRules = {}): ApprovalRules {
  return Object.fromEntries(Object.entries(rules).filter(([name]) => !Object.hasOwn(before, name)))
}

/** The tool, with the first rule for its name instead of its own. */
function ruled(tool: Tool, rules: readonly (readonly [string, 'always' | 'never'])[]): Tool {
  const rule = rules.find(([pattern]) => matcherOf(pattern)(tool.name))
  if (!rule) return tool
  // A tool may keep state of its own behind its functions.
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    effect: tool.effect,
    ...(tool.approvalTtlMs !== undefined && { approvalTtlMs: tool.approvalTtlMs }),
    ...(tool.timeoutMs !== undefined && { timeoutMs: tool.timeoutMs }),
    parse: (input) => tool.parse(input),
    needsApproval: async () => rule[1] === 'always',
    execute: (input, context) => tool.execute(input, context),
  }
}
