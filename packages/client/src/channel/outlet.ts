/**
 * The way of streams to one receiver: in batches, and never more than the receiver can be trusted to take.
 *
 * Owns: gathering everything of one turn into one batch, counting what was posted and not taken, the limit. Does not know:
 * channels, transports.
 *
 * Invariants:
 * - The items of a stream leave in order, its end last.
 * - A receiver that takes nothing (a frozen page) costs no more than LIMIT. Beyond it the stream that says more is ended,
 *   and its reader comes back with its cursor. The server never waits for a frozen window.
 */
import type { Envelope, InboxFrame } from '@holdfast/core'
import type { TransportFault } from '../transport/error.ts'
import type { Item } from './messages.ts'

/** Batches on the way to a receiver that has not yet taken the first of them. */
const WINDOW = 4
/** Of everything that a receiver has not taken, in characters, roughly. */
const LIMIT = 16 * 1024 * 1024
/** What an envelope weighs beside its text. */
const HEAD = 250

export interface Outlet {
  stream(parts: StreamParts): StreamOutlet
}

interface StreamParts {
  post(items: readonly Item[]): void
  /** It says more than its receiver takes: it has to stop. */
  onFull(): void
  /** Its last item has left, or never will. Called once. */
  onOver(): void
}

export interface StreamOutlet {
  /** Says only that the connection is alive. */
  beat(): void
  say(item: Item): void
  /** The receiver has taken a batch. */
  took(): void
  /** Says that it has ended, and nothing after that. */
  end(fault?: TransportFault): void
  /** Ends without saying so. */
  drop(): void
}

/** An item whose batch is still growing. */
type Gathered =
  | Exclude<Item, { type: 'envelopes' | 'entries' }>
  | { readonly type: 'envelopes'; readonly batch: Envelope[] }
  | { readonly type: 'entries'; readonly batch: InboxFrame[] }

export function createOutlet(limit = LIMIT): Outlet {
  let held = 0

  function stream({ post, onFull, onOver }: StreamParts): StreamOutlet {
    let waiting: Gathered[] = []
    let weight = 0
    const underway: number[] = []
    let due = false
    let state: 'open' | 'ended' | 'over' = 'open'

    /** At the end of this turn: what comes in one piece leaves in one piece. */
    function schedule(): void {
      if (due || underway.length >= WINDOW) return
      due = true
      queueMicrotask(() => {
        due = false
        if (state === 'over') return
        const items = waiting
        underway.push(weight)
        waiting = []
        weight = 0
        if (state === 'ended') drop()
        post(items)
      })
    }

    function push(item: Item): void {
      const last = waiting.at(-1)
      if (item.type === 'envelopes' && last?.type === 'envelopes') {
        for (const envelope of item.batch) last.batch.push(envelope)
      } else if (item.type === 'entries' && last?.type === 'entries') {
        for (const entry of item.batch) last.batch.push(entry)
      } else waiting.push(own(item))
      schedule()
    }

    function end(fault?: TransportFault): void {
      if (state !== 'open') return
      push({ type: 'ended', ...(fault && { fault }) })
      state = 'ended'
    }

    function drop(): void {
      if (state === 'over') return
      state = 'over'
      held -= weight + underway.reduce((sum, one) => sum + one, 0)
      waiting = []
      weight = 0
      underway.length = 0
      onOver()
    }

    return {
      beat: () => state === 'open' && schedule(),
      say(item) {
        if (state !== 'open') return
        const more = weigh(item)
        if (held > 0 && held + more > limit) {
          held -= weight
          weight = 0
          waiting = []
          end({ type: 'network' })
          onFull()
          return
        }
        held += more
        weight += more
        push(item)
      },
      took() {
        held -= underway.shift() ?? 0
        if (waiting.length > 0) schedule()
      },
      end,
      drop,
    }
  }

  return { stream }
}

function own(item: Item): Gathered {
  if (item.type === 'envelopes') return { type: 'envelopes', batch: [...item.batch] }
  return item.type === 'entries' ? { type: 'entries', batch: [...item.batch] } : item
}

function weigh(item: Item): number {
  if (item.type === 'envelopes') return item.batch.reduce((sum, envelope) => sum + weighEnvelope(envelope), 0)
  return item.type === 'entries' ? HEAD * item.batch.length : 0
}

/** A delta's text is most of what there is; only the rest is made into text to be weighed. */
function weighEnvelope({ event }: Envelope): number {
  const { delta } = event as { readonly delta?: unknown }
  return HEAD + (typeof delta === 'string' ? delta.length : JSON.stringify(event).length)
}
