/**
 * The side of a port that has the real transport: it does what the other side asks, and says what comes of it.
 *
 * Owns: one session's requests and streams. Does not know: where the transport leads, who the other side is.
 *
 * Invariants:
 * - Whatever comes over the channel is checked before it is acted on; what is none of this language is dropped and counted.
 * - An id is used once in a session (S001-15). Of two streams for one thread's log the newer lives, and the older is told.
 * - Looking never owns: leaving a stream, a new session, a closed channel end streams and requests, and no run.
 */
import { keyOf, sameKey, type ThreadKey } from '@holdfast/core'
import { type TransportFault, transportError } from '../transport/error.ts'
import type { InboxHandlers, LogHandlers, RunTransport, Source } from '../transport/port.ts'
import type { Channel } from './channel.ts'
import {
  type Address,
  CHANNEL_VERSION,
  type Claimed,
  isClaimed,
  isPlain,
  isSeq,
  posted,
  type Reply,
} from './messages.ts'
import { createOutlet, type StreamOutlet } from './outlet.ts'
import { argsOf, isVerb } from './verbs.ts'

export interface ServedChannel {
  /** Streams that are open now. */
  readonly streams: number
  /** Messages that were none of this language, or none of this session. */
  readonly dropped: number
  /** Ends every stream and tells the other side. The channel stays. */
  close(): void
}

interface Stream {
  readonly source: Address
  readonly outlet: StreamOutlet
  readonly stop: AbortController
}

export function serveChannel(channel: Channel, transport: RunTransport): ServedChannel {
  let session: string | undefined
  let lastId = 0
  let dropped = 0
  let outlet = createOutlet()
  const asked = new Map<number, AbortController>()
  const streams = new Map<number, Stream>()

  function post(to: string, reply: Reply): void {
    channel.post(posted(to, reply))
  }

  function hear(message: unknown): void {
    if (isClaimed(message) && message.session === session && message.holdfast === CHANNEL_VERSION) {
      dropped += obey(message, session) ? 0 : 1
    } else if (isClaimed(message) && message.type === 'hello' && message.holdfast === CHANNEL_VERSION) {
      greet(message.session)
    } else {
      dropped += 1
      if (isClaimed(message)) rebuff(message)
    }
  }

  /**
   * Who begins in another version, or asks without having been greeted, does not wait for nothing. No other word is
   * answered, so that two who rebuff each other come to an end.
   */
  function rebuff({ holdfast, session: who, type }: Claimed): void {
    if (type === 'hello') post(who, { type: 'unfit' })
    else if (holdfast === CHANNEL_VERSION && (type === 'ask' || type === 'open')) post(who, { type: 'bye' })
  }

  function greet(who: string): void {
    part()
    session = who
    lastId = 0
    post(who, { type: 'welcome' })
  }

  /** Whether it was something that can be obeyed. */
  function obey(message: Claimed, from: string): boolean {
    const { type, id } = message
    if (type === 'bye') {
      forget()
      return true
    }
    if (!isSeq(id)) return false
    switch (type) {
      case 'leave':
        leave(id)
        return true
      case 'took':
        streams.get(id)?.outlet.took()
        return true
      case 'ask':
      case 'open':
        if (id <= lastId) {
          post(from, { type: 'refused', id })
          return false
        }
        lastId = id
        return type === 'ask' ? ask(message, id, from) : open(message.source, id, from)
      default:
        return false
    }
  }

  function ask({ verb, args }: Claimed, id: number, from: string): boolean {
    if (verb === 'alive') {
      post(from, { type: 'answer', id, value: undefined })
      return true
    }
    const given = isVerb(verb) && Array.isArray(args) ? argsOf(verb, args) : undefined
    if (!isVerb(verb) || !given) return refuse(from, id, 'a request that is none')
    const stop = new AbortController()
    asked.set(id, stop)
    const isOpen = () => asked.get(id) === stop && from === session
    void transport
      .ask(verb, given, stop.signal)
      .then(
        (value) => isOpen() && post(from, { type: 'answer', id, value }),
        (cause: unknown) => isOpen() && fail(from, id, transportError(cause).fault),
      )
      // An answer that cannot be cloned: only a transport that is none of ours gives one.
      .catch(() => fail(from, id, { type: 'protocol', detail: 'an answer that cannot cross' }))
      .finally(() => asked.delete(id))
    return true
  }

  function fail(from: string, id: number, fault: TransportFault): void {
    post(from, { type: 'fault', id, fault })
  }

  function refuse(from: string, id: number, detail: string): false {
    fail(from, id, { type: 'protocol', detail })
    return false
  }

  function open(value: unknown, id: number, from: string): boolean {
    const source = readAddress(value)
    if (!source) return refuse(from, id, 'a stream that is none')
    const stop = new AbortController()
    if (source.type === 'log' && !source.apart) replace(source.key)
    const out = outlet.stream({
      post: (items) => post(from, { type: 'said', id, items }),
      onFull: () => stop.abort(),
      onOver: () => streams.delete(id),
    })
    streams.set(id, { source, outlet: out, stop })
    void transport.open(sayingTo(out, source), stop.signal).then(
      () => out.end(),
      (cause: unknown) => out.end(transportError(cause).fault),
    )
    return true
  }

  /** Somebody reads this log anew: who has read it until now has not been quick enough to leave. */
  function replace(key: ThreadKey): void {
    for (const { source, outlet, stop } of streams.values()) {
      if (source.type !== 'log' || source.apart || !sameKey(source.key, key)) continue
      outlet.end({ type: 'aborted' })
      stop.abort()
    }
  }

  function leave(id: number): void {
    asked.get(id)?.abort()
    asked.delete(id)
    const stream = streams.get(id)
    stream?.outlet.drop()
    stream?.stop.abort()
  }

  /** The session is over: nothing of it goes on, and nothing more is said to it. */
  function forget(): void {
    for (const id of [...asked.keys(), ...streams.keys()]) leave(id)
    outlet = createOutlet()
    session = undefined
  }

  /** The same, from this side. */
  function part(): void {
    const who = session
    forget()
    if (who !== undefined) post(who, { type: 'bye' })
  }

  const unlisten = channel.listen(hear, forget)

  return {
    get streams() {
      return streams.size
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

function readAddress(value: unknown): Address | undefined {
  if (!isPlain(value)) return undefined
  const { type, after, cursor, apart } = value
  const key = keyOf(value.key)
  if (type === 'log' && key && isSeq(after)) return { type, key, after, ...(apart === true && { apart }) }
  return type === 'inbox' && typeof cursor === 'string' ? { type, cursor } : undefined
}

/** What is read from there, said to the other side. */
function sayingTo(out: StreamOutlet, from: Address): Source {
  const both: Pick<LogHandlers & InboxHandlers, 'onOpen' | 'onBytes' | 'onDropped'> = {
    onOpen: () => out.say({ type: 'opened' }),
    onBytes: out.beat,
    onDropped: (reason, what) => out.say({ type: 'dropped', reason, ...(what !== undefined && { what }) }),
  }
  if (from.type === 'inbox') {
    const onEntries: InboxHandlers['onEntries'] = (batch) => out.say({ type: 'entries', batch })
    const onDelivery: InboxHandlers['onDelivery'] = (delivery) => out.say({ type: 'delivery', delivery })
    return { ...from, handlers: { ...both, onEntries, onDelivery } }
  }
  const onEnvelopes: LogHandlers['onEnvelopes'] = (batch) => out.say({ type: 'envelopes', batch })
  const onCaughtUp = () => out.say({ type: 'caught-up' })
  return { ...from, handlers: { ...both, onEnvelopes, onCaughtUp } }
}
