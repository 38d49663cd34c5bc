/**
 * How long a thread or a room is muted: nothing of it rings until then.
 *
 * Owns: the durations that a person can choose, and the words for them. Does not know: what a mute changes (the server).
 */
import { useEffect, useState } from 'react'

interface MuteChoice {
  readonly label: string
  /** When it ends, in milliseconds since 1970. */
  until(now: number): number
}

const HOUR_MS = 3_600_000
/** When people look again, on the next day. */
const MORNING = 8
/** The end of a mute that has none. Later than any page, and a time that every part of the wire can write. */
const FOR_GOOD = Date.parse('9999-12-31T23:59:59.000Z')
/** Longer delays overflow a timer. */
const LONGEST_MS = 2 ** 31 - 1

export const MUTES: readonly MuteChoice[] = [
  { label: 'Mute for 1 hour', until: (now) => now + HOUR_MS },
  { label: 'Mute for 8 hours', until: (now) => now + 8 * HOUR_MS },
  {
    label: 'Mute until tomorrow',
    until(now) {
      const morning = new Date(now)
      morning.setDate(morning.getDate() + 1)
      return morning.setHours(MORNING, 0, 0, 0)
    },
  },
  { label: 'Mute until I turn it on', until: () => FOR_GOOD },
]

export function isMuted(mutedUntil: string | undefined, now: number): boolean {
  return mutedUntil !== undefined && Date.parse(mutedUntil) > now
}

/** "Muted", "Muted until 14:30", "Muted until Tue 08:00". */
export function muteWords(mutedUntil: string | undefined, now: number): string {
  const until = Date.parse(mutedUntil ?? '')
  // A date so far away means "until I turn it on".
  if (Number.isNaN(until) || until - now > 365 * 24 * HOUR_MS) return 'Muted'
  const isSoon = until - now < 12 * HOUR_MS
  const time = new Date(until).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const day = new Date(until).toLocaleDateString('en', { weekday: 'short' })
  return `Muted until ${isSoon ? time : `${day} ${time}`}`
}

/** Whether it is muted now; it changes by itself when the time is over. */
export function useMuted(mutedUntil: string | undefined): boolean {
  const [now, setNow] = useState(Date.now)
  const muted = isMuted(mutedUntil, now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a timer reaches only so far, and the next one goes on
  useEffect(() => {
    if (!muted || mutedUntil === undefined) return
    const left = Math.max(0, Date.parse(mutedUntil) - Date.now())
    const timer = setTimeout(() => setNow(Date.now()), Math.min(left, LONGEST_MS))
    return () => clearTimeout(timer)
  }, [mutedUntil, muted, now])
  return muted
}
