/** Code that is loaded early, and again after each failure until it is there. */
import type { Clock } from '@holdfast/core'

const RELOAD_MS = 1_000

/** Begins to load. The returned function calls `act` once the code is there. */
export function loadEarly<T>(load: () => Promise<T>, clock: Clock, isClosed: () => boolean) {
  let loading = load()

  return function whenLoaded(act: (loaded: T) => void): void {
    loading.then(
      (loaded) => isClosed() || act(loaded),
      () => {
        clock.schedule(RELOAD_MS, () => {
          if (isClosed()) return
          loading = load()
          whenLoaded(act)
        })
      },
    )
  }
}
