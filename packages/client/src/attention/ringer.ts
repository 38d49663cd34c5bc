/**
 * Shows the person what they would otherwise miss: one window of one device, once.
 *
 * Owns: what is heard of, and when. Does not know: what is decided (`ringer-model.ts`), how that is carried out
 * (`ringer-effects.ts`).
 *
 * Invariants:
 * - Whether the server raises notices, and whether this device may show notifications, are independent: neither switches
 *   the other off.
 * - Closed, it holds no lock, no timer and no subscription.
 */
import { type InboxFrame, isUnread, type ThreadKey } from '@holdfast/core'
import type { Locks } from '../environment/neighbours.ts'
import type { Environment } from '../environment/port.ts'
import { type Observable, undoAll } from '../observable/observable.ts'
import type { RunRegistry } from '../registry/port.ts'
import { type Capability, localNoticeId, noticeIn } from './notice.ts'
import { createRingerEffects, type Ringing } from './ringer-effects.ts'
import { ringerStart, stepRinger } from './ringer-model.ts'
import type { Around, RingerEvent } from './ringer-state.ts'

export interface RingerOptions {
  readonly registry: Pick<RunRegistry, 'ask' | 'inbox' | 'events' | 'marks'>
  readonly environment: Pick<Environment, 'clock' | 'shared' | 'mintId' | 'random'>
  /** Absent where the browser has none: then each window shows what the server gives it. */
  readonly locks?: Locks | undefined
  /** This window, and what the person wants. */
  readonly around: Observable<Around>
  /** Undefined until it is known; then `around` is told. */
  capability(): Capability | undefined
  isMuted(key: ThreadKey): boolean
  readonly ringing: Ringing
}

export interface Ringer {
  /** Under which this profile claims. */
  readonly deviceId: string
  /** The person has dismissed what was shown of these. */
  dismissed(ids: readonly string[]): void
  /** The person looks at this thread, here. For servers that keep no read marks. */
  read(key: ThreadKey): void
  close(): void
}

/** Of runs that end before it is known whether the server raises notices. */
const MOST_EARLY = 100

export function createRinger(options: RingerOptions): Ringer {
  const { registry, environment, locks, around, capability, isMuted, ringing } = options
  const closing = new AbortController()
  const closed = closing.signal
  const at = environment.clock.now
  const effects = createRingerEffects({ transport: registry, environment, locks, ringing, closed, dispatch })
  const { record } = effects
  let state = ringerStart(around.snapshot())
  let early: readonly InboxFrame[] = []

  function dispatch(event: RingerEvent): void {
    if (closed.aborted) return
    const step = stepRinger(state, event)
    state = step.state
    for (const effect of step.effects) effects.run(effect)
  }

  function hear(entry: InboxFrame): void {
    const known = capability()
    if (known === undefined && entry.type === 'RunCompleted') early = [...early, entry].slice(-MOST_EARLY)
    const notice = known && noticeIn(entry, known)
    if (!notice) return
    const { readSeq = 0 } = registry.marks.of(notice) ?? {}
    // Read here a moment ago, most likely: the other windows of this profile need not show it.
    if (notice.seq !== undefined && notice.seq <= readSeq) record.add([notice.id])
    else dispatch({ type: 'heard', notice, muted: isMuted(notice), at: at() })
  }

  function look(): void {
    if (early.length === 0 || capability() === undefined) return
    const all = early
    early = []
    for (const entry of all) hear(entry)
  }

  const undo = undoAll(
    around.subscribe(() => {
      look()
      dispatch({ type: 'around', around: around.snapshot(), at: at() })
    }),
    registry.inbox.subscribe((entry) => hear(entry as InboxFrame)),
    registry.marks.subscribe((key) => {
      const marks = registry.marks.of(key)
      if (marks && !isUnread(marks)) dispatch({ type: 'read', key, seq: marks.readSeq })
    }),
    // What is stopped in any window of this profile is no news in the others.
    ownStops(registry, (id) => void record.add([id])),
  )

  return {
    deviceId: record.deviceId,
    dismissed: (ids) => dispatch({ type: 'dismissed', ids }),
    read: (key) => dispatch({ type: 'read', key }),
    close() {
      closing.abort()
      undo()
      effects.close()
    },
  }
}

function ownStops({ events }: Pick<RunRegistry, 'events'>, stopped: (id: string) => void): () => void {
  return events.subscribe((event) => {
    if (event.type !== 'ThreadEvent') return
    const { roomId, threadId, event: own } = event
    if (own.type === 'cancel' || own.type === 'live-cancelled') stopped(localNoticeId({ roomId, threadId }, own.runId))
  })
}
