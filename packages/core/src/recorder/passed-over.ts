/** How many events of a tolerated agent were passed over, by type. */

export interface PassedOver {
  readonly counts: ReadonlyMap<string, number>
  count(type: unknown): void
}

/** Types are the agent's own words: only a few are kept, and only plain names. */
const MAX_TYPES = 16
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
const OTHER = 'other'

export function createPassedOver(): PassedOver {
  const counts = new Map<string, number>()
  return {
    counts,
    count(type) {
      const plain = typeof type === 'string' && PLAIN_NAME.test(type) ? type : OTHER
      const name = counts.has(plain) || counts.size < MAX_TYPES ? plain : OTHER
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
  }
}
