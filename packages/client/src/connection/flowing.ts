/**
 * A source whose reading goes on where streams do not arrive: behind a proxy that holds them back, cuts them short or
 * answers something else in their place, and in a browser that has no connection left for one. It then polls, and
 * returns to streams as soon as they flow.
 *
 * Owns: when a stream is given up, how often is polled. Does not know: when streams are tried again (`flow.ts`), what is
 * read, how often a failed attempt is repeated.
 *
 * Invariants:
 * - Each `openFeed` and `open` keeps the promises of `port.ts`: it is told everything after its cursor once and in
 *   order. One carrier at a time; the next begins where the one before was given up.
 * - Streams count as unusable only once a poll was answered in place of one. Where the poll fails too, the server is out
 *   of reach, and the attempt fails.
 */
import { type Clock, type FeedBody, keyString, type ThreadKey } from '@holdfast/core'
import { TransportError, transportError } from '../transport/error.ts'
import type { FeedHandlers, FeedSource, LogHandlers, PolledHandlers, RunTransport } from '../transport/port.ts'
import { createFlow, type Flow, type Places } from './flow.ts'
import { DEAF, flows } from './probe.ts'
import { resynced } from './resynced.ts'
import { watchSilence } from './silence.ts'
import { createTold, type Told } from './told.ts'

/** A stream that lasted so long is opened again at once when it ends: some proxies end every stream after 30 or 60 s. */
const LASTED_MS = 10_000
/** Between two polls: while something comes, and at most. */
const POLL_MS = 400
const LONGEST_POLL_MS = 2_000
export interface FlowingOptions {
  readonly source: RunTransport & FeedSource
  readonly clock: Clock
  /** Absent: there is always a connection for a stream. */
  readonly places?: Places | undefined
}

type OpenStream = (body: () => FeedBody, handlers: FeedHandlers, signal: AbortSignal) => Promise<void>

interface Reading {
  readonly source: FeedSource
  readonly clock: Clock
  readonly flow: Flow
  readonly open: OpenStream
  readonly told: Told
  readonly signal: AbortSignal
}

export function createFlowingSource({ source, clock, places }: FlowingOptions): RunTransport & FeedSource {
  const flow = createFlow({ clock, places, probe: (thorough, signal) => flows(source, clock, thorough, signal) })
  return {
    ...source,
    openFeed: (body, handlers, signal) =>
      read({ source, clock, flow, open: source.openFeed, told: createTold(body, handlers), signal }),
    async open(from, signal) {
      if (from.type !== 'log') return source.open(from, signal)
      const { key, handlers } = from
      let { after } = from
      const over = new AbortController()
      const told = createTold(() => ({ threads: [{ ...key, after }] }), {
        ...oneLog(handlers, over),
        onEnvelopes(_, batch) {
          after = batch.at(-1)?.seq ?? after
          handlers.onEnvelopes(batch)
        },
      })
      const both = AbortSignal.any([signal, over.signal])
      try {
        await read({ source, clock, flow, open: logOf(source, key), told, signal: both })
      } catch (cause) {
        throw over.signal.aborted && !signal.aborted ? over.signal.reason : cause
      }
    },
  }
}

/** One attempt, whatever carries it. */
async function read(reading: Reading): Promise<void> {
  const { flow, clock, signal } = reading
  let changed = () => {}
  const leave = flow.enter(() => changed())
  let pauseMs = POLL_MS
  try {
    for (;;) {
      if (signal.aborted) throw new TransportError({ type: 'aborted' })
      if (flow.state.type === 'streaming') {
        const crowded = new AbortController()
        changed = () => flow.state.type === 'crowded' && crowded.abort()
        const end = await stream(reading, crowded.signal)
        if (end === 'unusable') {
          await poll(reading)
          flow.unusable()
        }
        pauseMs = POLL_MS
      } else {
        const { more, news } = await poll(reading)
        pauseMs = news ? POLL_MS : Math.min(LONGEST_POLL_MS, pauseMs * 1.5)
        if (more) continue
        await pause(clock, pauseMs, signal, (wake) => {
          changed = () => flow.state.type === 'streaming' && wake()
        })
      }
    }
  } finally {
    leave()
  }
}

/**
 * By one stream, until it is over. `unusable`: it was silent, or ended too soon; or the server is out of reach.
 * @throws TransportError where the server refuses
 */
async function stream({ clock, open, told, signal }: Reading, crowded: AbortSignal): Promise<'lasted' | 'unusable'> {
  const silent = new AbortController()
  const own = AbortSignal.any([signal, crowded, silent.signal])
  const { body } = told
  /** Threads whose history this stream has still to complete, whatever was told before. */
  const behind = new Set(body.threads?.map(keyString))
  const silence = watchSilence(
    clock,
    () => behind.size === 0,
    () => silent.abort(),
  )
  let lasted = false
  const undo = clock.schedule(LASTED_MS, () => {
    lasted = silence.wasBroken
  })
  const hear: FeedHandlers = {
    ...told.handlers,
    onCaughtUp(what) {
      behind.delete(keyString(what))
      told.handlers.onCaughtUp(what)
    },
    onResync(what) {
      behind.delete(keyString(what))
      told.handlers.onResync(what)
    },
    // Headers alone say nothing of whether a stream flows.
    onOpen() {},
    onBytes() {
      silence.break()
      told.opened('streams')
      told.handlers.onBytes()
    },
  }
  try {
    await open(() => body, hear, own)
  } catch (cause) {
    const error = transportError(cause)
    if (isRefusal(error)) throw error
  } finally {
    silence.stop()
    undo()
  }
  // Given up for others, or by its reader: it may have been as good as any.
  return lasted || crowded.aborted || signal.aborted ? 'lasted' : 'unusable'
}

/** The server has understood, and says no: a poll would be told the same. As many streams as it keeps are no reason. */
function isRefusal({ fault }: TransportError): boolean {
  return fault.type === 'unauthorized' || (fault.type === 'problem' && fault.problem.code !== 'too_many_streams')
}

async function poll({ source, told, signal }: Reading): Promise<{ readonly more: boolean; readonly news: boolean }> {
  let news = false
  const { handlers } = told
  const hear: PolledHandlers = {
    ...handlers,
    onBytes() {
      told.opened('polls')
      handlers.onBytes()
    },
    onEnvelopes(key, batch) {
      news = true
      handlers.onEnvelopes(key, batch)
    },
    onInbox(batch) {
      news = true
      handlers.onInbox(batch)
    },
  }
  const { more } = await source.pollFeed(told.body, hear, signal)
  return { more, news }
}

/** Ends with the signal too. `wakeable` is given what ends it at once. */
function pause(clock: Clock, ms: number, signal: AbortSignal, wakeable: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      undo()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const undo = clock.schedule(ms, end)
    signal.addEventListener('abort', end)
    wakeable(end)
  })
}

/** One log's handlers as those of the feed, without its envelopes. A resync of the log ends the reading. */
function oneLog(handlers: LogHandlers, over: AbortController): FeedHandlers {
  return {
    ...DEAF,
    onOpen: () => handlers.onOpen(),
    onBytes: () => handlers.onBytes(),
    onDropped: (reason, type) => handlers.onDropped(reason, type),
    onCaughtUp: () => handlers.onCaughtUp(),
    onResync: ({ reason }) => over.abort(resynced(reason)),
  }
}

function logOf(source: RunTransport, key: ThreadKey): OpenStream {
  return (body, handlers, signal) => {
    const [{ after } = { after: 0 }] = body().threads ?? []
    const heard: LogHandlers = {
      ...handlers,
      onEnvelopes: (batch) => handlers.onEnvelopes(key, batch),
      onCaughtUp: () => handlers.onCaughtUp({ ...key, seq: after }),
    }
    return source.open({ type: 'log', key, after, handlers: heard }, signal)
  }
}
