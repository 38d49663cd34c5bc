/**
 * Everything that can happen to a thread, and everything it can cause, as data.
 *
 * Owns: the two unions. Does not know: what follows from an event (`model.ts`), how an effect is run (`effects.ts`).
 */
import type { Run } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'
import type { News, StartRefused } from './lifecycle.ts'
import type { LogFacts } from './log.ts'
import type { StartIntent } from './port.ts'
import type { QueueWish } from './queue-change.ts'
import type { NewIds, StartRequest } from './request.ts'
import type { StoredCommand } from './stored-commands.ts'

interface OfRun {
  readonly runId: string
}

/** Facts from outside that a decision needs and the model does not keep. */
interface Circumstances {
  /** Requests wait until the person signs in. */
  readonly signedOut: boolean
}

export type ThreadEvent =
  // What a person asks
  | ({
      readonly type: 'start'
      readonly asked: StartIntent
      readonly ids: NewIds
      /** The id of the newest message in the conversation. */
      readonly leaf: string | null
      /** Milliseconds since 1970. */
      readonly at: number
    } & Circumstances)
  | ({ readonly type: 'cancel'; readonly reason: string | undefined } & OfRun & Circumstances)
  | { readonly type: 'change-queue'; readonly id: number; readonly wish: QueueWish }
  /** The composer has taken the words of the failed start that is shown. */
  | { readonly type: 'dismiss' }
  // What an earlier page or another tab has left
  | ({
      readonly type: 'restore'
      readonly stored: StoredCommand
      readonly leaf: string | null
      /** Another tab has given this start up. */
      readonly givenUp: boolean
    } & Circumstances)
  /** Another tab has given this start up, and has its words. */
  | ({ readonly type: 'given-up-elsewhere' } & OfRun)
  // What requests answer
  /** `announce`: it does not wait for another run. */
  | { readonly type: 'start-accepted'; readonly run: Run; readonly announce: boolean }
  /** `error` is absent when its repeating was ended on purpose. */
  | ({ readonly type: 'start-failed'; readonly error?: TransportError } & OfRun)
  /** It is durable, or not needed any more. */
  | ({ readonly type: 'cancel-delivered' } & OfRun)
  | ({ readonly type: 'cancel-failed' } & OfRun)
  /** The request of a recalled start has ended; `known`: the server has the run. */
  | ({ readonly type: 'recall-decided'; readonly known: boolean } & OfRun)
  /** A cancel of whatever is live has reached this run. */
  | ({ readonly type: 'live-cancelled' } & OfRun)
  | { readonly type: 'queue-changed'; readonly id: number }
  | { readonly type: 'queue-change-failed'; readonly id: number }
  // What the log says
  /** It shows other runs or another queue. `restored`: as the device had it, before the server has said anything. */
  | { readonly type: 'read'; readonly log: LogFacts; readonly restored?: boolean }
  /** History is complete: what the log does not show as live is not live. */
  | { readonly type: 'caught-up' }
  | { readonly type: 'deleted' }
  /** The server has no such thread. */
  | { readonly type: 'missing' }

export type Effect =
  /** Write the command to storage, before its request is sent. */
  | { readonly type: 'store'; readonly command: StoredCommand }
  | ({ readonly type: 'settle' } & OfRun)
  /** Tell the other tabs that this start was given up. */
  | ({ readonly type: 'mark-given-up' } & OfRun)
  /** Send a start, until it is answered. */
  | {
      readonly type: 'post'
      readonly body: StartRequest['body']
      readonly at: number
      /** Starts that have to be answered first. */
      readonly after: readonly string[]
      /** A cancel that has to be answered first: arriving later, it would also stop this run. */
      readonly afterCancelOf?: string | undefined
    }
  /** Repeat the start no more. An attempt that is under way is not aborted. */
  | ({ readonly type: 'stop-posting' } & OfRun)
  /** Send a cancel, until it is answered. `recalls`: its start may not have arrived. */
  | ({ readonly type: 'deliver-cancel'; readonly reason: string | undefined; readonly recalls: boolean } & OfRun)
  /** Send a change of the queue behind the starts that it is about. */
  | {
      readonly type: 'change-queue'
      readonly id: number
      readonly wish: QueueWish
      readonly after: readonly string[]
    }
  /** Its run has ended: a cancel that was not answered yet is not repeated. */
  | ({ readonly type: 'stop-cancelling' } & OfRun)
  | { readonly type: 'announce'; readonly news: readonly (News | StartRefused)[] }
  /** The server is known to have this thread: follow it, even if it said otherwise before. */
  | { readonly type: 'thread-exists' }

export type Emit = (effect: Effect) => void
export type EventOf<T extends ThreadEvent['type']> = Extract<ThreadEvent, { type: T }>
