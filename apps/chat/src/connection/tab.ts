/**
 * This tab's way to the server. What has an answer goes out from the tab itself, at once and whoever else sleeps; what is
 * read for good goes over the connection that all tabs share, which is loaded beside the first paint.
 */
import { createHttpAsk, type Environment, type RunTransport, TransportError } from '@holdfast/client'
import { createPart, loaded } from '../parts/part.ts'

const streamsPart = createPart(() => import('./streams.ts'))

export function createTransport(environment: Environment): RunTransport {
  const ask = createHttpAsk({ clock: environment.clock })
  let made: RunTransport | undefined

  /** A retry loads them again if they could not be loaded. */
  async function streams(): Promise<RunTransport> {
    const { createStreams } = await loaded(streamsPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    made ??= createStreams(environment)
    return made
  }

  return {
    // The inbox is asked over the connection that then reads it on from there.
    ask: async (verb, args, signal) => (verb === 'inbox' ? await streams() : { ask }).ask(verb, args, signal),
    open: async (source, signal) => (await streams()).open(source, signal),
  }
}
