/**
 * Reports that this window is open, and what it shows: so that a server that cannot serve everything at once begins with
 * what is looked at, tells nobody what they see, and sends no push to a person who has the page open.
 *
 * Owns: when to report, and as which device. Does not know: what is shown (it is passed in), what the server does with it.
 *
 * Invariants:
 * - Advisory: nothing waits for it, nothing fails because of it, and its failures are silent. A failed report is not
 *   repeated before the next renewal. A thread that the server refused is left out until another one is shown.
 * - A change is reported at once, as far as that is at most one report a second: a thread that was left a moment ago is
 *   not attended any more, and the end of its run is to be shown. One more report may come as the page is hidden: at once,
 *   since a hidden page may get no further turn.
 * - I10, as decided in docs/decisions/0113: a window reports for as long as it is open, every 12 s and no more often,
 *   whether or not it shows a thread, and hidden as far as the browser gives it turns. Closed, it has no timer and sends
 *   nothing; the server forgets it by itself.
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
  let said: Shown | undefined
  /** The first report waits, until it is known what is shown. */
  let saidAt = clock.now()
  /** The thread is gone, or not this person's. */
  let refused = false
  let undoTimer: (() => void) | undefined
  /** What has changed is said when the timer is due; else the same is said again then. */
  let gathering = false
  let closed = false

  function shown(): Shown {
    if (visibility.hidden) return { state: 'hidden' }
    return { state: focus.focused ? 'focused' : 'visible', ...(thread && !refused && { thread }) }
  }

  async function say(what: Shown): Promise<void> {
    plan(RENEW_MS)
    said = what
    saidAt = clock.now()
    try {
      await transport.ask('presence', [{ deviceId, ...what }])
    } catch (cause) {
      if (what.thread === thread && !isTransient(transportError(cause))) refused = true
    }
  }

  function plan(ms: number, isChange = false): void {
    undoTimer?.()
    gathering = isChange
    undoTimer = closed ? undefined : clock.schedule(ms, () => void say(shown()))
  }

  function look(): void {
    if (closed) return
    const now = shown()
    // A change that was undone before it was said leaves nothing to say; the renewal stays.
    if (said && isSame(now, said)) {
      if (gathering) plan(RENEW_MS)
    } else if (visibility.hidden) void say(now)
    else if (!gathering) {
      const since = clock.now() - saidAt
      // The clock may have been set back since.
      if (since < 0 || since >= GATHER_MS) void say(now)
      else plan(GATHER_MS - since, true)
    }
  }

  const leave = [visibility.subscribe(look), focus.subscribe(look)]
  look()

  return {
    show(key) {
      if (!isSameThread(key, thread)) refused = false
      thread = key
      look()
    },
    close() {
      closed = true
      undoTimer?.()
      for (const undo of leave) undo()
    },
  }
}

function isSame(one: Shown, other: Shown): boolean {
  return one.state === other.state && isSameThread(one.thread, other.thread)
}

function isSameThread(one: ThreadKey | undefined, other: ThreadKey | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && sameKey(one, other))
}
