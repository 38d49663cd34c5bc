/** An environment that only moves when told: the double of `Environment`. */
import { createManualClock, type ManualClock } from '@holdfast/core/testing'
import type { Locks } from '../environment/neighbours.ts'
import type { Environment, Shared } from '../environment/port.ts'

/** What a frame lasts on this environment's clock. */
export const MANUAL_FRAME_MS = 16

export interface ManualEnvironment extends Environment {
  readonly clock: ManualClock
  setHidden(hidden: boolean): void
  setOnline(online: boolean): void
  /** How many listeners visibility and connectivity have (I10). */
  readonly listeners: number
}

interface Switch {
  on: boolean
  readonly listeners: Set<() => void>
}

function subscribeTo({ listeners }: Switch, listener: () => void): () => void {
  const own = () => listener()
  listeners.add(own)
  return () => void listeners.delete(own)
}

function set(what: Switch, on: boolean): void {
  if (what.on === on) return
  what.on = on
  for (const listener of [...what.listeners]) listener()
}

export interface ManualEnvironmentOptions {
  /** What every die shows; a half unless told otherwise. */
  readonly random?: () => number
  /** What was kept by a page before this one. */
  readonly kept?: Map<string, string>
  /** What other pages of the same browser share with it; nothing, if absent. */
  readonly shared?: Shared
  /** With `shared`: other pages know whether this one lives. */
  readonly locks?: Locks
  /** Ids are `id-1`, `id-2` …, or begin with this. */
  readonly ids?: string
}

export function createManualEnvironment(options: ManualEnvironmentOptions = {}): ManualEnvironment {
  const { random = () => 0.5, kept = new Map<string, string>(), ids: prefix = 'id-', shared, locks } = options
  const clock = createManualClock()
  const hidden: Switch = { on: false, listeners: new Set() }
  const online: Switch = { on: true, listeners: new Set() }
  let ids = 0

  return {
    clock,
    frames: { next: (run) => clock.schedule(MANUAL_FRAME_MS, run) },
    visibility: {
      get hidden() {
        return hidden.on
      },
      subscribe: (listener) => subscribeTo(hidden, listener),
    },
    connectivity: {
      get online() {
        return online.on
      },
      subscribe: (listener) => subscribeTo(online, listener),
    },
    keep: {
      read: (name) => kept.get(name),
      write: (name, text) => void kept.set(name, text),
      remove: (name) => void kept.delete(name),
      names: () => [...kept.keys()],
    },
    ...(shared && { shared }),
    ...(locks && { locks: async () => locks }),
    random,
    mintId: () => `${prefix}${++ids}`,
    setHidden: (on) => set(hidden, on),
    setOnline: (on) => set(online, on),
    get listeners() {
      return hidden.listeners.size + online.listeners.size
    },
  }
}
