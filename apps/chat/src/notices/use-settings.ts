/** What the person wants to be notified of, on all their devices: changed at once, and back again if that fails. */
import type { NotificationSettings } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useCallback, useEffect, useState } from 'react'
import { troubleAbout } from '../frame/toasts.ts'
import { whyOf } from '../frame/why.ts'

export type SettingsState =
  | { readonly type: 'loading' }
  | { readonly type: 'ready'; readonly settings: NotificationSettings }
  | { readonly type: 'trouble'; readonly text: string }

interface Settings {
  readonly state: SettingsState
  load(): void
  change(settings: NotificationSettings): void
}

export function useSettings(): Settings {
  const registry = useRegistry()
  const [state, setState] = useState<SettingsState>({ type: 'loading' })
  const load = useCallback(async () => {
    try {
      setState({ type: 'ready', settings: await registry.ask('notificationSettings', []) })
    } catch (cause) {
      setState({ type: 'trouble', text: whyOf(cause) })
    }
  }, [registry])
  useEffect(() => {
    void load()
    // Changed on another device.
    return registry.inbox.subscribe((entry) => {
      if (entry.type === 'SettingsChanged') setState({ type: 'ready', settings: entry.settings })
    })
  }, [registry, load])
  return {
    state,
    load: () => void load(),
    change(settings) {
      setState({ type: 'ready', settings })
      registry.ask('changeNotificationSettings', [settings]).catch((cause: unknown) => {
        troubleAbout('Couldn’t save the settings.')(cause)
        void load()
      })
    },
  }
}
