/**
 * States of a reader. Pure: the table is total, and a test visits every cell.
 *
 * - `catching-up`: the log holds records that the reader has not delivered
 * - `live`: it has delivered every record known so far
 * - `waiting-for-drain`: its sink is full; nothing is kept for it, and it catches up later (G10)
 * - `ended`: final
 */
export type ReaderState = 'catching-up' | 'live' | 'waiting-for-drain' | 'ended'

/**
 * `behind`: there are more records · `current`: there are none · `full`, `drained`: the sink · `end`: from either side.
 */
export type ReaderEvent = 'behind' | 'current' | 'full' | 'drained' | 'end'

export const READER_TABLE: Readonly<Record<ReaderState, Readonly<Record<ReaderEvent, ReaderState>>>> = {
  'catching-up': {
    behind: 'catching-up',
    current: 'live',
    full: 'waiting-for-drain',
    drained: 'catching-up',
    end: 'ended',
  },
  live: { behind: 'catching-up', current: 'live', full: 'waiting-for-drain', drained: 'live', end: 'ended' },
  'waiting-for-drain': {
    behind: 'waiting-for-drain',
    current: 'waiting-for-drain',
    full: 'waiting-for-drain',
    drained: 'catching-up',
    end: 'ended',
  },
  ended: { behind: 'ended', current: 'ended', full: 'ended', drained: 'ended', end: 'ended' },
}
