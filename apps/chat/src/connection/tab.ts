/**
 * This tab's way to the server. What has an answer goes out from the tab itself, at once and whoever else sleeps; what is
 * read for good goes over the connection that all tabs share, which is loaded beside the first paint.
 */
import { createHttpAnswers, type Environment, type RunTransport, TransportError } from '@holdfast/client'

type Streams = Pick<RunTransport, 'inbox' | 'openInbox' | 'openLog'>

export function createTransport(environment: Environment): RunTransport {
  let loading: Promise<Streams> | undefined

  /** Asked for anew by whoever tries again, where it could not be loaded. */
  function streams(): Promise<Streams> {
    loading ??= import('./streams.ts').then(
      ({ createStreams }) => createStreams(environment),
      (cause: unknown) => {
        loading = undefined
        throw new TransportError({ type: 'network' }, { cause })
      },
    )
    return loading
  }

  return {
    ...createHttpAnswers({ clock: environment.clock }),
    inbox: async () => (await streams()).inbox(),
    openInbox: async (...args) => (await streams()).openInbox(...args),
    openLog: async (...args) => (await streams()).openLog(...args),
  }
}

/**
 * Reads a log beside the page's own reading of its thread. A tab has one reading of each thread over the shared
 * connection, and a newer one ends it (`client/port`): this one has a connection of its own, for as long as it lasts.
 */
export function readAside({ clock, mintId }: Environment): RunTransport['openLog'] {
  return async (...args) => {
    const { connect } = await import('./connect.ts').catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    return connect(clock, { alone: mintId() }).openLog(...args)
  }
}
