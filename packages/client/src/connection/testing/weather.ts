/** A scripted server behind a proxy that may hold back, cut or replace streams, while answers arrive. */
import type { Clock } from '@holdfast/core'
import { TransportError } from '../../transport/error.ts'
import type { FeedHandlers, FeedSource, LogHandlers, RunTransport } from '../../transport/port.ts'

/**
 * What becomes of a stream that is opened now.
 *
 * - `held` it opens and gives nothing
 * - `first-byte` it gives its first byte and nothing else
 * - `empty` it ends at once, in order
 * - `html` something else answers
 * - `down` nothing comes through, answers neither
 */
export type Weather = 'flows' | 'held' | 'first-byte' | 'empty' | 'html' | 'down'

export function createWeather(source: RunTransport & FeedSource, clock: Clock) {
  let now: Weather = 'flows'
  const streams = new Set<(how: 'broken' | 'ended') => void>()
  const flushes = new Set<() => void>()
  const count = { open: 0, opened: 0, polls: 0 }

  async function through<H extends FeedHandlers | LogHandlers>(
    handlers: H,
    signal: AbortSignal,
    open: (handlers: H, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const then = now
    count.opened += 1
    if (then === 'down') throw new TransportError({ type: 'network' })
    if (then === 'html') throw new TransportError({ type: 'protocol', detail: 'not a stream of events' })
    if (then === 'empty') return
    const over = Promise.withResolvers<void>()
    const cut = new AbortController()
    const end = (how: 'broken' | 'ended') => {
      if (how === 'broken') over.reject(new TransportError({ type: 'network' }))
      else over.resolve()
      cut.abort()
    }
    streams.add(end)
    count.open += 1
    const both = AbortSignal.any([signal, cut.signal])
    signal.addEventListener('abort', () => over.reject(new TransportError({ type: 'aborted' })))
    try {
      if (then === 'flows') {
        const gate = held(handlers)
        flushes.add(gate.flush)
        both.addEventListener('abort', () => flushes.delete(gate.flush))
        // As over HTTP: the server's first byte, then what it has to say, and a heartbeat every 15 s.
        gate.handlers.onOpen()
        beat(gate.handlers, both)
        open(gate.handlers, both).then(over.resolve, over.reject)
      } else {
        handlers.onOpen()
        if (then === 'first-byte') handlers.onBytes()
      }
      await over.promise
    } finally {
      streams.delete(end)
      count.open -= 1
      cut.abort()
    }
  }

  function beat(handlers: Pick<LogHandlers, 'onBytes'>, signal: AbortSignal): void {
    if (signal.aborted) return
    handlers.onBytes()
    const undo = clock.schedule(15_000, () => beat(handlers, signal))
    signal.addEventListener('abort', undo)
  }

  /** What is said while nothing flows comes in its order once it does. */
  function held<H extends FeedHandlers | LogHandlers>(handlers: H) {
    const queue: (() => void)[] = []
    const flush = () => {
      for (let next = queue.shift(); next; next = queue.shift()) next()
    }
    const gated = Object.fromEntries(
      Object.entries(handlers).map(([name, hear]) => [
        name,
        (...args: readonly unknown[]) => {
          queue.push(() => (hear as (...args: readonly unknown[]) => void)(...args))
          if (now === 'flows') flush()
        },
      ]),
    ) as unknown as H
    return { handlers: gated, flush }
  }

  const behind: RunTransport & FeedSource = {
    ...source,
    openFeed: (body, handlers, signal) => through(handlers, signal, (h, s) => source.openFeed(body, h, s)),
    open: (from, signal) =>
      from.type === 'log'
        ? through(from.handlers, signal, (handlers, s) => source.open({ ...from, handlers }, s))
        : source.open(from, signal),
    async pollFeed(body, handlers, signal) {
      count.polls += 1
      if (now === 'down') throw new TransportError({ type: 'network' })
      return source.pollFeed(body, handlers, signal)
    },
  }
  return {
    source: behind,
    count,
    get now() {
      return now
    },
    turn(next: Weather) {
      now = next
      if (now === 'flows') for (const flush of [...flushes]) flush()
    },
    /** Every stream that is open now. */
    cut(how: 'broken' | 'ended') {
      for (const end of [...streams]) end(how)
    },
  }
}
