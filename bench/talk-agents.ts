/**
 * HOLDFAST_CONFIG of the servers in `resume.ts` and `heap.ts`: an agent that says as many events as it is asked for and
 * one that says nothing, or one word, until it is cancelled. Told `heap`, the process answers how much of it is in use.
 */
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { type AgentDefinition, defineAgent, defineConfig } from '@holdfast/server'
import { heapInUse } from '../scripts/heap-in-use.ts'

type Run = AgentDefinition['run']
type Said = ReturnType<Run> extends AsyncIterable<infer E> ? E : never

/** Two messages in turn: no delta is joined with the one before it. */
const NAMES = ['a', 'b'] as const

export interface TalkProps {
  readonly events: number
  /** It then waits until it is cancelled. */
  readonly stay?: boolean
}

const talk = defineAgent({
  id: 'talk',
  async *run({ forwardedProps }, { signal }) {
    const { events, stay = false } = forwardedProps as TalkProps
    for (const messageId of NAMES) yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' } as Said
    for (let n = 0; n < events; n++) {
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId: NAMES[n % 2], delta: `t${n} ` } as Said
    }
    if (stay && !signal.aborted) await once(signal, 'abort')
    for (const messageId of NAMES) yield { type: 'TEXT_MESSAGE_END', messageId } as Said
  },
})

export interface QuietProps {
  /** Said before it waits. */
  readonly word?: string
}

export const quiet = defineAgent({
  id: 'quiet',
  async *run({ runId: messageId, forwardedProps }, { signal }) {
    const { word: delta } = (forwardedProps ?? {}) as QuietProps
    if (delta !== undefined) {
      yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' } as Said
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta } as Said
    }
    if (!signal.aborted) await once(signal, 'abort')
  },
})

// What is compiled, and thrown away again, by the way is more than what a thousand runs leave behind.
const WHAT_IS_COMPILED = ['opt', 'maglev', 'sparkplug', 'flush-bytecode']

export function stopCompiling(): void {
  for (const flag of WHAT_IS_COMPILED) setFlagsFromString(`--no-${flag}`)
}

process.on('message', async () => {
  stopCompiling()
  process.send?.(await heapInUse())
})

export default defineConfig({ agents: [talk, quiet], limits: { drainMs: 0 } })
