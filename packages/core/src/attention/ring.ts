/**
 * How a person learns of the end of a run: one total table over what happened, where the person is, and what they want.
 *
 * Owns: the table. Does not know: who tells it where the person is, which device of theirs shows it.
 */
import { isQuiet, isWanted, type NotificationSettings } from './settings.ts'
import type { NoticeKind } from './unread.ts'

/**
 * Where the person is, as seen from one window, or from the server.
 *
 * - `here` the thread is open in a window that has the focus
 * - `elsewhere-in-page` such a window shows another thread
 * - `away` there are windows, and none has the focus
 * - `no-window` no window is open
 */
export type Whereabouts = 'here' | 'elsewhere-in-page' | 'away' | 'no-window'

/** A short note in the page, a notification of the operating system, or one through Web Push. */
export type Ring = 'nothing' | 'toast' | 'os' | 'push'

export interface RingOptions {
  readonly settings: NotificationSettings
  /** The thread, or its room, is muted now. */
  readonly muted: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How much the person wants to hear: nothing; nothing outside of the page; everything. */
type Loudness = 'silent' | 'quiet' | 'loud'

const TABLE: Readonly<Record<Whereabouts, Readonly<Record<Loudness, Ring>>>> = {
  here: { loud: 'nothing', quiet: 'nothing', silent: 'nothing' },
  'elsewhere-in-page': { loud: 'toast', quiet: 'toast', silent: 'nothing' },
  away: { loud: 'os', quiet: 'nothing', silent: 'nothing' },
  'no-window': { loud: 'push', quiet: 'nothing', silent: 'nothing' },
}

export function ringFor(what: NoticeKind, where: Whereabouts, options: RingOptions): Ring {
  return TABLE[where][loudnessOf(what, options)]
}

/** Whether the person does not want it at all, wherever they are. The quiet hours only decide how it is shown. */
export function isSilenced(what: NoticeKind, { settings, muted }: Omit<RingOptions, 'now'>): boolean {
  if (!isWanted(what, settings)) return true
  return muted && !(what === 'needs_you' && settings.needsYouBreaksThrough)
}

function loudnessOf(what: NoticeKind, { settings, muted, now }: RingOptions): Loudness {
  if (isSilenced(what, { settings, muted })) return 'silent'
  // Somebody stopped it on purpose. That is worth a note in the page and no more.
  if (what === 'stopped') return 'quiet'
  return isQuiet(settings, now) ? 'quiet' : 'loud'
}
