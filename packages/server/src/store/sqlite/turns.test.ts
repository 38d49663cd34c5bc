import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** Each piece takes a millisecond of its own clock. */
function atWork({ piecesATurn = 100 } = {}) {
  let time = 0
  const waiting: (() => void)[] = []
  const done: string[] = []
  const turns = createTurns({ piecesATurn, turnMs: 3, next: (run) => void waiting.push(run), now: () => time })
  function* work(name: string, pieces: number): Generator<void> {
    for (let piece = 1; piece <= pieces; piece++) {
      time++
      done.push(`${name}${piece}`)
      yield
    }
  }
  return { turns, done, work, turn: () => waiting.shift()?.(), waiting }
}

it('does at once what fits into a turn, and the rest in further ones, in order', () => {
  const { turns, done, work, turn, waiting } = atWork()
  turns.add(work('a', 2))
  expect(done).toEqual(['a1', 'a2'])
  turns.add(work('b', 4))
  turns.add(work('c', 1))
  expect(done).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
  turn()
  expect(done.slice(5)).toEqual(['b4', 'c1'])
  expect(waiting).toEqual([])
})

it('does so many pieces a turn, however little time each of them takes', () => {
  const { turns, done, work, turn } = atWork({ piecesATurn: 2 })
  turns.add(work('a', 1))
  turns.add(work('b', 4))
  expect(done).toEqual(['a1', 'b1', 'b2'])
  turn()
  expect(done.slice(3)).toEqual(['b3', 'b4'])
})

it('does everything that is left when nothing more will come', () => {
  const { turns, done, work, turn } = atWork()
  turns.add(work('a', 9))
  turns.add(work('b', 2))
  turns.finish()
  expect(done.slice(-3)).toEqual(['a9', 'b1', 'b2'])
  turn()
  expect(done).toHaveLength(11)
})

it('goes on behind what threw', () => {
  const { turns, done, work, turn } = atWork()
  turns.add(work('a', 3))
  turns.add(
    (function* () {
      yield
      throw new Error('broke')
    })(),
  )
  turns.add(work('b', 1))
  expect(turn).toThrow('broke')
  turn()
  expect(done.at(-1)).toBe('b1')
})
