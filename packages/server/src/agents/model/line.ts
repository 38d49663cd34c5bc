/**
 * Which of the runs waiting at a provider goes next. Pure.
 *
 * Threads with the most attention go first; among equals, the earliest. No run starves: once enough later runs have
 * been served, the longest-waiting run goes next regardless of attention.
 */
import { type Attention, compareAttention } from '@holdfast/core'

export interface Standing {
  /** Increases with each arrival. */
  readonly order: number
  /** How many later runs were served while this one was first in order. */
  readonly overtaken: number
  /** Read when the choice is made, because attention changes during the wait. */
  attention(): Attention
}

/** How many later runs may overtake the longest-waiting one. */
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
