/**
 * How much a thread is looked at: what a presence is worth to it, and who goes before whom where there is not enough for
 * everybody. Advisory: it orders what waits, and owns, ends and begins nothing (I5).
 */

/** On a screen that somebody is at, on one that can merely be seen, on none that is known of. */
export type Attention = 'focused' | 'visible' | 'none'

const RANK: Readonly<Record<Attention, number>> = { focused: 0, visible: 1, none: 2 }

/** Below 0: the first is looked at more, and goes first. */
export function compareAttention(one: Attention, other: Attention): number {
  return RANK[one] - RANK[other]
}
