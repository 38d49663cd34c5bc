/**
 * One call of an agent, kept at arm's length: one that never answers can be left. Does not know: what it says.
 */
import type { RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent, AgentContext } from '../agents/port.ts'

export interface AgentCall {
  readonly iterator: AsyncIterator<unknown, unknown>
  /** What it is asked for and has not given yet, or what it gave when nobody listened any more. */
  pending: Promise<IteratorResult<unknown, unknown>> | undefined
}

/** @throws whatever the agent throws */
export function callAgent(agent: Agent, input: RunAgentInput, context: AgentContext): AgentCall {
  return { iterator: agent.run(input, context)[Symbol.asyncIterator](), pending: undefined }
}

/** One at a time. @throws whatever the agent throws, where it does not reject with it */
export function askNext(call: AgentCall): Promise<IteratorResult<unknown, unknown>> {
  call.pending = Promise.resolve(call.iterator.next())
  return call.pending
}

/**
 * Asks for nothing more. Resolves once the agent has wound down, after `graceMs` at the latest, or when `cut` is
 * called. `late` is how many things it said that nobody listened to.
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
      // It was told to stop: how it does that is its own affair.
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
