/**
 * RunHandle: one device's view of one run, and what is held here for it.
 *
 * Owns: the run's state as this device knows it, letting go. Does not know: other runs, requests, listeners.
 *
 * Invariants:
 * - I2: `completed` is absorbing. Nothing that comes later changes it.
 * - Disposing ends observation. It sends no cancel, the run does not notice, and the state stays as it was.
 */
import type { Outcome, ThreadKey } from '@holdfast/core'

export type RunState =
  /** Made, not started. */
  | { readonly type: 'idle' }
  | { readonly type: 'running' }
  /** Its cancel is on its way or was requested. */
  | { readonly type: 'cancelling' }
  | { readonly type: 'completed'; readonly outcome: Outcome }

/** What is followed for the run. */
export interface RunSubscription {
  close(): void | Promise<void>
}

export interface RunHandleParts {
  readonly key: ThreadKey
  readonly runId: string
  /** Aborted when nothing more is done for this run here. */
  readonly token: AbortController
  readonly subscription: RunSubscription
  /** `idle` if absent. */
  readonly state?: RunState
}

export interface RunHandle extends ThreadKey {
  readonly key: ThreadKey
  readonly runId: string
  readonly token: AbortController
  readonly subscription: RunSubscription
  readonly state: RunState
  /** Whether it has started and not ended. */
  readonly isActive: boolean
  /** Lets go, once, however often it is called. Rejects when the subscription could not be closed. */
  dispose(): Promise<void>
}

export interface MutableRunHandle extends RunHandle {
  /**
   * False if the run has ended, or was in this very state: then nothing happens. `MutableRunHandles.complete` announces
   * an end.
   */
  become(state: RunState): boolean
}

export function createRunHandle(parts: RunHandleParts): MutableRunHandle {
  const { key, runId, token, subscription } = parts
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
