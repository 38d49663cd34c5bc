/**
 * The streams that one session of the other side has open.
 *
 * Owns: these, by their ids. Does not know: sessions, requests with one answer.
 *
 * Invariant: of two streams for one thread's log the newer lives, and the older is told (S001-15); a stream that is read
 * apart counts for neither.
 */
import { sameKey, type ThreadKey } from '@holdfast/core'
import { transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Address, Reply } from './messages.ts'
import { createOutlet, type StreamOutlet } from './outlet.ts'
import { sayingTo } from './said.ts'

export interface Streams {
  readonly size: number
  open(id: number, address: Address): void
  /** The other side has taken a batch. */
  took(id: number): void
  leave(id: number): void
  end(): void
}

interface Stream {
  readonly address: Address
  readonly outlet: StreamOutlet
  readonly stop: AbortController
}

export function createStreams(transport: RunTransport, post: (reply: Reply) => void): Streams {
  const streams = new Map<number, Stream>()
  const outlet = createOutlet()

  /** This log is read again: its reader until now has not been quick enough to leave. */
  function replace(key: ThreadKey): void {
    for (const { address, outlet: out, stop } of streams.values()) {
      if (address.type !== 'log' || address.apart || !sameKey(address.key, key)) continue
      out.end({ type: 'aborted' })
      stop.abort()
    }
  }

  function leave(id: number): void {
    const stream = streams.get(id)
    stream?.outlet.drop()
    stream?.stop.abort()
  }

  return {
    get size() {
      return streams.size
    },
    open(id, address) {
      const stop = new AbortController()
      if (address.type === 'log' && !address.apart) replace(address.key)
      const out = outlet.stream({
        post: (items) => post({ type: 'said', id, items }),
        onFull: () => stop.abort(),
        onOver: () => streams.delete(id),
      })
      streams.set(id, { address, outlet: out, stop })
      void transport.open(sayingTo(out, address), stop.signal).then(
        () => out.end(),
        (cause: unknown) => out.end(transportError(cause).fault),
      )
    },
    took: (id) => streams.get(id)?.outlet.took(),
    leave,
    end() {
      for (const id of [...streams.keys()]) leave(id)
    },
  }
}
