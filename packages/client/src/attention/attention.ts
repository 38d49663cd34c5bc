/**
 * Everything that shows a person what they would otherwise miss, joined: this window, what the person wants, what this
 * device may show.
 *
 * Owns: the joining, whether a thread is muted as far as this window knows. Does not know: how a notice is shown.
 */
import { sameKey, type ThreadKey } from '@holdfast/core'
import type { Locks } from '../environment/neighbours.ts'
import type { Environment } from '../environment/port.ts'
import { type Observable, undoAll } from '../observable/observable.ts'
import type { RunRegistry } from '../registry/port.ts'
import type { Looking } from './looking.ts'
import type { SettingsStore } from './notification-settings.ts'
import { createRinger } from './ringer.ts'
import type { Ringing } from './ringer-effects.ts'
import type { Around } from './ringer-state.ts'

export interface AttentionOptions {
  readonly registry: RunRegistry
  readonly environment: Environment
  readonly locks?: Locks | undefined
  readonly looking: Looking
  readonly settings: SettingsStore
  /** Whether this device may show notifications of the operating system. */
  readonly mayNotify: Observable<boolean>
  readonly ringing: Ringing
}

export interface PageAttention {
  /** Under which this browser claims notices; for its subscription to pushes, too. */
  readonly deviceId: string
  /** The person has dismissed what was shown of these notices. */
  dismissed(ids: readonly string[]): void
  close(): void
}

export function createAttention(options: AttentionOptions): PageAttention {
  const { registry, environment, locks, looking, settings, ringing } = options
  const ringer = createRinger({
    registry,
    environment,
    locks,
    around: aroundOf(options),
    capability: () => settings.snapshot().capability,
    isMuted: (key) => isMuted(registry, key, environment.clock.now()),
    ringing,
  })
  // A server without read marks does not say that it was read.
  const undo = looking.subscribe(() => {
    const { window, shown } = looking.snapshot()
    if (window === 'focused') for (const key of shown) ringer.read(key)
  })
  return {
    deviceId: ringer.deviceId,
    dismissed: ringer.dismissed,
    close() {
      undo()
      ringer.close()
    },
  }
}

function aroundOf({ looking, settings, mayNotify }: AttentionOptions): Observable<Around> {
  return {
    snapshot: () => ({
      ...looking.snapshot(),
      mayNotify: mayNotify.snapshot(),
      settings: settings.snapshot().settings,
    }),
    subscribe: (listener) =>
      undoAll(looking.subscribe(listener), settings.subscribe(listener), mayNotify.subscribe(listener)),
  }
}

/** As the lists know it that this window has. */
function isMuted(registry: RunRegistry, key: ThreadKey, now: number): boolean {
  const listed = registry.observeThreads(key.roomId).snapshot().items ?? []
  const thread = [...listed, ...registry.overview.snapshot().threads].find((each) => sameKey(each, key))
  const rooms = registry.observeRooms().snapshot().items
  const room = rooms?.find(({ roomId }) => roomId === key.roomId)
  return [thread?.mutedUntil, room?.mutedUntil].some((until) => until !== undefined && Date.parse(until) > now)
}
