/**
 * What a person wants to be notified of, and when not.
 *
 * Owns: the shape, the defaults, whether a moment lies in the quiet hours. Does not know: where they are stored, mutes.
 */
import type { NoticeKind } from './unread.ts'

export interface QuietHours {
  /** `HH:MM` of a day of 24 hours. */
  readonly from: string
  /** Exclusive. Before `from`: on the next day. The same as `from`: there are no quiet hours. */
  readonly to: string
  /** IANA, such as `Europe/Berlin`. The hours follow its clock, through every change of summer time. */
  readonly timeZone: string
}

export interface NotificationSettings {
  readonly kinds: {
    readonly finished: boolean
    readonly failed: boolean
    readonly needsYou: boolean
    readonly stopped: boolean
  }
  /** A run that needs the person is shown although its thread or room is muted. */
  readonly needsYouBreaksThrough: boolean
  readonly quietHours?: QuietHours
}

export const DEFAULT_NOTIFICATION_SETTINGS: NotificationSettings = {
  kinds: { finished: true, failed: true, needsYou: true, stopped: true },
  needsYouBreaksThrough: false,
}

const SETTING: Readonly<Record<NoticeKind, keyof NotificationSettings['kinds']>> = {
  finished: 'finished',
  failed: 'failed',
  needs_you: 'needsYou',
  stopped: 'stopped',
}

export function isWanted(kind: NoticeKind, { kinds }: NotificationSettings): boolean {
  return kinds[SETTING[kind]]
}

/** @param now milliseconds since 1970. A time zone that is not known here has no quiet hours. */
export function isQuiet({ quietHours }: NotificationSettings, now: number): boolean {
  if (!quietHours) return false
  const from = minutesOfDay(quietHours.from)
  const to = minutesOfDay(quietHours.to)
  const at = minutesAt(now, quietHours.timeZone)
  if (from === undefined || to === undefined || at === undefined) return false
  return from <= to ? from <= at && at < to : at >= from || at < to
}

/** Of the day. Undefined: not a time of day. */
function minutesOfDay(time: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

function minutesAt(now: number, timeZone: string): number | undefined {
  try {
    return minutesOfDay(formatOf(timeZone).format(now))
  } catch {
    // An unknown time zone, or a time that is no date.
    return undefined
  }
}

/** Making one takes far longer than using it. */
let last: { readonly timeZone: string; readonly format: Intl.DateTimeFormat } | undefined

function formatOf(timeZone: string): Intl.DateTimeFormat {
  if (last?.timeZone === timeZone) return last.format
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  last = { timeZone, format }
  return format
}
