/** The way of a tab that leads to itself: two ends of a line in one program, whose values need no cloning. */
import type { Line } from '../environment/neighbours.ts'

export function createLoopback(): readonly [Line, Line] {
  let open = true
  const one = new Set<(message: unknown) => void>()
  const other = new Set<(message: unknown) => void>()

  function end(own: typeof one, theirs: typeof one): Line {
    return {
      post(message) {
        queueMicrotask(() => {
          if (open) for (const hear of [...theirs]) hear(message)
        })
      },
      // Both ends are in one tab: none outlives the other.
      listen(onMessage) {
        own.add(onMessage)
        return () => void own.delete(onMessage)
      },
      close() {
        open = false
      },
    }
  }
  return [end(one, other), end(other, one)]
}
