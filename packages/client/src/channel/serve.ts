/**
 * The side of a channel that has the real transport: it does what the other side asks, and says what comes of it.
 *
 * Owns: which session is served. Does not know: where the transport leads, who the other side is, what a session has open
 * (`requests.ts`).
 *
 * Invariants:
 * - Everything that arrives is checked before it is acted on; what is not of this language is dropped and counted.
 * - One session is served at a time: a new one ends the one before, as a page that was reloaded.
 */
import type { RunTransport } from '../transport/port.ts'
import type { Channel } from './channel.ts'
import { CHANNEL_VERSION, type Claimed, isClaimed, posted, type Reply } from './messages.ts'
import { createRequests, type Requests } from './requests.ts'

export interface ServedChannel {
  /** Streams that are open now. */
  readonly streams: number
  /** Messages that were not of this language, or not of this session. */
  readonly dropped: number
  /** Ends every stream and tells the other side. The channel stays. */
  close(): void
}

interface Served {
  readonly session: string
  readonly requests: Requests
}

export function serveChannel(channel: Channel, transport: RunTransport): ServedChannel {
  let served: Served | undefined
  let dropped = 0

  function post(to: string, reply: Reply): void {
    channel.post(posted(to, reply))
  }

  function hear(message: unknown): void {
    const claimed = isClaimed(message) ? message : undefined
    const isOurs = claimed?.holdfast === CHANNEL_VERSION
    if (isOurs && served && claimed.session === served.session) {
      if (claimed.type === 'bye') forget()
      else if (!served.requests.obey(claimed)) dropped += 1
    } else if (isOurs && claimed.type === 'hello') greet(claimed.session)
    else {
      dropped += 1
      if (claimed) rebuff(claimed)
    }
  }

  /**
   * A side that begins in another version, or asks without having been greeted, must not wait for ever. No other message is
   * answered, so that two sides which rebuff each other come to an end.
   */
  function rebuff({ holdfast, session, type }: Claimed): void {
    if (type === 'hello') post(session, { type: 'unfit' })
    else if (holdfast === CHANNEL_VERSION && (type === 'ask' || type === 'open')) post(session, { type: 'bye' })
  }

  function greet(session: string): void {
    part()
    served = { session, requests: createRequests(transport, (reply) => post(session, reply)) }
    post(session, { type: 'welcome' })
  }

  /** The session is over: nothing of it continues, and nothing more is said to it. */
  function forget(): void {
    served?.requests.end()
    served = undefined
  }

  /** The same, from this side. */
  function part(): void {
    const session = served?.session
    forget()
    if (session !== undefined) post(session, { type: 'bye' })
  }

  const unlisten = channel.listen(hear, forget)

  return {
    get streams() {
      return served?.requests.streams ?? 0
    },
    get dropped() {
      return dropped
    },
    close() {
      unlisten()
      part()
    },
  }
}
