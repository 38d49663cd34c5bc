/**
 * HOLDFAST_CONFIG of the servers in `resume.ts` and `heap.ts`: an agent that says as many events as it is asked for and
 * one that says nothing until it is cancelled. Told `heap`, the process answers how much of it is in use.
 */
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type AgentDefinition, defineAgent, defineConfig } from '@holdfast/server'

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

const quiet = defineAgent({
  id: 'quiet',
  // biome-ignore lint/correctness/useYield: it says nothing, that is what it is for.
  async *run(_, { signal }) {
    if (!signal.aborted) await once(signal, 'abort')
  },
})

if (process.send) {
  setFlagsFromString('--expose-gc')
  let still = false
  const gc = runInNewContext('gc') as () => void
  process.on('message', () => {
    // What is compiled, and thrown away again, by the way is more than what a thousand runs leave behind.
    if (!still) for (const flag of ['opt', 'maglev', 'sparkplug', 'flush-bytecode']) setFlagsFromString(`--no-${flag}`)
    still = true
    gc()
    gc()
    process.send?.(process.memoryUsage().heapUsed)
  })
}

export default defineConfig({ agents: [talk, quiet], limits: { drainMs: 0 } })
