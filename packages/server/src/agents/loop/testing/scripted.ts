/**
 * Tests of the loop: a model that answers by a script, under the real engine with a memory store, so that every log is one
 * that the recorder and the store have taken.
 */
import { type Event, EventType, type Message } from '@ag-ui/core'
import { z } from 'zod'
import { createTestServer } from '../../../engine/testing/test-server.ts'
import { LOCAL_PRINCIPAL as me } from '../../../store/principal.ts'
import { defineTool, type ToolDefinition } from '../../tools/define-tool.ts'
import type { Tool } from '../../tools/port.ts'
import { DEFAULT_LOOP_LIMITS, type LoopLimits } from '../limits.ts'
import type { LoopAgent, ModelQuestion } from '../run.ts'
import { createLoopAgent } from '../run-loop.ts'

export interface Said {
  readonly text?: string
  readonly calls?: readonly SaidCall[]
  readonly tokens?: number
  /** It never finishes what it says. */
  readonly hangs?: boolean
  readonly fails?: Error
}

interface SaidCall {
  readonly id?: string
  readonly name: string
  /** JSON, or any text. */
  readonly args?: unknown
}

/** What the model says when it is asked this. */
export type Script = (asked: ModelQuestion, nth: number) => Said

export const call = (name: string, args: unknown = {}, id?: string): SaidCall => ({ name, args, ...(id && { id }) })

let ids = 0
const newId = () => `id-${++ids}`

async function* speak(
  { text, calls = [], tokens, hangs, fails }: Said,
  { newCallId }: ModelQuestion,
  context: { signal: AbortSignal; usage(entry: object): void },
): AsyncGenerator<Event> {
  const messageId = newId()
  if (text !== undefined) {
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text }
  }
  if (hangs)
    await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
  if (fails) throw fails
  if (text !== undefined) yield { type: EventType.TEXT_MESSAGE_END, messageId }
  const named = calls.map((each) => ({ ...each, toolCallId: newCallId(each.id) }))
  for (const { toolCallId, name, args } of named) {
    yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: name, parentMessageId: messageId }
    const json = typeof args === 'string' ? args : JSON.stringify(args)
    for (let at = 0; at < json.length; at += 65_536)
      yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta: json.slice(at, at + 65_536) }
  }
  for (const { toolCallId } of named) yield { type: EventType.TOOL_CALL_END, toolCallId }
  if (tokens !== undefined) context.usage({ totalTokens: tokens })
}

export interface AgentOptions {
  readonly script: Script
  readonly tools?: readonly Tool[]
  readonly subAgents?: readonly LoopAgent[]
  readonly limits?: Partial<LoopLimits>
}

export interface Scripted extends LoopAgent {
  /** Every question that the model was asked. */
  readonly asked: ModelQuestion[]
}

export function agent(id: string, { script, tools = [], subAgents = [], limits }: AgentOptions): Scripted {
  const asked: ModelQuestion[] = []
  return {
    id,
    title: id,
    limits: { ...DEFAULT_LOOP_LIMITS, ...limits },
    subAgents,
    tools: async () => tools,
    asked,
    model: {
      ask(question, context) {
        asked.push(question)
        return speak(script(question, asked.length), question, context)
      },
    },
  }
}

/** A tool that counts its executions. */
export function tool(
  name: string,
  execute: (input: { n?: number }, context: Parameters<Tool['execute']>[1]) => unknown = () => 'ok',
  more: Partial<ToolDefinition> = {},
) {
  const keys: string[] = []
  const inputs: unknown[] = []
  const made = defineTool({
    name,
    description: name,
    input: z.looseObject({ n: z.number().optional() }),
    effect: 'read',
    ...more,
    execute(input, context) {
      keys.push(context.key)
      inputs.push(input)
      return execute(input as { n?: number }, context)
    },
  } as ToolDefinition)
  return Object.assign(made, { keys, inputs })
}

/** What the last message of the model's question says. */
export const lastOf = ({ messages }: ModelQuestion): Message | undefined => messages.at(-1)
export const resultsIn = ({ messages }: ModelQuestion): string[] =>
  messages.flatMap((message) =>
    message.role === 'tool' && typeof message.content === 'string' ? [message.content] : [],
  )

export async function serverWith(main: LoopAgent, options: Parameters<typeof createTestServer>[0] = {}) {
  const agents: NonNullable<typeof options.agents> = []
  const server = await createTestServer({ ...options, agents: [lazily(() => loop), ...agents] })
  const loop = createLoopAgent({ agent: main, clock: server.clock, newId, totalMs: 3_600_000 })
  await server.engine.start()
  return {
    ...server,
    ask: (threadId: string) => server.ask(threadId, main.id, undefined, 'resume'),
    /** Answers the questions of run `of` with run `runId`. */
    async answer(threadId: string, runId: string, resume: readonly object[]) {
      const request = { runId, messages: [], agentId: main.id, onBusy: 'reject', tools: [], context: [], resume }
      return server.store.runs.start(me, server.key(threadId), request as never, 'resume')
    },
    async runOf(threadId: string, runId: string) {
      const answer = await server.store.runs.get(me, server.key(threadId), runId)
      if (answer.type !== 'run') throw new Error(`no run ${runId}`)
      return answer.run
    },
    async events(threadId: string, runId = threadId): Promise<Event[]> {
      const envelopes = await server.envelopes(threadId)
      return envelopes.flatMap((each) => (each.kind === 'agui' && each.runId === runId ? [each.event as Event] : []))
    },
    async results(threadId: string, runId = threadId) {
      const envelopes = await server.envelopes(threadId)
      return envelopes.flatMap(({ event, ...each }) =>
        event.type === 'TOOL_CALL_RESULT' && each.runId === runId
          ? [
              {
                id: event.toolCallId,
                text: String(event.content),
                error: (event.metadata?.holdfast as { error?: boolean } | undefined)?.error ?? false,
              },
            ]
          : [],
      )
    },
  }

  function lazily(get: () => ReturnType<typeof createLoopAgent>): ReturnType<typeof createLoopAgent> {
    return {
      id: main.id,
      title: main.title,
      afterCrash: 'resume',
      run: (input, context) => get().run(input, context),
      checkAnswer: (interrupt, payload) => get().checkAnswer?.(interrupt, payload) ?? Promise.resolve({ type: 'ok' }),
    }
  }
}
