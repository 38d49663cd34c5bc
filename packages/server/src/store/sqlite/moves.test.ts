import { describe, expect, it } from 'vitest'
import { createMoves } from './moves.ts'

const KB = 1024
const QUIET = { bytes: 0, tails: 0 }

describe('the tails that move with a commit', () => {
  it('are a few at a time, the longest-waiting first, and each once', () => {
    const moves = createMoves(256 * KB)
    for (let thread = 1; thread <= 10; thread++) moves.want(thread)
    moves.want(1)
    const takes = Array.from({ length: 4 }, () => moves.take(QUIET, () => 64 * KB))
    expect(takes).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10], []])
  })

  it('are at least one, however long', () => {
    const moves = createMoves(1)
    for (const thread of [7, 3]) moves.want(thread)
    expect(moves.take(QUIET, () => 500 * KB)).toEqual([7])
    expect(moves.take(QUIET, () => 500 * KB)).toEqual([3])
  })

  it('are limited in number if they are short, since each becomes a row', () => {
    const moves = createMoves(256 * KB)
    for (let thread = 1; thread <= 100; thread++) moves.want(thread)
    expect(moves.take(QUIET, () => 0)).toHaveLength(32)
  })

  it('are at least twice the incoming data, so that a busy thread delays no other', () => {
    const moves = createMoves(1)
    const lengths = new Map<number, number>()
    const LONG = 64 * KB
    let longest = 0
    for (let commit = 0; commit < 2_000; commit++) {
      let tails = 0
      for (let thread = 0; thread < 100; thread++) {
        const length = lengths.get(thread) ?? 0
        if (length === 0) tails++
        lengths.set(thread, length + KB)
        if (length + KB >= LONG) moves.want(thread)
        longest = Math.max(longest, length + KB)
      }
      for (const thread of moves.take({ bytes: 100 * KB, tails }, (one) => lengths.get(one) ?? 0))
        lengths.set(thread, 0)
    }
    expect(longest).toBeLessThan(2 * LONG)
  })

  it('are none that have moved in the meantime', () => {
    const moves = createMoves(1)
    for (const thread of [1, 2]) moves.want(thread)
    moves.moved(1)
    expect(moves.take(QUIET, () => 0)).toEqual([2])
  })
})
