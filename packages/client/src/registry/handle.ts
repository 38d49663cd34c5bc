/**
 * RunHandle: one device's view of one run, and what is held here for its sake.
 *
 * Owns: the run's state as this device knows it, letting go. Does not know: other runs, requests, who listens.
 *
 * Invariants:
 * - I2: `completed` is absorbing; what comes later changes nothing.
 * - Letting go (`dispose`) ends observation: a request that is still repeated, the following of the log. It sends no
 *   cancel, the run does not notice, and the state stays as it was.
 */
import type { Outcome, ThreadKey } from '@holdfast/core'

export type RunState =
  /** Built, not begun. */
  | { readonly type: 'idle' }
  | { readonly type: 'running' }
  /** Its cancel is on its way or has been requested. */
  | { readonly type: 'cancelling' }
  | { readonly type: 'completed'; readonly outcome: Outcome }

/** What is followed for the run's sake. */
export interface RunSubscription {
  close(): void | Promise<void>
}

export interface RunHandleParts {
  readonly key: ThreadKey
  readonly runId: string
  /** Aborted when nothing is to be done for this run here any more. */
  readonly token: AbortController
  readonly subscription: RunSubscription
  /** The message that the run answers, if there is one. */
  readonly userMessageId?: string | undefined
  /** The agent's shared state before this run. */
  readonly previousState?: unknown
  /** `idle` if absent. */
  readonly state?: RunState
}

export interface RunHandle extends ThreadKey {
  readonly key: ThreadKey
  readonly runId: string
  readonly token: AbortController
  readonly subscription: RunSubscription
  readonly userMessageId: string | undefined
  readonly previousState: unknown
  readonly state: RunState
  /** Whether it has begun and not ended. */
  readonly isActive: boolean
  /** False if the run has ended, or was in this very state: then nothing happens. Ends are told by `RunHandles.complete`. */
  become(state: RunState): boolean
  /** Lets go, once, however often it is called. Rejects when the subscription could not be closed. */
  dispose(): Promise<void>
}

export function createRunHandle(parts: RunHandleParts): RunHandle {
  const { key, runId, token, subscription, userMessageId, previousState = null } = parts
  let state: RunState = parts.state ?? { type: 'idle' }
  let disposed: Promise<void> | undefined

  async function letGo(): Promise<void> {
    token.abort()
    await subscription.close()
  }

  return {
    key,
    roomId: key.roomId,
    threadId: key.threadId,
    runId,
    token,
    subscription,
    userMessageId,
    previousState,
    get state() {
      return state
    },
    get isActive() {
      return state.type === 'running' || state.type === 'cancelling'
    },
    become(next) {
      if (state.type === 'completed' || state.type === next.type) return false
      state = next
      return true
    },
    dispose() {
      disposed ??= letGo()
      return disposed
    },
  }
}
