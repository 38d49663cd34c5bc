/**
 * Which page executes the runs of a thread: the one that holds the thread's lock. It carries on until nothing has its turn.
 *
 * Owns: the locks, which page looks at a thread next. Does not know: agents, what is written.
 *
 * Invariants:
 * - At most one page executes a run of a thread. A page that dies, however it dies, loses its locks; a page that waits for
 *   one then settles the run that was left.
 * - A page begins only what was asked for in it. What another page has asked for it begins only if that page has not done so
 *   although it had its turn for the lock: then that page is gone.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import type { Locks } from '../environment/neighbours.ts'
import { createListeners, type Observable } from '../observable/observable.ts'

/** What a look at a thread, under its lock, has come to. */
export type Look =
  | { readonly type: 'begun'; readonly run: () => Promise<void> }
  /** A run that was left has been ended. */
  | { readonly type: 'settled' }
  /** A run has its turn, and was not begun. */
  | { readonly type: 'waiting'; readonly runId: string }
  | { readonly type: 'nothing' }

export interface DriverParts {
  readonly locks: Locks
  readonly name: string
  /** Settles what was left, and begins what has its turn, if `begins` says so. Called under the thread's lock. */
  look(key: ThreadKey, begins: (runId: string) => boolean): Promise<Look>
}

export interface Driver {
  /** `own`: asked for in this page. */
  wake(key: ThreadKey, whose: 'own' | 'other'): void
  /** The threads whose run this page executes now. */
  readonly executing: Observable<readonly ThreadKey[]>
  /** The page ends. */
  close(): void
}

interface Entry {
  readonly key: ThreadKey
  own: boolean
  /** Something has happened since the last look. */
  dirty: boolean
  /** What another page asked for, and had not begun at the last look. */
  seen: string | undefined
}

export function createDriver({ locks, name, look }: DriverParts): Driver {
  const entries = new Map<string, Entry>()
  const left = new AbortController()
  const listeners = createListeners()
  let executing: readonly ThreadKey[] = []

  function note(next: readonly ThreadKey[]): void {
    executing = next
    listeners.tell()
  }

  async function drive(entry: Entry): Promise<void> {
    const { key } = entry
    const lock = `${name} ${keyString(key)}`
    do {
      await locks.hold(lock, { signal: left.signal }, () => carryOn(entry))
      // Behind every page that waits for the lock, so that one that is alive comes first.
    } while (!left.signal.aborted && (entry.dirty || entry.seen !== undefined))
    entries.delete(keyString(key))
  }

  async function carryOn(entry: Entry): Promise<void> {
    const { key } = entry
    while (!left.signal.aborted) {
      entry.dirty = false
      const { seen } = entry
      const found = await look(key, (runId) => entry.own || runId === seen).catch(() => NOTHING)
      entry.seen = undefined
      switch (found.type) {
        case 'begun':
          note([...executing, key])
          try {
            await found.run()
          } catch {
            // It is left as if the page were gone: the next look settles it.
          } finally {
            note(executing.filter((each) => each !== key))
          }
          break
        case 'settled':
          entry.own = true
          break
        case 'waiting':
          entry.seen = found.runId
          return
        case 'nothing':
          entry.own = false
          if (!entry.dirty) return
      }
    }
  }

  return {
    wake(key, whose) {
      const known = entries.get(keyString(key))
      const entry = known ?? { key, own: false, dirty: true, seen: undefined }
      entry.own ||= whose === 'own'
      entry.dirty = true
      if (known) return
      entries.set(keyString(key), entry)
      void drive(entry)
    },
    executing: { snapshot: () => executing, subscribe: listeners.add },
    close: () => left.abort(),
  }
}

const NOTHING: Look = { type: 'nothing' }
