/**
 * One call of an agent, kept at arm's length: whatever it throws, at whatever moment, comes as a rejection here, and
 * one that never answers can be left. Does not know: what it says.
 */
import type { RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent, AgentContext } from '../agents/port.ts'
import type { Watched } from './deadlines.ts'

export interface AgentCall extends Watched {
  /** One at a time: what it gives is `taken` before it is called again. */
  next(): Promise<IteratorResult<unknown, unknown>>
  /** What `next` gave, or threw, has come to whoever listens. */
  taken(): void
  /**
   * Asks for nothing more. Resolves once the agent has wound down, after `graceMs` at the latest, or when `cut` is
   * called. `late` is how many things it said that nobody listened to.
   */
  leave(graceMs: number): { readonly gone: Promise<{ stopped: boolean; late: number }>; readonly cut: () => void }
}

export function callAgent(agent: Agent, input: RunAgentInput, context: AgentContext, clock: Clock): AgentCall {
  let iterator: AsyncIterator<unknown, unknown> | undefined
  let pending: Promise<IteratorResult<unknown, unknown>> | undefined
  let askedAt = 0

  return {
    next() {
      askedAt = clock.now()
      try {
        iterator ??= agent.run(input, context)[Symbol.asyncIterator]()
        pending = Promise.resolve(iterator.next())
      } catch (error) {
        pending = Promise.reject(error)
      }
      return pending
    },
    taken() {
      pending = undefined
    },
    waitingSince: () => (pending ? askedAt : undefined),
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
