/**
 * The side of a channel that has no connection of its own: a RunTransport whose every request crosses the channel.
 *
 * Owns: what a request and a stream are in a session. Does not know: where the real transport is, ids (`session.ts`).
 *
 * Invariants: those of `transport/port.ts`. Everything that arrives is checked; an envelope of another thread is dropped
 * and counted, as from any server.
 */
import { TransportError, transportError } from '../transport/error.ts'
import type { RunTransport, Source } from '../transport/port.ts'
import type { Verb } from '../transport/verbs.ts'
import type { Channel } from './channel.ts'
import { readFault } from './fault.ts'
import { isPlain } from './messages.ts'
import { inboxReader, logReader } from './readers.ts'
import { openSession, type Session, type Settle } from './session.ts'

export interface ChannelTransport extends RunTransport {
  /** Resolves as soon as the other side answers. The caller has to notice that it does not. */
  alive(): Promise<void>
  /** Aborted when the other side is gone, or this one closed. */
  readonly gone: AbortSignal
  /** Messages that were not of this language, or for nothing that is open. */
  readonly dropped: number
  /** Gives up everything open, as `network`, and tells the other side. The channel stays. */
  close(): void
}

export function createChannelTransport(channel: Channel): ChannelTransport {
  const session = openSession(channel)

  return {
    alive: () => ask(session, 'alive', []),
    gone: session.gone,
    get dropped() {
      return session.dropped
    },
    close: session.close,
    ask: (verb, args, signal) => ask(session, verb, args, signal),
    open: (source, signal) => open(session, source, signal),
  }
}

function ask<T>(session: Session, verb: Verb | 'alive', args: readonly unknown[], signal?: AbortSignal): Promise<T> {
  return session.begin<T>(
    (id) => ({ type: 'ask', id, verb, args: trimmed(args) }),
    (_, settle) => (reply) => {
      if (reply.type === 'answer') settle.resolve(reply.value as T)
      else if (reply.type === 'fault') settle.reject(new TransportError(reply.fault))
    },
    signal,
  )
}

function open(session: Session, source: Source, signal: AbortSignal): Promise<void> {
  const { handlers: _, ...address } = source
  return session.begin<void>(
    (id) => ({ type: 'open', id, source: address }),
    (id, settle) => {
      const hear = hearing(session, source, settle)
      return (reply) => {
        if (reply.type === 'said') hear(id, reply.items)
      }
    },
    signal,
  )
}

function hearing(session: Session, source: Source, settle: Settle<void>) {
  const reader = source.type === 'log' ? logReader(source) : inboxReader(source.handlers)

  function hearItem(item: unknown): boolean {
    if (!isPlain(item)) return false
    if (item.type !== 'ended') return reader.hear(item)
    if (item.fault === undefined) settle.resolve()
    else settle.reject(new TransportError(readFault(item.fault)))
    return true
  }

  return (id: number, items: readonly unknown[]) => {
    try {
      reader.beat()
      for (const item of items) {
        if (settle.isOver) return
        if (!hearItem(item)) session.drop()
      }
      if (!settle.isOver) session.post({ type: 'took', id })
    } catch (cause) {
      session.post({ type: 'leave', id })
      settle.reject(transportError(cause))
    }
  }
}

/** Without what was not given at the end: a process that speaks JSON makes `null` of it. */
function trimmed(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)
}
