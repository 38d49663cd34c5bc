/**
 * What programs of one browser profile and one origin have of each other, as interfaces so small that a test's double has
 * nothing to get wrong.
 *
 * Owns: the words. `browser-neighbours.ts` is the only file that touches navigator.locks, BroadcastChannel, SharedWorker.
 * Does not know: Holdfast.
 */

/** A way to one other program, or to all that opened one of the same name. Values are cloned; those without a receiver are lost. */
export interface Line {
  post(message: unknown): void
  listen(onMessage: (message: unknown) => void, onClose: () => void): () => void
  close(): void
}

/** A program that dies, however it dies, has no locks any more. One that is frozen keeps its own. */
export interface Locks {
  /**
   * Waits for the lock, or steals it from its holder (`steal`), and holds it until `held` settles. Resolves then, or as soon
   * as the lock was stolen, or `signal` was aborted while it waited. `stolen` is aborted when another program stole it.
   */
  hold(
    name: string,
    how: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: (stolen: AbortSignal) => Promise<void>,
  ): Promise<void>
}

export interface Neighbours {
  readonly locks: Locks
  broadcast(name: string): Line
  /** Undefined where the browser has no shared workers. */
  sharedWorker(url: string, name: string): Line | undefined
}
