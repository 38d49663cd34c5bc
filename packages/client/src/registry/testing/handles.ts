/** Handles without a server: a book of them, and what was let go of. */
import type { Outcome, ThreadKey } from '@holdfast/core'
import type { LifecycleEvent } from '../../thread/lifecycle.ts'
import { createRunHandle, type MutableRunHandle, type RunHandleParts } from '../handle.ts'
import { createRunHandles } from '../handles.ts'

export const DONE: Outcome = { type: 'succeeded' }

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

export function setUpHandles() {
  const completions: [ThreadKey, Outcome][] = []
  const handles = createRunHandles((key, outcome) => void completions.push([key, outcome]))
  const events: LifecycleEvent[] = []
  handles.lifecycle.subscribe((event) => void events.push(event))
  const register = (key: ThreadKey, runId: string) => {
    const run = fakeRun(key, runId)
    handles.register(run.handle)
    return run
  }
  return { handles, events, completions, register }
}
