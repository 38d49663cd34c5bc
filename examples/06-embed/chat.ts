/** A conversation inside an application of your own: all of it. `show` draws; the rest is Holdfast's. */
import { createHttpTransport, createRunRegistry, type Environment, type ThreadState } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'

export function openChat(environment: Environment, baseUrl: string, show: (state: ThreadState) => void) {
  const transport = createHttpTransport({ baseUrl, clock: environment.clock })
  const registry = createRunRegistry({ transport, environment }) // one, for as long as the page lives
  return {
    look(key: ThreadKey) {
      const thread = registry.observe(key) // before, during and after any run
      return thread.subscribe(() => show(thread.snapshot())) // call what it returns to look away: no run notices
    },
    ask: (key: ThreadKey, text: string) => registry.start(key, { text }),
    stop: (key: ThreadKey) => registry.cancel(key), // the only thing that ends a run
  }
}
