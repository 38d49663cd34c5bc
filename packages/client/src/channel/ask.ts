/**
 * The side of a port that has no connection of its own: a RunTransport whose every word crosses a channel.
 *
 * Owns: one session, its ids, what is open in it. Does not know: where the real transport is.
 *
 * Invariants: those of `transport/port.ts`. Whatever comes over the channel is checked; an envelope of another thread is
 * dropped and counted, as from any server. Once the other side is gone, everything open and everything asked later
 * rejects as `network`.
 */
import { TransportError, type TransportFault, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Verb } from '../transport/verbs.ts'
import type { Channel } from './channel.ts'
import { readFault } from './fault.ts'
import {
  type Address,
  CHANNEL_VERSION,
  type Claimed,
  isClaimed,
  isPlain,
  isSeq,
  posted,
  type Request,
} from './messages.ts'
import { inboxReader, logReader, type Reader } from './readers.ts'

export interface ChannelTransport extends RunTransport {
  /** Resolves as soon as the other side answers. That it does not is the caller's to notice. */
  alive(): Promise<void>
  /** Aborted when the other side is gone, or this one closed. */
  readonly gone: AbortSignal
  /** Messages that were none of this language, or for nothing that is open. */
  readonly dropped: number
  /** Gives up everything open, as `network`, and tells the other side. The channel stays. */
  close(): void
}

interface Question {
  answer(value: unknown): void
  fail(fault: TransportFault): void
}

interface Reading extends Reader {
  finish(error?: TransportError): void
}

export function createChannelTransport(channel: Channel): ChannelTransport {
  const session = mintSession()
  const questions = new Map<number, Question>()
  const readings = new Map<number, Reading>()
  let lastId = 0
  let dropped = 0
  const ended = new AbortController()
  let gone: TransportFault | undefined

  /** Throws a TransportError: what cannot be cloned cannot be asked. */
  function post(request: Request): void {
    try {
      channel.post(posted(session, request))
    } catch (cause) {
      throw new TransportError({ type: 'protocol', detail: 'a request that cannot cross' }, { cause })
    }
  }

  function hear(message: unknown): void {
    if (!isClaimed(message)) dropped += 1
    else if (message.session === session && !take(message)) dropped += 1
  }

  /** Whether it was something that can be taken. */
  function take(message: Claimed): boolean {
    if (message.holdfast !== CHANNEL_VERSION || message.type === 'unfit') {
      end({ type: 'protocol', detail: `the other side of the channel speaks another version than ${CHANNEL_VERSION}` })
      return true
    }
    const { type, id } = message
    if (type === 'welcome') return true
    if (type === 'bye') {
      end({ type: 'network' })
      return true
    }
    if (!isSeq(id) || id > lastId) return false
    if (type === 'said') return listen(id, message.items)
    const question = questions.get(id)
    // Without one it is too late, which is nobody's fault: it was on its way when its asker gave up.
    if (type === 'answer') question?.answer(message.value)
    else if (type === 'fault') question?.fail(readFault(message.fault))
    else return false
    return true
  }

  function listen(id: number, items: unknown): boolean {
    const reading = readings.get(id)
    if (!reading) return true
    if (!Array.isArray(items)) return false
    try {
      reading.beat()
      for (const item of items) {
        if (readings.get(id) !== reading) return true
        if (!isPlain(item) || !reading.hear(item)) dropped += 1
      }
      if (readings.get(id) === reading) post({ type: 'took', id })
    } catch (cause) {
      post({ type: 'leave', id })
      reading.finish(transportError(cause))
    }
    return true
  }

  function end(fault: TransportFault): void {
    if (gone) return
    gone = fault
    unlisten()
    for (const question of [...questions.values()]) question.fail(fault)
    for (const reading of [...readings.values()]) reading.finish(new TransportError(fault))
    ended.abort()
  }

  /** Whoever asks stops asking: told once to the other side, and at once to the asker. */
  function whenAborted(
    signal: AbortSignal | undefined,
    id: number,
    finish: (fault: TransportFault) => void,
  ): () => void {
    if (!signal) return () => {}
    const abort = () => {
      post({ type: 'leave', id })
      finish({ type: 'aborted' })
    }
    signal.addEventListener('abort', abort)
    return () => signal.removeEventListener('abort', abort)
  }

  function ask<T>(verb: Verb | 'alive', args: readonly unknown[] = [], signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const fault = gone ?? (signal?.aborted ? ({ type: 'aborted' } as const) : undefined)
      if (fault) throw new TransportError(fault)
      lastId += 1
      const id = lastId
      post({ type: 'ask', id, verb, args: trimmed(args) })
      const settle = (act: () => void) => {
        questions.delete(id)
        unwatch()
        act()
      }
      const fail = (why: TransportFault) => settle(() => reject(new TransportError(why)))
      const unwatch = whenAborted(signal, id, fail)
      questions.set(id, { answer: (value) => settle(() => resolve(value as T)), fail })
    })
  }

  function open(source: Address, signal: AbortSignal, reader: Reader): Promise<void> {
    return new Promise((resolve, reject) => {
      const fault = gone ?? (signal.aborted ? ({ type: 'aborted' } as const) : undefined)
      if (fault) throw new TransportError(fault)
      lastId += 1
      const id = lastId
      post({ type: 'open', id, source })
      const finish = (error?: TransportError) => {
        readings.delete(id)
        unwatch()
        if (error) reject(error)
        else resolve()
      }
      const unwatch = whenAborted(signal, id, (why) => finish(new TransportError(why)))
      const hear: Reader['hear'] = (item) => {
        if (item.type !== 'ended') return reader.hear(item)
        finish(item.fault === undefined ? undefined : new TransportError(readFault(item.fault)))
        return true
      }
      readings.set(id, { beat: reader.beat, hear, finish })
    })
  }

  const unlisten = channel.listen(hear, () => end({ type: 'network' }))
  post({ type: 'hello' })

  return {
    alive: () => ask('alive'),
    gone: ended.signal,
    get dropped() {
      return dropped
    },
    close() {
      if (gone) return
      post({ type: 'bye' })
      end({ type: 'network' })
    },

    ask,
    open(source, signal) {
      const { handlers: _, ...address } = source
      return open(address, signal, source.type === 'log' ? logReader(source) : inboxReader(source.handlers))
    },
  }
}

/** Without what was not given at the end: a process that speaks JSON makes `null` of it. */
function trimmed(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)
}

function mintSession(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-')
}
