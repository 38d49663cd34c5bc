/**
 * Where one reader of one log is. Pure: the table is total and a test walks every cell.
 *
 * - `catching-up` the log holds more than it has been given
 * - `live` it has been given everything that is known of
 * - `waiting-for-drain` its sink is full; nothing is kept for it, it will catch up (G10)
 * - `ended` absorbing
 */
export type ReaderState = 'catching-up' | 'live' | 'waiting-for-drain' | 'ended'

/** `behind`: more is known of · `current`: nothing more is known of · `full`, `drained`: its sink · `end`: either side. */
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
