/** What the tabs of one profile tell each other on their common channel. Anything else there is ignored. */

interface LeaderName {
  readonly tab: string
  readonly generation: number
}

export type Notice =
  /** A tab looks for the leader. */
  | { readonly type: 'who' }
  | ({ readonly type: 'leads' } & LeaderName)
  /** To its leader: this tab, which lives for as long as that lock is held, wants a line. */
  | { readonly type: 'joins'; readonly tab: string; readonly lock: string; readonly leader: LeaderName }
  /** To this tab: the line is listened to. */
  | { readonly type: 'admits'; readonly tab: string; readonly leader: LeaderName }

export function readNotice(value: unknown): Notice | undefined {
  const { type, tab, lock, generation, leader } = fields(value)
  if (type === 'who') return { type }
  if (typeof tab !== 'string') return undefined
  if (type === 'leads') return typeof generation === 'number' ? { type, tab, generation } : undefined
  const { tab: of, generation: since } = fields(leader)
  if (typeof of !== 'string' || typeof since !== 'number') return undefined
  const named = { tab: of, generation: since }
  if (type === 'joins') return typeof lock === 'string' ? { type, tab, lock, leader: named } : undefined
  return type === 'admits' ? { type, tab, leader: named } : undefined
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
