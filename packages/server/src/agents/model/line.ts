/**
 * Who of those that stand before a provider goes next; pure.
 *
 * Whoever is looked at goes first, of equals the one that came first. Nobody starves: the one that has stood longest
 * goes next, whoever looks, once as many that came later than it have been served as may be.
 */
import { type Attention, compareAttention } from '@holdfast/core'

export interface Standing {
  /** Grows with each that comes. */
  readonly order: number
  /** How many that came later were served while it stood first in order. */
  readonly overtaken: number
  /** Asked when the choice is made: a person looks elsewhere meanwhile. */
  attention(): Attention
}

/** What a thread on screen may cost the one that has stood longest: two or three answers, then it is its turn. */
export const MAX_OVERTAKEN = 3

export function longestStanding<One extends Standing>(line: Iterable<One>): One | undefined {
  let longest: One | undefined
  for (const one of line) if (!longest || one.order < longest.order) longest = one
  return longest
}

export function nextInLine<One extends Standing>(line: Iterable<One>): One | undefined {
  const longest = longestStanding(line)
  if (!longest || longest.overtaken >= MAX_OVERTAKEN) return longest
  let next = longest
  let most = longest.attention()
  for (const one of line) {
    const attention = one.attention()
    const by = compareAttention(attention, most)
    if (by > 0 || (by === 0 && one.order >= next.order)) continue
    next = one
    most = attention
  }
  return next
}
