/**
 * Reports what this page shows, so that a server that cannot serve everything at once begins with what is looked at.
 *
 * Owns: when to report, and as which device. Does not know: what is shown (it is passed in), what the server does with it.
 *
 * Invariants:
 * - Advisory: nothing waits for it, nothing fails because of it, and its failures are silent. A report that is refused is
 *   not repeated before something changes, any other failed report not before the next renewal.
 * - At most one report a second, and one more as the page is hidden: that one at once, since a hidden page may get no
 *   further turn.
 * - Hidden, or showing no thread, it is silent: no timer, no request (I10).
 * - An id lives as long as its page: a tab that is duplicated copies its storage, and two tabs with one id would
 *   contradict each other.
 */
import { type PresenceBody, sameKey, type ThreadKey } from '@holdfast/core'
import type { Environment, Focus } from '../environment/port.ts'
import { isTransient, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'

/** Going through threads is one report. */
const GATHER_MS = 1_000
/** A server forgets after 30 s (docs/PROTOCOL.md): one report in between may be lost. */
const RENEW_MS = 12_000

export interface PresenceReporterOptions {
  readonly transport: Pick<RunTransport, 'ask'>
  readonly environment: Pick<Environment, 'clock' | 'visibility' | 'mintId'>
  readonly focus: Focus
}

export interface PresenceReporter {
  /** The thread that the person at this page looks at. */
  show(key: ThreadKey | undefined): void
  /** Reports nothing more; the server forgets the last report by itself. Twice is harmless. */
  close(): void
}

type Shown = Omit<PresenceBody, 'deviceId'>

export function createPresenceReporter({ transport, environment, focus }: PresenceReporterOptions): PresenceReporter {
  const { clock, visibility, mintId } = environment
  const deviceId = mintId()
  let thread: ThreadKey | undefined
  /** Nothing is said of a page that has never shown a thread. */
  let said: Shown = { state: 'hidden' }
  let undoTimer: (() => void) | undefined
  /** What has changed is said when the timer is due; else the same is said again then. */
  let gathering = false
  let closed = false

  function shown(): Shown {
    if (visibility.hidden || !thread) return { state: 'hidden' }
    return { state: focus.focused ? 'focused' : 'visible', thread }
  }

  async function say(what: Shown): Promise<void> {
    rest()
    said = what
    if (what.state !== 'hidden') plan(RENEW_MS)
    try {
      await transport.ask('presence', [{ deviceId, ...what }])
    } catch (cause) {
      if (said === what && !isTransient(transportError(cause))) rest()
    }
  }

  function plan(ms: number): void {
    undoTimer = clock.schedule(ms, () => void say(shown()))
  }

  function rest(): void {
    undoTimer?.()
    undoTimer = undefined
    gathering = false
  }

  function look(): void {
    if (closed) return
    const now = shown()
    if (isSame(now, said)) {
      // The pending change was undone; the renewal continues.
      if (now.state === 'hidden') rest()
    } else if (visibility.hidden) {
      void say(now)
    } else if (!gathering) {
      rest()
      plan(GATHER_MS)
      gathering = true
    }
  }

  const leave = [visibility.subscribe(look), focus.subscribe(look)]

  return {
    show(key) {
      thread = key
      look()
    },
    close() {
      closed = true
      rest()
      for (const undo of leave) undo()
    },
  }
}

function isSame(one: Shown, other: Shown): boolean {
  if (one.state !== other.state || !one.thread || !other.thread) return one.state === other.state
  return sameKey(one.thread, other.thread)
}
