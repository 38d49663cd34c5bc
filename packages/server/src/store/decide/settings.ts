/** A person's notification settings. */
import { isDeepStrictEqual } from 'node:util'
import { DEFAULT_NOTIFICATION_SETTINGS, type NotificationSettings } from '@holdfast/core'
import type { Principal } from '../principal.ts'
import type { Known } from './facts.ts'
import type { Decision } from './step.ts'

export function decideSettings({ settings }: Known<'settings'>): Decision<NotificationSettings> {
  return { answer: settings ?? DEFAULT_NOTIFICATION_SETTINGS }
}

export function decideSettingsPut(
  { settings: held = DEFAULT_NOTIFICATION_SETTINGS }: Known<'settings'>,
  person: Principal,
  settings: NotificationSettings,
): Decision<NotificationSettings> {
  if (isDeepStrictEqual(held, settings)) return { answer: settings }
  return { answer: settings, writes: { person, put: { type: 'settings', settings } } }
}
