/** Something that can be looked at and changes: the shape that `useSyncExternalStore` takes. */

/**
 * `snapshot` gives the same reference until something changes. `subscribe` returns the function that undoes it; undoing
 * twice is harmless.
 */
export interface Observable<T> {
  snapshot(): T
  subscribe(listener: () => void): () => void
}

/** Whether both have the same values under the same names, by reference. */
export function isSame<T extends object>(one: T | undefined, other: T): boolean {
  const names = Object.keys(other) as (keyof T)[]
  return (
    one !== undefined && Object.keys(one).length === names.length && names.every((name) => one[name] === other[name])
  )
}

/** One function that undoes several subscriptions. */
export function undoAll(...undo: readonly (() => void)[]): () => void {
  return () => {
    for (const one of undo) one()
  }
}

export interface Listeners<A extends readonly unknown[]> {
  readonly size: number
  add(listener: (...args: A) => void): () => void
  /** Calls every listener that is there now. One that throws does not affect the others, and its error still surfaces. */
  tell(...args: A): void
  clear(): void
}

export function createListeners<A extends readonly unknown[] = []>(): Listeners<A> {
  // Each subscription is its own entry, so that one function subscribed twice is told twice and undone twice.
  const entries = new Set<{ listener: (...args: A) => void }>()
  return {
    get size() {
      return entries.size
    },
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    tell(...args) {
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue
        try {
          entry.listener(...args)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    clear: () => entries.clear(),
  }
}
