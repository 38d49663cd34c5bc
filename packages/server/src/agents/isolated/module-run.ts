/**
 * A run in the process of its module: calls the agent, and sends its events in batches. Owns: how far the agent may be
 * ahead of the server. Does not know: what the events mean.
 *
 * Invariant: at most `AHEAD` batches are on their way, so memory is bounded in both processes, and an agent that never waits
 * gives way to the others.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import type { Attention } from '@holdfast/core'
import type { Agent, AgentContext } from '../port.ts'
import {
  errorOf,
  type FromModule,
  type Id,
  type RunContext,
  type Thrown,
  TOO_DEEP,
  TOO_LARGE,
  thrownOf,
  UNREADABLE,
} from './messages.ts'

/** Batches on their way. */
export const AHEAD = 8
const BATCH_EVENTS = 128
const BATCH_SIZE = 32 << 10
/** UTF-16 units of one event as JSON. */
const MAX_EVENT = 24 << 20

export interface ModuleRun {
  used(batches: number): void
  abort(why: string): void
  abortChild(subagentRunId: string, why: string): void
  leave(): void
  written(n: number, thrown: Thrown | undefined): void
  attend(attention: Attention): void
}

export interface ModuleRunOptions {
  readonly id: Id
  readonly agent: Agent
  readonly input: RunAgentInput
  readonly context: RunContext
  send(message: FromModule): void
  sendText(text: string): void
  /** Keeps what a listener throws away from everyone else. */
  guard(signal: AbortSignal): void
  onEnd(): void
}

/** Never throws. */
export function startModuleRun({
  id,
  agent,
  input,
  context: given,
  send,
  sendText,
  guard,
  onEnd,
}: ModuleRunOptions): ModuleRun {
  const { attention, ...carried } = given
  const controller = new AbortController()
  const children = new Map<string, AbortController>()
  const writes = new Map<number, PromiseWithResolvers<void>>()
  let attended = attention
  let batch: string[] = []
  let size = 0
  let count = 0
  let onTheirWay = 0
  let scheduled = false
  let left = false
  let goOn = () => {}
  guard(controller.signal)

  function flush(): void {
    scheduled = false
    if (batch.length === 0) return
    sendText(`{"t":"events","id":${id},"events":[${batch.join(',')}]}`)
    batch = []
    size = 0
    onTheirWay++
  }

  function push(event: unknown): void {
    const text = jsonOf(event)
    batch.push(text)
    size += text.length
    count++
    if (batch.length >= BATCH_EVENTS || size >= BATCH_SIZE) flush()
    else if (!scheduled) {
      scheduled = true
      setImmediate(flush)
    }
  }

  const context: AgentContext = {
    ...carried,
    signal: controller.signal,
    attention: () => attended,
    usage: (entry) => send({ t: 'usage', id, entry }),
    written() {
      flush()
      const wait = Promise.withResolvers<void>()
      const n = writes.size
      writes.set(n, wait)
      if (controller.signal.aborted) wait.reject(controller.signal.reason)
      else send({ t: 'write', id, n, count })
      // Nobody may wait for it.
      wait.promise.catch(() => {})
      return wait.promise
    },
    childSignal(subagentRunId) {
      const known = children.get(subagentRunId)
      if (known) return known.signal
      const child = new AbortController()
      guard(child.signal)
      children.set(subagentRunId, child)
      if (controller.signal.aborted) child.abort(controller.signal.reason)
      else send({ t: 'watch-child', id, subagentRunId })
      return child.signal
    },
  }

  async function run(): Promise<void> {
    let thrown: Thrown | undefined
    try {
      const iterator: AsyncIterator<Event> = agent.run(input, context)[Symbol.asyncIterator]()
      for (;;) {
        if (onTheirWay >= AHEAD && !left) await new Promise<void>((resolve) => (goOn = resolve))
        if (left) {
          await iterator.return?.()
          break
        }
        const next = await iterator.next()
        if (next.done) break
        push(next.value)
      }
    } catch (error) {
      thrown = thrownOf(error)
    }
    flush()
    send({ t: 'ended', id, ...(thrown && { thrown }) })
    onEnd()
  }
  void run()

  return {
    used(batches) {
      onTheirWay -= batches
      goOn()
    },
    abort(why) {
      const reason = new DOMException(why, 'AbortError')
      controller.abort(reason)
      for (const child of children.values()) child.abort(reason)
      for (const wait of writes.values()) wait.reject(reason)
      goOn()
    },
    abortChild: (subagentRunId, why) => children.get(subagentRunId)?.abort(new DOMException(why, 'AbortError')),
    leave() {
      left = true
      goOn()
    },
    written(n, thrown) {
      const wait = writes.get(n)
      if (thrown) wait?.reject(errorOf(thrown))
      else wait?.resolve()
    },
    attend(next) {
      attended = next
    },
  }
}

function jsonOf(event: unknown): string {
  try {
    const text = JSON.stringify(event) as string | undefined
    if (text === undefined) return UNREADABLE
    return text.length > MAX_EVENT ? TOO_LARGE : text
  } catch (error) {
    // A circle, or too deep for the stack.
    const isDeep = error instanceof RangeError || (error instanceof TypeError && error.message.includes('circular'))
    return isDeep ? TOO_DEEP : UNREADABLE
  }
}
