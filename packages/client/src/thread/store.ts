/**
 * The model of one thread at work: takes events, has their effects run, and tells observers what they see now.
 *
 * Owns: the present state. Does not know: requests, connections, who observes.
 *
 * Invariants:
 * - A start or a cancel is visible at once: before anything is awaited.
 * - The state changes before its effects are run, so that announcements and observers see the same (S000-45).
 */
import type { ThreadKey } from '@holdfast/core'
import { type ConnectionState, IDLE } from '../follow/state.ts'
import type { Effect, ThreadEvent } from './event.ts'
import { model } from './model.ts'
import type { ThreadContent, ThreadState } from './port.ts'
import { project } from './project.ts'
import { EMPTY_QUEUE } from './queue.ts'
import { NEW_THREAD, type ThreadModel } from './state.ts'

export interface ThreadStore {
  readonly model: ThreadModel
  readonly state: ThreadState
  /** Gives the effects, which have been run. */
  dispatch(event: ThreadEvent): readonly Effect[]
  /** Content or connection have changed. */
  publish(): void
}

export interface StoreOptions {
  readonly key: ThreadKey
  content(): ThreadContent
  connection(): ConnectionState
  run(effect: Effect): void
  /** The model has taken this event. */
  changed(event: ThreadEvent, before: ThreadModel): void
  /** Observers see another state. */
  tell(): void
}

export function unknownThread(key: ThreadKey): ThreadState {
  const { activity } = NEW_THREAD
  return { key, content: { type: 'loading' }, pending: [], queue: EMPTY_QUEUE, activity, connection: IDLE }
}

export function createStore({ key, content, connection, run, changed, tell }: StoreOptions): ThreadStore {
  let current = NEW_THREAD
  let state = unknownThread(key)

  function refresh(): boolean {
    const before = state
    state = project(before, current, content(), connection())
    return state !== before
  }

  return {
    get model() {
      return current
    },
    get state() {
      return state
    },
    dispatch(event) {
      const before = current
      const next = model(key, current, event)
      current = next.state
      const isNew = refresh()
      changed(event, before)
      next.effects.forEach(run)
      if (isNew) tell()
      return next.effects
    },
    publish() {
      if (refresh()) tell()
    },
  }
}
