/** What is asked of the agents and tools of a module besides runs, in the module's process. Does not know: who asks. */
import type { Agent } from '../port.ts'
import type { Tool, ToolAnswer, ToolQuestion } from '../tools/port.ts'
import { type Asked, type CallContext, type FromModule, type Id, thrownOf } from './messages.ts'

/** UTF-16 units of an answer as JSON. */
const MAX_ANSWER = 24 << 20

export interface ModuleCall {
  abort(why: string): void
  answer(n: number, answer: ToolAnswer | undefined): void
}

export interface ModuleCallOptions {
  readonly id: Id
  readonly asked: Asked
  readonly agents: ReadonlyMap<string, Agent>
  readonly tools: ReadonlyMap<string, Tool>
  send(message: FromModule): void
  sendText(text: string): void
  guard(signal: AbortSignal): void
  onEnd(): void
}

/** Never throws. */
export function startModuleCall({
  id,
  asked,
  agents,
  tools,
  send,
  sendText,
  guard,
  onEnd,
}: ModuleCallOptions): ModuleCall {
  const controller = new AbortController()
  const questions: PromiseWithResolvers<ToolAnswer>[] = []
  guard(controller.signal)

  function ask(question: ToolQuestion): Promise<ToolAnswer> {
    const wait = Promise.withResolvers<ToolAnswer>()
    wait.promise.catch(() => {})
    const n = questions.push(wait) - 1
    send({ t: 'ask', id, n, question })
    return wait.promise
  }

  /** The arguments are checked again by the tool's own schema: what that makes of them may be no JSON. */
  async function toolWith(name: string, input: unknown) {
    const tool = found(tools, name, 'tool')
    const parsed = await tool.parse(input)
    if (parsed.type === 'wrong') throw new Error(parsed.message)
    return { tool, input: parsed.input }
  }

  async function perform(): Promise<unknown> {
    switch (asked.what) {
      case 'check':
        return found(agents, asked.name, 'agent').check?.(...asked.args)
      case 'checkAnswer':
        return found(agents, asked.name, 'agent').checkAnswer?.(...asked.args)
      case 'entitle':
        return found(agents, asked.name, 'agent').entitle?.(...asked.args, controller.signal)
      case 'parse': {
        const { type, ...rest } = await found(tools, asked.name, 'tool').parse(...asked.args)
        return type === 'ok' ? { type } : { type, ...rest }
      }
      case 'needsApproval': {
        const { tool, input } = await toolWith(asked.name, asked.args[0])
        return tool.needsApproval(input, { ...carried(asked.args[1]), signal: controller.signal })
      }
      case 'execute': {
        const { tool, input } = await toolWith(asked.name, asked.args[0])
        return tool.execute(input, {
          ...carried(asked.args[1]),
          signal: controller.signal,
          progress: (text) => send({ t: 'progress', id, text: String(text) }),
          ...(asked.args[1].canAsk && { ask }),
        })
      }
    }
  }

  async function run(): Promise<void> {
    try {
      const text = JSON.stringify(await perform()) as string | undefined
      if (text !== undefined && text.length > MAX_ANSWER) throw new Error('The answer is too long.')
      sendText(`{"t":"returned","id":${id}${text === undefined ? '' : `,"value":${text}`}}`)
    } catch (error) {
      send({ t: 'returned', id, thrown: thrownOf(error) })
    }
    onEnd()
  }
  void run()

  return {
    abort(why) {
      const reason = new DOMException(why, 'AbortError')
      controller.abort(reason)
      for (const wait of questions) wait.reject(reason)
    },
    answer: (n, answer) =>
      void (answer ? questions[n]?.resolve(answer) : questions[n]?.reject(new Error('The question was not answered.'))),
  }
}

function carried({ canAsk: _, ...rest }: CallContext) {
  return rest
}

function found<T>(among: ReadonlyMap<string, T>, name: string, what: string): T {
  const one = among.get(name)
  if (one === undefined) throw new Error(`The ${what} "${name}" is no longer in the configuration.`)
  return one
}
