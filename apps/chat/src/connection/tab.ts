/**
 * This tab's connection to the server. A request with one answer is sent by the tab itself, at once, even if other tabs
 * sleep. Streams use the connection that all tabs share, whose code is loaded alongside the first paint.
 */
import { createHttpAsk, type Environment, type RunTransport, TransportError } from '@holdfast/client'
import type { TabTransport } from '@holdfast/client/tabs'
import { createPart, loaded } from '../parts/part.ts'

const streamsPart = createPart(() => import('./streams.ts'))

export function createTransport(environment: Environment): RunTransport {
  const ask = createHttpAsk({ clock: environment.clock })
  let made: TabTransport | undefined

  /** A retry loads them again if they could not be loaded. */
  async function streams(): Promise<TabTransport> {
    const { createStreams } = await loaded(streamsPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    made ??= createStreams(environment)
    return made
  }

  return {
    async ask(verb, args, signal) {
      // The connection that streams the inbox must know its cursors.
      const way = verb === 'inbox' ? ((await streams()) as RunTransport) : { ask }
      return way.ask(verb, args, signal)
    },
    open: async (source, signal) => (await streams()).open(source, signal),
  }
}
