/**
 * One call of an agent, kept at arm's length: whatever it throws, at whatever moment, comes as a rejection here, and
 * one that never answers can be left. Does not know: what it says.
 */
import type { RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent, AgentContext } from '../agents/port.ts'

export interface AgentCall {
  next(): Promise<IteratorResult<unknown, unknown>>
  /**
   * Asks for nothing more. Resolves once the agent has wound down, after `graceMs` at the latest, or when `cut` is
   * called. `late` is how many things it said that nobody listened to.
   */
  leave(graceMs: number): { readonly gone: Promise<{ stopped: boolean; late: number }>; readonly cut: () => void }
}

export function callAgent(agent: Agent, input: RunAgentInput, context: AgentContext, clock: Clock): AgentCall {
  let iterator: AsyncIterator<unknown, unknown> | undefined
  let pending: Promise<IteratorResult<unknown, unknown>> | undefined

  async function ask(): Promise<IteratorResult<unknown, unknown>> {
    iterator ??= agent.run(input, context)[Symbol.asyncIterator]()
    return await iterator.next()
  }

  return {
    next() {
      const asked = ask()
      pending = asked
      const answered = () => {
        if (pending === asked) pending = undefined
      }
      asked.then(answered, answered)
      return asked
    },
    leave(graceMs) {
      let late = 0
      const { promise, resolve } = Promise.withResolvers<{ stopped: boolean; late: number }>()
      async function windDown(): Promise<void> {
        try {
          const last = await pending
          if (last && !last.done) late++
          await iterator?.return?.()
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
    },
  }
}
