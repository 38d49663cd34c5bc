import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** Each piece takes a millisecond on its own clock, and its consequences at the end of its tick another `writesMs`. */
function atWork({ piecesATick = 1, writesMs = 0 } = {}) {
  let time = 0
  let unwritten = 0
  const ticks: (() => void)[] = []
  const turnsToCome: (() => void)[] = []
  const done: string[] = []
  const turns = createTurns({
    piecesATick,
    turnMs: 3,
    tick: (run) => void ticks.push(run),
    turn: (run) => void turnsToCome.push(run),
    now: () => time,
  })
  function* work(name: string, pieces: number): Generator<void> {
    for (let piece = 1; piece <= pieces; piece++) {
      time++
      unwritten++
      done.push(`${name}${piece}`)
      yield
    }
  }
  function tick() {
    time += unwritten * writesMs
    unwritten = 0
    ticks.shift()?.()
  }
  function restOfTurn() {
    while (ticks.length > 0) tick()
  }
  function turn() {
    restOfTurn()
    turnsToCome.shift()?.()
    restOfTurn()
  }
  return { turns, done, work, restOfTurn, turn, ticks, turnsToCome }
}

it('does the first few pieces at once, and the rest in order: a few per tick until the turn’s time is over, then in further turns', () => {
  const { turns, done, work, restOfTurn, turn, ticks, turnsToCome } = atWork({ piecesATick: 2 })
  turns.add(work('a', 3))
  turns.add(work('b', 5))
  expect(done).toEqual(['a1', 'a2'])
  restOfTurn()
  expect(done.slice(2)).toEqual(['a3', 'b1'])
  turn()
  expect(done.slice(4)).toEqual(['b2', 'b3', 'b4', 'b5'])
  turn()
  expect([ticks, turnsToCome]).toEqual([[], []])
})

it('counts the consequences of pieces: a turn of slow writes has fewer pieces', () => {
  const { turns, done, work, restOfTurn } = atWork({ writesMs: 1 })
  turns.add(work('a', 6))
  restOfTurn()
  expect(done).toEqual(['a1', 'a2'])
})

it('does everything that is left when it is finished', () => {
  const { turns, done, work, turn } = atWork()
  turns.add(work('a', 9))
  turns.add(work('b', 2))
  turns.finish()
  expect(done.slice(-3)).toEqual(['a9', 'b1', 'b2'])
  turn()
  expect(done).toHaveLength(11)
})

it('continues after a piece that threw', () => {
  const { turns, done, work, turn } = atWork({ piecesATick: 4 })
  turns.add(work('a', 5))
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
