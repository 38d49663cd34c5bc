/**
 * Ids that are used once in a thread. An agent counts its messages from 1 in every run, or calls a thought and its
 * answer the same: each of them gets a name of its own, which is the agent's own id unless something else has it.
 *
 * Owns: which names are taken. Does not know: what they name.
 */
import { truncate } from '../json/bytes.ts'
import { MAX_AGENT_ID_LENGTH } from './shape.ts'

export interface Names {
  /** A name that nothing has yet: `id` itself, or one made of the run's id and it. */
  give(id: string): string
  /** `name` is in use. */
  take(name: string): void
  has(name: string): boolean
}

export function createNames(runId: string): Names {
  const taken = new Set<string>()
  /** Where to go on looking, for ids that were used before: an agent may use one a million times. */
  let next: Map<string, number> | undefined
  return {
    give(id) {
      let nth = next?.get(id) ?? 0
      let name = nthName(runId, id, nth)
      while (taken.has(name)) name = nthName(runId, id, ++nth)
      if (nth > 0) {
        next ??= new Map()
        next.set(id, nth + 1)
      }
      taken.add(name)
      return name
    },
    take: (name) => void taken.add(name),
    has: (name) => taken.has(name),
  }
}

/** The 0th is the id itself. Never longer than an id may be, so that it can be read back. */
export function nthName(runId: string, id: string, nth: number): string {
  if (nth === 0) return id
  const suffix = nth === 1 ? '' : `:${nth}`
  return truncate(`${runId}:${id}`, MAX_AGENT_ID_LENGTH - suffix.length) + suffix
}
