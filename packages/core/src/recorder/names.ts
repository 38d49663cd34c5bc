/**
 * Unique ids within a thread, called names. Agents reuse ids: some count their messages from 1 in every run, some give a
 * thought and its answer one id. The first use keeps the agent's id, and every further one gets a name made from it.
 *
 * Owns: which names are taken. Does not know: what they name.
 */
import { truncate } from '../json/bytes.ts'
import { MAX_AGENT_ID_LENGTH } from './shape.ts'

export interface Names {
  /** Takes a free name: `id` itself, or one made of the run's id and `id`. */
  give(id: string): string
  /** Marks `name` as taken. */
  take(name: string): void
  has(name: string): boolean
}

export function createNames(runId: string): Names {
  const taken = new Set<string>()
  /** For each reused id, where to continue the search: an agent may use one id a million times. */
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

/** The 0th name is the id itself. No name is longer than an id may be. */
export function nthName(runId: string, id: string, nth: number): string {
  if (nth === 0) return id
  const suffix = nth === 1 ? '' : `:${nth}`
  return truncate(`${runId}:${id}`, MAX_AGENT_ID_LENGTH - suffix.length) + suffix
}
