/**
 * The inbox says when something has changed in what the person may see.
 *
 * Owns: when the inbox is read, who hears of news. Does not know: threads, lists, how it is read (`inbox-reader.ts`).
 *
 * Invariants: if nobody observes, nothing is open (I10). Each entry is passed on once and in order. A connection
 * that starts from a new cursor is news too, because anything may have happened in between.
 */
import type { ConnectionState } from '../follow/state.ts'
import type { Marks } from '../marks/marks.ts'
import { createListeners, type Observable } from '../observable/observable.ts'
import type { Delivery } from '../transport/port.ts'
import { createInboxReader, type InboxNews, type InboxOptions } from './inbox-reader.ts'
import { createOverview } from './overview.ts'
import type { OverviewState } from './port.ts'

/** How often lists are asked for while the inbox is read, and while it cannot be read. */
const SLOW_MS = 60_000
const FAST_MS = 2_000

export interface Inbox {
  readonly overview: Observable<OverviewState>
  readonly delivery: Observable<Delivery>
  readonly connection: Observable<ConnectionState>
  /** How long an answer is valid if the inbox says nothing. */
  intervalMs(): number
  /** Keeps the inbox open. */
  listen(listener: (news: InboxNews) => void): () => void
  /** Whether anything is observed. */
  readonly wanted: boolean
  refresh(): void
  /** The person has to sign in. */
  expire(): void
  resume(): void
  close(): void
}

export interface WholeInboxOptions extends InboxOptions {
  readonly marks: Marks
  /** Called when `wanted` has changed. */
  onChange(): void
}

export function createInbox({ onChange, ...options }: WholeInboxOptions): Inbox {
  const listeners = createListeners<[InboxNews]>()
  const overview = createOverview({ ...options, intervalMs, listen: () => listen(() => {}) })
  const { poll } = overview
  const { reconnect, delivery, connection } = createInboxReader({ ...options, ask: overview.ask, tell })

  /** The overview is asked for before anyone else hears of the change. */
  function tell(news: InboxNews): void {
    if (news.type === 'moved') poll.retime()
    if (news.type === 'entries') {
      poll.soon()
      for (const entry of news.batch) {
        options.marks.hear(entry)
        options.emit({ type: 'InboxEntry', entry })
      }
    }
    listeners.tell(news)
  }

  function intervalMs(): number {
    return reconnect.state.type === 'live' ? SLOW_MS : FAST_MS
  }

  function listen(listener: (news: InboxNews) => void): () => void {
    const undo = listeners.add(listener)
    if (listeners.size === 1) {
      reconnect.open()
      onChange()
    }
    return () => {
      undo()
      if (listeners.size > 0) return
      reconnect.close()
      onChange()
    }
  }

  return {
    overview,
    delivery,
    connection,
    intervalMs,
    listen,
    get wanted() {
      return listeners.size > 0
    },
    refresh: poll.refresh,
    expire: () => reconnect.pause('unauthorized'),
    resume() {
      reconnect.resume('unauthorized')
      reconnect.wake()
    },
    close() {
      reconnect.close()
      poll.close()
    },
  }
}
