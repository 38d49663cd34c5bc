/**
 * The one attempt at a connection, from its beginning until it ends or is given up, and how long it has been silent.
 *
 * Owns: the present attempt, its watchdog. Does not know: what is read, when to try again (`reconnect.ts`).
 *
 * Invariant: an attempt that was given up is not heard any more.
 */
import type { Clock } from '@holdfast/core'
import { type TransportError, transportError } from '../transport/error.ts'
import type { ConnectionEvent, PauseReason } from './state.ts'

/** The server sends a heartbeat every 15 s: two missing ones and a margin. */
const SILENCE_MS = 40_000
/** After a sleep, a page distrusts its connection sooner: one missing heartbeat and a margin. */
const DOUBT_MS = 20_000

/** What an attempt reports. */
export interface Attempt {
  /** Aborted once the attempt has been given up. Nothing that arrives later may have an effect. */
  readonly signal: AbortSignal
  opened(): void
  caughtUp(): void
  /** Data arrived. */
  bytes(): void
}

export interface AttemptOptions {
  /** One attempt. Resolves when it has ended in order. */
  attempt(attempt: Attempt): Promise<void>
  /** Why an attempt failed: a reason not to try again. */
  failed(cause: unknown): PauseReason | undefined
}

export interface Attempts {
  /** Begins an attempt. The one before has to be given up first. */
  begin(): void
  giveUp(): void
  /** Whether it has been silent for so long that a page that was asleep should not rely on it. */
  isDoubtful(): boolean
}

export function createAttempts(
  clock: Clock,
  { attempt, failed }: AttemptOptions,
  dispatch: (event: ConnectionEvent) => void,
): Attempts {
  let present: AbortController | undefined
  let lastBytes = 0
  let undoWatchdog = () => {}

  function watch(afterMs: number): void {
    undoWatchdog = clock.schedule(afterMs, () => {
      // After the clock was set back, the time since is unknown.
      lastBytes = Math.min(lastBytes, clock.now())
      const left = lastBytes + SILENCE_MS - clock.now()
      if (left > 0) watch(left)
      else dispatch({ type: 'lost' })
    })
  }

  async function begin(): Promise<void> {
    present = new AbortController()
    const { signal } = present
    const report = (type: 'opened' | 'caught-up' | 'lost') => signal.aborted || dispatch({ type })
    lastBytes = clock.now()
    watch(SILENCE_MS)
    try {
      await attempt({
        signal,
        opened: () => report('opened'),
        caughtUp: () => report('caught-up'),
        bytes() {
          if (!signal.aborted) lastBytes = clock.now()
        },
      })
      report('lost')
    } catch (cause) {
      if (signal.aborted) return
      const reason = failed(cause)
      dispatch(reason ? { type: 'pause', reason } : { type: 'lost', ...saying(transportError(cause)) })
    }
  }

  return {
    begin: () => void begin(),
    giveUp() {
      undoWatchdog()
      present?.abort()
    },
    isDoubtful: () => clock.now() - lastBytes > DOUBT_MS,
  }
}

/**
 * The error that is worth showing. A server that does not answer shows in the waiting itself, and a cursor that does not
 * fit is followed by the snapshot.
 */
function saying(error: TransportError): { readonly error?: TransportError } {
  const { fault } = error
  const tells = fault.type === 'problem' ? !fault.problem.code.includes('cursor') : fault.type === 'protocol'
  return tells ? { error } : {}
}
