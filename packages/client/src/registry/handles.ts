/**
 * The registry's book of runs: at most one handle a thread, by ThreadKey, and the one place from which the lives of
 * runs are told.
 *
 * Owns: which handle is the thread's current one, the lifecycle stream. Does not know: where runs live, how their end
 * is learnt, who looks.
 *
 * Invariants:
 * - I1: a run that was told as started is told as completed once, however it leaves: ended, or replaced by another.
 * - A new handle is in its place before the old one is let go of: there is no moment without one.
 * - An end is one step: state, callback, event. Of a handle that is not the current one any more it is nothing.
 * - A callback or listener that throws, and a handle that cannot let go, hurt nobody else.
 */
import { keyString, type Outcome, type ThreadKey } from '@holdfast/core'
import { createListeners, undoAll } from '../observable/observable.ts'
import { RegistryError } from '../thread/registry-error.ts'
import type { RunHandle, RunState } from './handle.ts'
import type { LifecycleEvent, LifecycleStream } from './lifecycle.ts'

/** Told of each end with its key, whether or not anybody looks: what keeps a history up to date. */
export type OnRunCompleted = (key: ThreadKey, outcome: Outcome) => void

export interface RunHandles extends Iterable<RunHandle> {
  /** Completed ones included: how the last run of a thread ended is known until another takes its place. */
  readonly size: number
  readonly activeSize: number
  readonly lifecycle: LifecycleStream
  get(key: ThreadKey): RunHandle | undefined
  stateOf(key: ThreadKey): RunState | undefined
  has(key: ThreadKey): boolean
  hasActive(key: ThreadKey): boolean
  /**
   * Puts it into the place of whatever was there, and tells `RunStarted`. A live run that it replaces is told as
   * superseded. Throws `RegistryError` (`closed`), letting go of the handle.
   */
  register(handle: RunHandle): void
  /**
   * Puts `next` into the place of `current`, if that is still where it was, and tells `RunContinued`: the next run goes
   * on with what the current one began. Throws `RegistryError` (`closed`), letting go of `next`.
   */
  replace(current: RunHandle, next: RunHandle): boolean
  /** Whether it was told: not for a handle that has ended, was replaced or removed, or of a closed book. */
  complete(handle: RunHandle, outcome: Outcome): boolean
  /** Reports the failure of a run that never got as far as a handle: the callback is told, the stream is not. */
  notifyCompletion(key: ThreadKey, outcome: Outcome): void
  /** Lets go of the handle and forgets it; tells nobody. */
  remove(key: ThreadKey): Promise<void>
  removeAll(): Promise<void>
  /** Lets go of all and ends the stream. */
  close(): void
}

export function createRunHandles(onRunCompleted: OnRunCompleted = () => {}): RunHandles {
  const handles = new Map<string, RunHandle>()
  const listeners = createListeners<[LifecycleEvent]>()
  const completions = createListeners<[ThreadKey, Outcome]>()
  const endings = createListeners()
  let closed = false
  completions.add(onRunCompleted)

  function put(handle: RunHandle): void {
    if (closed) {
      letGo(handle)
      throw new RegistryError('closed', 'This registry is closed.')
    }
    handles.set(keyString(handle.key), handle)
    handle.become({ type: 'running' })
  }

  function isCurrent(handle: RunHandle): boolean {
    return handles.get(keyString(handle.key)) === handle
  }

  /** The state, then the callback, then the event. */
  function end(handle: RunHandle, outcome: Outcome): boolean {
    if (!handle.become({ type: 'completed', outcome })) return false
    const { key, runId } = handle
    completions.tell(key, outcome)
    listeners.tell({ type: 'RunCompleted', ...key, runId, outcome })
    letGo(handle)
    return true
  }

  async function forget(id: string): Promise<void> {
    const handle = handles.get(id)
    handles.delete(id)
    await handle?.dispose()
  }

  const get = (key: ThreadKey) => handles.get(keyString(key))

  return {
    get size() {
      return handles.size
    },
    get activeSize() {
      return [...handles.values()].filter(({ isActive }) => isActive).length
    },
    lifecycle: {
      subscribe: (listener, ended = () => {}) => undoAll(listeners.add(listener), endings.add(ended)),
    },
    get,
    stateOf: (key) => get(key)?.state,
    has: (key) => get(key) !== undefined,
    hasActive: (key) => get(key)?.isActive ?? false,
    register(handle) {
      const before = get(handle.key)
      if (before === handle) return
      put(handle)
      if (before) {
        if (before.isActive) end(before, { type: 'superseded', by: handle.runId })
        letGo(before)
      }
      listeners.tell({ type: 'RunStarted', ...handle.key, runId: handle.runId })
    },
    replace(current, next) {
      if (!closed && !isCurrent(current)) return false
      put(next)
      letGo(current)
      listeners.tell({ type: 'RunContinued', ...next.key, runId: next.runId, continues: current.runId })
      return true
    },
    complete: (handle, outcome) => isCurrent(handle) && end(handle, outcome),
    notifyCompletion: (key, outcome) => void (closed || completions.tell(key, outcome)),
    remove: (key) => forget(keyString(key)),
    async removeAll() {
      await Promise.all([...handles.keys()].map(forget))
    },
    close() {
      if (closed) return
      closed = true
      for (const handle of handles.values()) letGo(handle)
      handles.clear()
      listeners.clear()
      completions.clear()
      endings.tell()
      endings.clear()
    },
    [Symbol.iterator]: () => [...handles.values()][Symbol.iterator](),
  }
}

/** What cannot be let go of in order is out of the book all the same: there is nobody here who could do more about it. */
function letGo(handle: RunHandle): void {
  handle.dispose().catch(() => {})
}
