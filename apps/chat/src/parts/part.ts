/**
 * A part of the page that is loaded when first needed. Loading fails without a network, and permanently after an update
 * of the server, which keeps no files of earlier builds.
 *
 * Owns: whether it is loaded, and when to retry. Does not know: what it is, what is shown instead.
 *
 * Invariants: one request at a time; while it is wanted, it is retried after a pause and as soon as the network is
 * back; once loaded it stays. One part per module: a module requested twice could be loaded twice.
 */

const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 30_000

export type PartState<T> =
  | { readonly type: 'unasked' }
  | { readonly type: 'loading' }
  | { readonly type: 'here'; readonly value: T }
  | { readonly type: 'failed'; readonly error: unknown }

export interface Part<T> {
  state(): PartState<T>
  current(): T | undefined
  /** Requests it, unless it is loaded or loading. Resolves when that is over, whatever the result. */
  load(): Promise<void>
  /** Subscribers wait for it. */
  subscribe(listener: () => void): () => void
}

/** The module, or a rejection with what went wrong. */
export async function loaded<T>(part: Part<T>): Promise<T> {
  await part.load()
  const state = part.state()
  if (state.type === 'here') return state.value
  throw (state as Extract<PartState<T>, { type: 'failed' }>).error
}

const failures = new Set<() => void>()

/** Called whenever a part could not be loaded. */
export function onPartFailed(listener: () => void): () => void {
  failures.add(listener)
  return () => void failures.delete(listener)
}

/**
 * @param fetch a function whose text holds the import, and nothing else: `() => import('./it.ts')`
 */
export function createPart<T>(fetch: () => Promise<T>): Part<T> {
  const listeners = new Set<() => void>()
  let state: PartState<T> = { type: 'unasked' }
  let failed = 0
  let underway = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined

  function turn(next: PartState<T>): void {
    state = next
    for (const listener of [...listeners]) listener()
  }

  async function ask(): Promise<void> {
    clearTimeout(timer)
    turn({ type: 'loading' })
    try {
      turn({ type: 'here', value: await (failed === 0 ? fetch() : fetchAnew(fetch, failed)) })
    } catch (error) {
      failed += 1
      turn({ type: 'failed', error })
      rest()
      for (const listener of [...failures]) listener()
    }
  }

  function load(): Promise<void> {
    if (state.type !== 'loading' && state.type !== 'here') underway = ask()
    return underway
  }

  function rest(): void {
    clearTimeout(timer)
    if (state.type !== 'failed' || listeners.size === 0) return
    timer = setTimeout(load, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failed - 1)))
  }

  const online = () => state.type === 'failed' && void load()

  return {
    state: () => state,
    current: () => (state.type === 'here' ? state.value : undefined),
    load,
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      if (listeners.size === 1) {
        window.addEventListener('online', online)
        rest()
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        window.removeEventListener('online', online)
        rest()
      }
    },
  }
}

/**
 * Some browsers remember for the life of the page that an address could not be imported, so a retry uses another one.
 */
function fetchAnew<T>(fetch: () => Promise<T>, attempt: number): Promise<T> {
  const [, path] = /\bimport\(\s*["'`](\.[^"'`]+\.js)["'`]\s*\)/.exec(String(fetch)) ?? []
  return path ? import(/* @vite-ignore */ `${new URL(path, import.meta.url)}?again=${attempt}`) : fetch()
}
