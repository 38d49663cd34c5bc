/**
 * Readers that read a log alone until the one connection carries them: it was opened without them, or is further on.
 *
 * Owns: how many read alone, and when one goes over to the connection. Does not know: when a connection is opened.
 */
import { problemOf, type TransportError, transportError } from '../transport/error.ts'
import type { LogHandlers, RunTransport } from '../transport/port.ts'
import type { Reader } from './reader.ts'
import type { Upstreams } from './upstreams.ts'

/** Browsers allow six connections to a host over HTTP/1.1: two feeds for a moment, two of these, two for commands. */
const MAX_ALONE = 2

export interface Alone {
  readonly isFull: boolean
  /** Begins to read alone, unless there are too many, or the thread does not exist yet: only the connection says when it does. */
  offer(reader: Reader): void
  /** A reader that has everything that an upstream has told about its thread continues with that upstream. */
  hand(reader: Reader): void
  stop(reader: Reader): void
}

export interface AloneOptions {
  readonly source: RunTransport
  readonly upstreams: Upstreams
  /** A reader has stopped reading alone, or has gone over to a connection. */
  changed(): void
}

export function createAlone({ source, upstreams, changed }: AloneOptions): Alone {
  const colds = new Map<Reader, AbortController>()
  const inexistent = new WeakSet<Reader>()

  function hand(reader: Reader): void {
    if (reader.over) return
    for (const upstream of upstreams.all) {
      const told = upstream.told(reader.id)
      if (!told?.ready || reader.cursor < told.at) continue
      reader.attach(upstream)
      reader.caughtUp()
    }
    const cold = colds.get(reader)
    if (!cold || !upstreams.all.some((each) => reader.isCarried(each) && each.told(reader.id)?.ready)) return
    colds.delete(reader)
    reader.detach(cold)
    cold.abort()
    changed()
  }

  async function read(reader: Reader): Promise<void> {
    const cold = new AbortController()
    colds.set(reader, cold)
    reader.attach(cold)
    let error: TransportError | undefined
    try {
      const handlers = heardAlone(reader, cold, () => hand(reader))
      await source.open({ type: 'log', key: reader.key, after: reader.cursor, handlers }, cold.signal)
    } catch (cause) {
      error = transportError(cause)
    }
    if (colds.get(reader) === cold) colds.delete(reader)
    if (error && reader.cursor === 0 && problemOf(error)?.code === 'not_found') {
      inexistent.add(reader)
      reader.detach(cold)
    } else reader.lost(cold, error)
    changed()
  }

  return {
    get isFull() {
      return colds.size >= MAX_ALONE
    },
    offer(reader) {
      const isThere = !inexistent.has(reader) || upstreams.all.some((each) => (each.told(reader.id)?.at ?? 0) > 0)
      if (isThere && colds.size < MAX_ALONE) void read(reader)
    },
    hand,
    stop(reader) {
      colds.get(reader)?.abort()
      colds.delete(reader)
    },
  }
}

/** What comes over the reader's own connection, for as long as it uses that. */
function heardAlone(reader: Reader, cold: AbortController, advanced: () => void): LogHandlers {
  const unlessOver = (act: () => void) => () => {
    if (reader.isCarried(cold)) act()
  }
  return {
    onOpen: unlessOver(reader.opened),
    onCaughtUp: unlessOver(reader.caughtUp),
    onBytes: unlessOver(reader.bytes),
    onEnvelopes(batch) {
      if (!reader.isCarried(cold)) return
      reader.take(batch)
      advanced()
    },
    onDropped(reason, type) {
      if (reader.isCarried(cold)) reader.dropped(reason, type)
    },
  }
}
