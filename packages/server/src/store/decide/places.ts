/**
 * The order in which runs start if not all of them can start now. Each thread has one candidate. People take turns, and
 * each person's runs start in the order of their acceptance. A person's live runs count as turns.
 *
 * Does not know: the total number of runs that may be live at once. The claimer gives it.
 */
import type { ClaimCaps } from '../port.ts'
import type { Principal } from '../principal.ts'

export interface Contender {
  readonly owner: Principal
  readonly agentId: string
}

/** `waiting` is in the order of acceptance, the answer in the order in which the runs start. */
export function inTurn<Waiting extends Contender>(
  waiting: readonly Waiting[],
  live: readonly Contender[],
): readonly Waiting[] {
  const turns = counter()
  for (const { owner } of live) turns.add(personOf(owner))
  return waiting
    .map((run, accepted) => ({ run, accepted, turn: turns.add(personOf(run.owner)) }))
    .sort((a, b) => a.turn - b.turn || a.accepted - b.accepted)
    .map(({ run }) => run)
}

/** The first `limit` of `ordered` that the caps allow. */
export function withPlaces<Waiting extends Contender>(
  ordered: readonly Waiting[],
  live: readonly Contender[],
  { perPerson = Number.POSITIVE_INFINITY, perAgent = Number.POSITIVE_INFINITY }: ClaimCaps,
  limit: number,
): readonly Waiting[] {
  const persons = counter()
  const agents = counter()
  for (const { owner, agentId } of live) {
    persons.add(personOf(owner))
    agents.add(agentId)
  }
  const taken: Waiting[] = []
  for (const run of ordered) {
    if (taken.length >= limit) break
    const person = personOf(run.owner)
    if (persons.of(person) >= perPerson || agents.of(run.agentId) >= perAgent) continue
    persons.add(person)
    agents.add(run.agentId)
    taken.push(run)
  }
  return taken
}

function counter() {
  const counts = new Map<string, number>()
  return {
    of: (name: string) => counts.get(name) ?? 0,
    /** Returns the count before the addition. */
    add(name: string): number {
      const before = counts.get(name) ?? 0
      counts.set(name, before + 1)
      return before
    },
  }
}

function personOf({ tenantId, personId }: Principal): string {
  return JSON.stringify([tenantId, personId])
}
