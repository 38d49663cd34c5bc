/** One call of an agent. An agent that never answers can be abandoned. Does not know: what the agent says. */
import type { RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent, AgentContext } from '../agents/port.ts'

export interface AgentCall {
  readonly iterator: AsyncIterator<unknown, unknown>
  /** The pending `next()`, or the last one if nobody took its result. */
  pending: Promise<IteratorResult<unknown, unknown>> | undefined
}

/** @throws anything the agent throws */
export function callAgent(agent: Agent, input: RunAgentInput, context: AgentContext): AgentCall {
  return { iterator: agent.run(input, context)[Symbol.asyncIterator](), pending: undefined }
}

/** One at a time. @throws anything the agent throws synchronously; it may also reject */
export function askNext(call: AgentCall): Promise<IteratorResult<unknown, unknown>> {
  call.pending = Promise.resolve(call.iterator.next())
  return call.pending
}

/**
 * Asks for nothing more. `gone` resolves when the agent has wound down, after `graceMs` at the latest, or when `cut` is
 * called. `late` counts the events that arrived after the stop.
 */
export function leaveAgent(
  call: AgentCall,
  clock: Clock,
  graceMs: number,
): { readonly gone: Promise<{ stopped: boolean; late: number }>; readonly cut: () => void } {
  let late = 0
  const { promise, resolve } = Promise.withResolvers<{ stopped: boolean; late: number }>()
  async function windDown(): Promise<void> {
    try {
      const last = await call.pending
      if (last && !last.done) late++
      await call.iterator.return?.()
    } catch {
      // It was asked to stop; an error while stopping is not reported.
    }
    cut(true)
  }
  const undo = clock.schedule(graceMs, () => cut(false))
  function cut(stopped: boolean): void {
    undo()
    resolve({ stopped, late })
  }
  void windDown()
  return { gone: promise, cut: () => cut(false) }
}
