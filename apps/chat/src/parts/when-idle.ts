/** Loads parts that will be needed while the page is idle, so that they work without a network. */
import type { Part } from './part.ts'

const FIRST_MS = 1_500

/** One after the other. Once: what cannot be loaded now is asked for when it is wanted. */
export function loadWhenIdle(parts: readonly Part<unknown>[]): () => void {
  let over = false
  const timer = setTimeout(async () => {
    for (const part of parts) {
      await idle()
      if (over) return
      if (part.state().type === 'unasked') await part.load()
    }
  }, FIRST_MS)
  return () => {
    over = true
    clearTimeout(timer)
  }
}

/** Safari has no idle callbacks. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 10_000 })
    else setTimeout(resolve, 200)
  })
}
