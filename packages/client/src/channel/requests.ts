/**
 * What one session of the other side asks for.
 *
 * Owns: its ids, requests under way. Does not know: sessions that came before, where the transport leads, what a stream says.
 *
 * Invariants:
 * - An id is used once in a session (S001-15).
 * - Looking never owns: leaving a request or a stream, or the end of the session, ends these, and no run.
 */
import { type TransportFault, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { type Claimed, isSeq, type Reply } from './messages.ts'
import { readAddress } from './said.ts'
import { createStreams } from './streams.ts'
import { argsOf, isVerb } from './verbs.ts'

export interface Requests {
  /** Whether the message was something that can be obeyed. */
  obey(message: Claimed): boolean
  /** Streams that are open now. */
  readonly streams: number
  /** Nothing continues, and nothing more is said. */
  end(): void
}

export function createRequests(transport: RunTransport, post: (reply: Reply) => void): Requests {
  const asked = new Map<number, AbortController>()
  const streams = createStreams(transport, post)
  let lastId = 0

  function obey(message: Claimed): boolean {
    const { type, id } = message
    if (!isSeq(id)) return false
    if (type === 'leave') leave(id)
    else if (type === 'took') streams.took(id)
    else if (type === 'ask' || type === 'open') return begin(message, id)
    else return false
    return true
  }

  function begin(message: Claimed, id: number): boolean {
    if (id <= lastId) {
      post({ type: 'refused', id })
      return false
    }
    lastId = id
    if (message.type === 'ask') return ask(message, id)
    const address = readAddress(message.source)
    if (!address) return refuse(id, 'not a stream')
    streams.open(id, address)
    return true
  }

  function ask({ verb, args }: Claimed, id: number): boolean {
    if (verb === 'alive') {
      post({ type: 'answer', id, value: undefined })
      return true
    }
    const given = isVerb(verb) && Array.isArray(args) ? argsOf(verb, args) : undefined
    if (!isVerb(verb) || !given) return refuse(id, 'not a request')
    const stop = new AbortController()
    asked.set(id, stop)
    const isOpen = () => asked.get(id) === stop
    void transport
      .ask(verb, given, stop.signal)
      .then(
        (value) => isOpen() && post({ type: 'answer', id, value }),
        (cause: unknown) => isOpen() && fail(id, transportError(cause).fault),
      )
      // An answer that cannot be cloned: none of our transports gives one.
      .catch(() => fail(id, { type: 'protocol', detail: 'an answer that cannot cross' }))
      .finally(() => asked.delete(id))
    return true
  }

  function leave(id: number): void {
    asked.get(id)?.abort()
    asked.delete(id)
    streams.leave(id)
  }

  function fail(id: number, fault: TransportFault): void {
    post({ type: 'fault', id, fault })
  }

  function refuse(id: number, detail: string): false {
    fail(id, { type: 'protocol', detail })
    return false
  }

  return {
    obey,
    get streams() {
      return streams.size
    },
    end() {
      for (const id of [...asked.keys()]) leave(id)
      streams.end()
    },
  }
}
