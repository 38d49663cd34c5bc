/**
 * What a page does so that a person misses nothing and is told once (`@holdfast/client/attention`): it moves read marks as
 * they look, and shows notices. Loaded after the page can be used.
 *
 *     const looking = createLooking({ registry, focus: browserFocus(), visibility: environment.visibility })
 *     looking.show([key])                              // what is open in this window is read while it has the focus
 *     const attention = createAttention({ registry, environment, looking, notifications, ringing, … })
 */
export { type AttentionOptions, createAttention, type PageAttention } from './attention.ts'
export { createLooking, type Looked, type Looking, type LookingOptions } from './looking.ts'
export type { Notice } from './notice.ts'
export {
  createNotificationSettings,
  type SettingsState,
  type SettingsStore,
  type SettingsStoreOptions,
} from './notification-settings.ts'
export type { Ringing } from './ringer-effects.ts'
export type { Ring, RungAs } from './ringer-state.ts'
