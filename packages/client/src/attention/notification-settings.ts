/**
 * What the person wants to be notified of, as the server keeps it; and whether it raises notices at all.
 *
 * Owns: when the settings are asked for. Does not know: what follows from them.
 */
import { DEFAULT_NOTIFICATION_SETTINGS, type NotificationSettings } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { createBackoff } from '../follow/backoff.ts'
import { createListeners, type Observable } from '../observable/observable.ts'
import type { RunRegistry } from '../registry/port.ts'
import type { Capability } from './notice.ts'
import { untilAnswered } from './until-answered.ts'

export interface SettingsState {
  /** The defaults until the server has answered, and for servers that keep none. */
  readonly settings: NotificationSettings
  /** Undefined until it is known. */
  readonly capability?: Capability
}

export interface SettingsStore extends Observable<SettingsState> {
  close(): void
}

export interface SettingsStoreOptions {
  readonly registry: Pick<RunRegistry, 'ask' | 'inbox'>
  readonly environment: Pick<Environment, 'clock' | 'random'>
}

export function createNotificationSettings({ registry, environment }: SettingsStoreOptions): SettingsStore {
  const listeners = createListeners()
  const closing = new AbortController()
  const closed = closing.signal
  let state: SettingsState = { settings: DEFAULT_NOTIFICATION_SETTINGS }

  function become(next: SettingsState): void {
    if (closed.aborted) return
    state = next
    listeners.tell()
  }

  async function load(): Promise<void> {
    const backoff = createBackoff(environment)
    const answer = await untilAnswered(() => registry.ask('notificationSettings', []), { backoff, closed })
    if (answer.type === 'answer') become({ settings: answer.value, capability: 'raises-notices' })
    else become({ ...state, capability: 'raises-none' })
  }

  const undo = registry.inbox.subscribe((entry) => {
    if (entry.type === 'SettingsChanged') become({ settings: entry.settings, capability: 'raises-notices' })
  })
  void load()

  return {
    snapshot: () => state,
    subscribe: listeners.add,
    close() {
      closing.abort()
      undo()
      listeners.clear()
    },
  }
}
