/**
 * The process of a config module, once the module is loaded: answers what the server asks. Owns: the runs and calls on their
 * way in this process. Does not know: how a module is loaded, what it contains.
 *
 * An error that nothing caught ends this process, and with it the module's own runs. A rejected promise that nobody handles
 * is only reported: what it belongs to goes on or has its own time-out.
 */
import type { Agent } from '../port.ts'
import type { JsonObject, Tool } from '../tools/port.ts'
import { type DescribedAgent, type Description, type FromModule, type Id, type ToModule, thrownOf } from './messages.ts'
import { type ModuleCall, startModuleCall } from './module-calls.ts'
import { type ModuleRun, startModuleRun } from './module-run.ts'
import type { Pipe } from './pipe.ts'

export interface ModuleConfig {
  /** An agent without a function `run` is a description: it is passed on as it is. */
  readonly agents?: readonly (Agent | JsonObject)[]
  readonly tools?: readonly Tool[]
}

export interface ModuleOptions {
  readonly config: ModuleConfig
  readonly pipe: Pick<Pipe, 'send' | 'sendText'>
  guard(signal: AbortSignal): void
  onClose(): void
}

/** Returns a function that takes the server's messages. */
export function serveModule({ config, pipe, guard, onClose }: ModuleOptions): (message: unknown) => void {
  const agents = new Map((config.agents ?? []).filter(isAgent).map((agent) => [agent.id, agent]))
  const tools = new Map((config.tools ?? []).map((tool) => [tool.name, tool]))
  const runs = new Map<Id, ModuleRun>()
  const calls = new Map<Id, ModuleCall>()
  const send = (message: FromModule) => pipe.send(message)
  const { sendText } = pipe
  send({ t: 'loaded', config: describe(config) })

  function begin(message: Extract<ToModule, { t: 'run' }>): void {
    const { id, agentId, input, context } = message
    const agent = agents.get(agentId)
    if (!agent) {
      send({ t: 'ended', id, thrown: thrownOf(new Error(`The agent "${agentId}" is no longer in the configuration.`)) })
      return
    }
    runs.set(id, startModuleRun({ id, agent, input, context, send, sendText, guard, onEnd: () => runs.delete(id) }))
  }

  return (given) => {
    // From the server, which is trusted.
    const message = given as ToModule
    switch (message.t) {
      case 'run':
        return begin(message)
      case 'used':
        return runs.get(message.id)?.used(message.batches)
      case 'abort':
        runs.get(message.id)?.abort(message.why)
        return calls.get(message.id)?.abort(message.why)
      case 'abort-child':
        return runs.get(message.id)?.abortChild(message.subagentRunId, message.why)
      case 'leave':
        return runs.get(message.id)?.leave()
      case 'written':
        return runs.get(message.id)?.written(message.n, message.thrown)
      case 'call': {
        const { id, t: _, ...asked } = message
        calls.set(
          id,
          startModuleCall({ id, asked, agents, tools, send, sendText, guard, onEnd: () => calls.delete(id) }),
        )
        return
      }
      case 'answer':
        return calls.get(message.id)?.answer(message.n, message.answer)
      case 'ping':
        for (const [id, attention] of message.attention) runs.get(id)?.attend(attention)
        return send({ t: 'pong' })
      case 'close':
        return onClose()
    }
  }
}

function isAgent(agent: Agent | JsonObject): agent is Agent {
  return typeof agent.run === 'function'
}

function describe({ agents = [], tools = [], ...rest }: ModuleConfig): Description {
  return {
    agents: agents.map((agent) => (isAgent(agent) ? describeAgent(agent) : agent)),
    tools: tools.map(({ name, description, inputSchema, effect, approvalTtlMs, timeoutMs }) => ({
      name,
      description,
      inputSchema,
      effect,
      ...(approvalTtlMs !== undefined && { approvalTtlMs }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    rest: rest as JsonObject,
  }
}

function describeAgent(agent: Agent): DescribedAgent {
  const { id, title, description, tolerated, afterCrash } = agent
  return {
    isolated: true,
    id,
    title,
    ...(description !== undefined && { description }),
    ...(tolerated !== undefined && { tolerated }),
    ...(typeof afterCrash === 'string' && { afterCrash }),
    can: (['check', 'checkAnswer', 'entitle'] as const).filter((each) => agent[each] !== undefined),
  }
}
