/** A network that can stand still: what comes then waits, in order, each connection for itself. */
import type { FeedHandlers, LogHandlers } from '../../transport/port.ts'

/** The same handlers, each told what it is told as soon as the network lets it through. */
export type Late = <H extends FeedHandlers | LogHandlers>(handlers: H) => H

export function createSlowness() {
  const paths = new Set<() => void>()
  let still = false
  let stalled: string | undefined
  return {
    /** On the next connection this, and what comes after it, waits for `flow`. */
    stallNext(name: string) {
      stalled = name
    },
    toggle() {
      still = !still
      if (!still) for (const flow of [...paths]) flow()
    },
    flow() {
      still = false
      for (const flow of [...paths]) flow()
    },
    path() {
      let queue: (() => void)[] = []
      const until = stalled
      stalled = undefined
      let waits = false
      const { promise: end, resolve } = Promise.withResolvers<void>()
      const flow = () => {
        waits = false
        for (let next = queue.shift(); next; next = queue.shift()) next()
        resolve()
      }
      paths.add(flow)
      if (!still) resolve()
      const late: Late = (handlers) =>
        Object.fromEntries(
          Object.entries(handlers).map(([name, hear]) => [
            name,
            (...args: readonly unknown[]) => {
              queue.push(() => (hear as (...args: readonly unknown[]) => void)(...args))
              waits ||= name === until
              if (!still && !waits) flow()
            },
          ]),
        ) as never
      const drop = () => {
        queue = []
        paths.delete(flow)
        resolve()
      }
      return { late, drop, end }
    },
  }
}
