/**
 * This tab's connection to the server, and what the device keeps of it. A request with one answer is sent by the tab itself, at once, even if other tabs
 * sleep. Streams use the connection that all tabs share, whose code is loaded alongside the first paint, together with the
 * fold.
 *
 * Invariant: no content of a thread, snapshot or stream, is handed on before the fold is loaded.
 */
import {
  createHttpAsk,
  type DeviceCache,
  type Environment,
  type Folding,
  type RunTransport,
  TransportError,
} from '@holdfast/client'
import type { TabTransport } from '@holdfast/client/tabs'
import { createPart, loaded } from '../parts/part.ts'
import type { Connection } from './connection.ts'
import { PERSON } from './person.ts'

const streamsPart = createPart(() => import('./streams.ts'))
const cachePart = createPart(() => import('./device-cache.ts'))

export function createConnection(environment: Environment): Connection {
  const ask = createHttpAsk({ clock: environment.clock })
  let made: TabTransport | undefined
  // What the device has is shown first, so its code is loaded alongside the first paint too.
  void cachePart.load()

  /** A retry loads them again if they could not be loaded. */
  async function streams(): Promise<TabTransport> {
    const { createStreams } = await loaded(streamsPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    made ??= createStreams(environment)
    return made
  }

  function fold(): Folding {
    const folding = streamsPart.current() ?? cachePart.current()
    if (!folding) throw new Error('Content was handed on before the fold was loaded.')
    return folding
  }

  return {
    transport: {
      async ask(verb, args, signal) {
        // The connection that streams the inbox must know its cursors.
        const way = verb === 'inbox' ? ((await streams()) as RunTransport) : { ask }
        const answer = way.ask(verb, args, signal)
        if (verb === 'snapshot') await Promise.all([answer, streams()])
        return answer
      },
      open: async (source, signal) => (await streams()).open(source, signal),
    },
    folding: {
      createFold: (key, from) => fold().createFold(key, from),
      viewFromSnapshot: (key, snapshot) => fold().viewFromSnapshot(key, snapshot),
    },
    cache: lazyCache(environment),
  }
}

/** Every verb of the cache, once its code is loaded; nothing where it cannot be. */
function lazyCache(environment: Environment): DeviceCache {
  return new Proxy({} as DeviceCache, {
    get:
      (_, verb: keyof DeviceCache) =>
      async (...args: readonly unknown[]) => {
        const part = await loaded(cachePart).catch(() => undefined)
        return (part?.cacheFor(environment, PERSON)[verb] as (...args: readonly unknown[]) => unknown)?.(...args)
      },
  })
}
