/**
 * Which notices this browser profile has shown, for all its windows, also those that were frozen for hours; and the one id
 * under which all of them claim.
 *
 * Owns: the names in the shared storage, how long they are kept. Does not know: who shows what.
 */
import type { Environment, Shared } from '../environment/port.ts'

export interface RungRecord {
  /** The same for every window of the profile where they can remember together what was shown; else this window's own. */
  readonly deviceId: string
  has(id: string): boolean
  /** False: it cannot be remembered, so the lock must be kept instead. */
  add(ids: readonly string[]): boolean
}

const PREFIX = 'rung.'
const DEVICE = 'device'
/** The server keeps no more notices of a person than 100. */
const MOST = 300
const VALID_MS = 24 * 60 * 60 * 1_000

export function createRungRecord({
  shared,
  clock,
  mintId,
}: Pick<Environment, 'shared' | 'clock' | 'mintId'>): RungRecord {
  return {
    deviceId: (shared && profileId(shared, mintId)) ?? mintId(),
    has: (id) => shared?.read(PREFIX + id) !== undefined,
    add(ids) {
      if (!shared) return false
      const kept = ids.map((id) => shared.write(PREFIX + id, String(clock.now())))
      forgetOld(shared, clock.now())
      return kept.every(Boolean)
    },
  }
}

/** Undefined where the browser refuses to keep it. */
function profileId(shared: Shared, mintId: () => string): string | undefined {
  const known = shared.read(DEVICE)
  if (known) return known
  const written = shared.write(DEVICE, mintId())
  return written ? shared.read(DEVICE) : undefined
}

function forgetOld(shared: Shared, now: number): void {
  const names = shared.names().filter((name) => name.startsWith(PREFIX))
  if (names.length <= MOST) return
  const at = (name: string) => Number(shared.read(name)) || 0
  const newest = new Set(names.toSorted((a, b) => at(b) - at(a)).slice(0, MOST))
  for (const name of names) if (!newest.has(name) || !(now - at(name) < VALID_MS)) shared.remove(name)
}
