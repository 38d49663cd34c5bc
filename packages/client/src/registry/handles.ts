/**
 * The handles of runs by ThreadKey: at most one for each thread, and the events of their lives.
 *
 * Owns: which handle is the current one of its thread. Does not know: where runs live, how their end is learnt, who
 * observes them. Events change it (`derived-handles.ts`); from outside it is read only.
 *
 * Invariants:
 * - I1: a run that was announced as started is announced as completed once, however it leaves: ended, or replaced.
 * - A new handle is in its place before the old one is let go of: there is no moment without one.
 * - An end is one step: state, callback, event. For a handle that is not the current one any more nothing happens.
 * - A callback or listener that throws, and a handle that cannot let go, do not affect others.
 */
import { keyString, type Outcome, type ThreadKey } from '@holdfast/core'
import { createListeners, undoAll } from '../observable/observable.ts'
import type { LifecycleEvent, LifecycleStream } from '../thread/lifecycle.ts'
import { RegistryError } from '../thread/registry-error.ts'
import type { MutableRunHandle, RunHandle, RunState } from './handle.ts'

/** Called for each end with its key, whether or not anything is observed: keeps a history up to date. */
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
}

export interface MutableRunHandles extends RunHandles {
  get(key: ThreadKey): MutableRunHandle | undefined
  /**
   * Puts it into the place of whatever was there, and announces `RunStarted`. A live run that it replaces is announced
   * as superseded. Throws `RegistryError` (`closed`), letting go of the handle.
   */
  register(handle: MutableRunHandle): void
  /**
   * Puts `next` into the place of `current`, if that is still where it was, and announces `RunContinued`: the next run
   * continues the current one. Throws `RegistryError` (`closed`), letting go of `next`.
   */
  replace(current: MutableRunHandle, next: MutableRunHandle): boolean
  /** Whether it was announced: not for a handle that has ended, was replaced or removed, or after closing. */
  complete(handle: MutableRunHandle, outcome: Outcome): boolean
  /** Reports the failure of a run that never had a handle: the callback is called, the stream has no event. */
  notifyCompletion(key: ThreadKey, outcome: Outcome): void
  /** Lets go of the handle and forgets it, without an event. */
  remove(key: ThreadKey): Promise<void>
  removeAll(): Promise<void>
  /** Lets go of all and ends the stream. */
  close(): void
}

export function createRunHandles(onRunCompleted: OnRunCompleted = () => {}): MutableRunHandles {
  const handles = new Map<string, MutableRunHandle>()
  const listeners = createListeners<[LifecycleEvent]>()
  const completions = createListeners<[ThreadKey, Outcome]>()
  const endings = createListeners()
  let closed = false
  completions.add(onRunCompleted)

  function put(handle: MutableRunHandle): void {
    if (closed) refuse(handle)
    handles.set(keyString(handle.key), handle)
    handle.become({ type: 'running' })
  }

  const isCurrent = (handle: RunHandle) => handles.get(keyString(handle.key)) === handle

  /** The state, then the callback, then the event. */
  function end(handle: MutableRunHandle, outcome: Outcome): boolean {
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
    ...lookUpsWith(get),
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
    removeAll: async () => void (await Promise.all([...handles.keys()].map(forget))),
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

function lookUpsWith(get: MutableRunHandles['get']): Pick<MutableRunHandles, 'get' | 'stateOf' | 'has' | 'hasActive'> {
  return {
    get,
    stateOf: (key) => get(key)?.state,
    has: (key) => get(key) !== undefined,
    hasActive: (key) => get(key)?.isActive ?? false,
  }
}

function refuse(handle: RunHandle): never {
  letGo(handle)
  throw new RegistryError('closed', 'This registry is closed.')
}

/** A handle that cannot let go is forgotten all the same. Nothing here could do more about it. */
function letGo(handle: RunHandle): void {
  handle.dispose().catch(() => {})
}
