/**
 * What follows from a notice on the tabs' common channel, as a pure table: for each kind of notice, by this tab's role.
 *
 * Owns: which leader counts, who may be admitted. Does not know: locks, lines, time.
 */
import type { Notice } from './notices.ts'

export interface Leader {
  readonly tab: string
  readonly generation: number
}

export type Role =
  | { readonly type: 'seeking' }
  /** The leader is known, and was asked for a line. */
  | { readonly type: 'joining'; readonly leader: Leader }
  | { readonly type: 'following'; readonly leader: Leader }
  | { readonly type: 'leading'; readonly leader: Leader }

export interface Standing {
  readonly tabId: string
  readonly role: Role
  /** The newest generation that this tab has heard of. */
  readonly newest: number
}

export type Step =
  | { readonly type: 'ignore' }
  /** Says who leads. */
  | { readonly type: 'announce'; readonly leader: Leader }
  | { readonly type: 'admit'; readonly tab: string; readonly lock: string }
  /** Asks this leader for a line. A tab that leads stops leading first. */
  | { readonly type: 'join'; readonly leader: Leader }
  /** The leader listens to this tab's line. */
  | { readonly type: 'follow'; readonly leader: Leader }

const IGNORE: Step = { type: 'ignore' }

const TABLE: { readonly [T in Notice['type']]: (standing: Standing, notice: Extract<Notice, { type: T }>) => Step } = {
  who: ({ role }) => (role.type === 'leading' ? { type: 'announce', leader: role.leader } : IGNORE),
  leads(standing, { tab, generation }) {
    const leader = { tab, generation }
    return isNews(standing, leader) ? { type: 'join', leader } : IGNORE
  },
  joins: ({ role }, { tab, lock, leader }) =>
    role.type === 'leading' && isSame(role.leader, leader) ? { type: 'admit', tab, lock } : IGNORE,
  admits: ({ role, tabId }, { tab, leader }) =>
    role.type === 'joining' && tab === tabId && isSame(role.leader, leader) ? { type: 'follow', leader } : IGNORE,
}

export function stepAfter<T extends Notice['type']>(standing: Standing, notice: Extract<Notice, { type: T }>): Step {
  return TABLE[notice.type as T](standing, notice)
}

/** Two tabs may take over at the same moment, and one has the lock: a tab without a line may still turn to the other. */
function isNews({ role, newest }: Standing, { tab, generation }: Leader): boolean {
  if (generation !== newest) return generation > newest
  return role.type === 'seeking' || (role.type === 'joining' && role.leader.tab !== tab)
}

function isSame(a: Leader, b: Leader): boolean {
  return a.tab === b.tab && a.generation === b.generation
}
