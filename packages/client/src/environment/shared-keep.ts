/**
 * What all pages of a browser profile keep together, as strings in local storage.
 *
 * Owns: the names in local storage. Does not know: what is kept, why.
 */
import type { Shared, SharedChange } from './port.ts'
import { attempt, namesIn } from './storage.ts'

export interface SharedKeepOptions {
  /** Of every name. Nothing else in this storage begins like it. */
  readonly prefix: string
  /** Throws where the browser refuses. */
  storage(): Storage
  /** Calls back with what another page has written or removed; `key` is null when it has removed everything. */
  onStorage(listener: (event: Pick<StorageEvent, 'key' | 'oldValue' | 'newValue'>) => void): () => void
}

export function sharedKeep({ prefix, storage, onStorage }: SharedKeepOptions): Shared {
  return {
    read: (name) => attempt(() => storage().getItem(prefix + name)) ?? undefined,
    write: (name, text) =>
      attempt(() => {
        storage().setItem(prefix + name, text)
        return true
      }) === true,
    remove: (name) => attempt(() => storage().removeItem(prefix + name)),
    names: () => namesIn(storage, prefix),
    subscribe: (listener) =>
      onStorage(({ key, oldValue, newValue }) => {
        if (!key?.startsWith(prefix)) return
        const change: SharedChange = {
          name: key.slice(prefix.length),
          before: oldValue ?? undefined,
          after: newValue ?? undefined,
        }
        listener(change)
      }),
  }
}
