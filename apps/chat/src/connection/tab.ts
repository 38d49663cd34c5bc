/**
 * This tab's way to the server. What has an answer goes out from the tab itself, at once and whoever else sleeps; what is
 * read for good goes over the connection that all tabs share, which is loaded beside the first paint.
 */
import { createHttpAnswers, type Environment, type RunTransport, TransportError } from '@holdfast/client'
import { createPart, loaded } from '../parts/part.ts'

type Streams = Pick<RunTransport, 'inbox' | 'openInbox' | 'openLog'>

const streamsPart = createPart(() => import('./streams.ts'))

export function createTransport(environment: Environment): RunTransport {
  let made: Streams | undefined

  /** A retry loads them again if they could not be loaded. */
  async function streams(): Promise<Streams> {
    const { createStreams } = await loaded(streamsPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    made ??= createStreams(environment)
    return made
  }

  return {
    ...createHttpAnswers({ clock: environment.clock }),
    inbox: async () => (await streams()).inbox(),
    openInbox: async (...args) => (await streams()).openInbox(...args),
    openLog: async (...args) => (await streams()).openLog(...args),
  }
}
