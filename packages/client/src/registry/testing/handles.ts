/** Handles without a server: what was let go of, and when. */
import type { ThreadKey } from '@holdfast/core'
import { createRunHandle, type MutableRunHandle, type RunHandleParts } from '../handle.ts'

export interface FakeRun {
  readonly handle: MutableRunHandle
  /** How often its subscription was closed. */
  readonly closed: () => number
}

/** `closing` is what closing its subscription waits for, or fails with. */
export function fakeRun(
  key: ThreadKey,
  runId: string,
  more: Partial<RunHandleParts> = {},
  closing: () => void | Promise<void> = () => {},
): FakeRun {
  let count = 0
  const subscription = {
    close() {
      count += 1
      return closing()
    },
  }
  return {
    handle: createRunHandle({ key, runId, token: new AbortController(), subscription, ...more }),
    closed: () => count,
  }
}
