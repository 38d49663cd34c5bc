/**
 * How much attention a thread has, from the presence of devices that show it. It decides who goes first when capacity is
 * limited. It is advisory: it never starts or ends anything (I5).
 */

/** Shown on a focused screen, on a visible one, or on none that is known. */
export type Attention = 'focused' | 'visible' | 'none'

const RANK: Readonly<Record<Attention, number>> = { focused: 0, visible: 1, none: 2 }

/** Below 0 if the first has more attention, and so goes first. */
export function compareAttention(one: Attention, other: Attention): number {
  return RANK[one] - RANK[other]
}
