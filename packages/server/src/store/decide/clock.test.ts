import { describe, expect, it } from 'vitest'
import { acceptedWithin, createStoreClock } from './clock.ts'

const YEAR = 365 * 24 * 3_600_000
const NOW = Date.UTC(2026, 0, 1)

/** A wall clock that can be set, and an elapsed time that only grows. */
function makeTime(start = NOW) {
  let wall = start
  let elapsed = 0.25
  return {
    now: () => wall,
    elapsed: () => elapsed,
    pass(ms: number) {
      wall += ms
      elapsed += ms
    },
    set(to: number) {
      wall = to
    },
  }
}

describe('the clock of a store', () => {
  it('follows the wall clock while that goes forward', () => {
    const time = makeTime()
    const clock = createStoreClock(time, NOW - YEAR)
    expect(clock.now()).toBe(NOW)
    time.pass(1_500)
    expect([clock.now(), clock.ahead()]).toEqual([NOW + 1_500, 0])
    time.set(NOW + YEAR)
    expect([clock.now(), clock.ahead()]).toEqual([NOW + YEAR, 0])
  })

  it('continues from the newest recorded time, by the elapsed time, if that is years ahead', () => {
    const time = makeTime()
    const clock = createStoreClock(time, NOW + 14 * YEAR)
    const times = [0, 1, 5_000, 60_000].map((ms) => {
      time.pass(ms)
      return clock.now() - NOW - 14 * YEAR
    })
    expect(times).toEqual([0, 1, 5_001, 65_001])
    expect(clock.ahead()).toBe(14 * YEAR)
  })

  it('does not count a jump of the wall clock as elapsed time while it is ahead', () => {
    const time = makeTime()
    const clock = createStoreClock(time, NOW + YEAR)
    time.set(NOW + YEAR / 2)
    time.pass(10)
    expect(clock.now()).toBe(NOW + YEAR + 10)
    time.set(NOW)
    time.pass(10)
    expect(clock.now()).toBe(NOW + YEAR + 20)
    time.set(NOW + 2 * YEAR)
    expect([clock.now(), clock.ahead()]).toEqual([NOW + 2 * YEAR, 0])
  })

  it('never runs backwards, and is back with the wall clock soon after that was set back by a little', () => {
    const time = makeTime()
    const clock = createStoreClock(time)
    const before = clock.now()
    time.set(NOW - 400)
    time.pass(100)
    expect(clock.now()).toBe(before)
    time.pass(400)
    expect([clock.now(), clock.ahead()]).toEqual([NOW + 100, 0])
  })

  it('without an elapsed time, advances by what the wall clock advances', () => {
    let wall = NOW
    const clock = createStoreClock({ now: () => wall }, NOW + YEAR)
    wall -= 3_600_000
    expect(clock.now()).toBe(NOW + YEAR)
    wall += 5_000
    expect(clock.now()).toBe(NOW + YEAR + 5_000)
  })
})

describe('a time range of accepted runs', () => {
  const behind = createStoreClock(makeTime())
  const ahead = createStoreClock(makeTime(), NOW + 14 * YEAR)

  it('stays as requested if the store’s clock is not ahead', () => {
    expect(acceptedWithin({ since: 1, until: NOW + YEAR }, behind)).toEqual({ since: 1, until: NOW + YEAR })
  })

  it('has no end if it reaches the present by a client’s clock and the store’s clock is ahead', () => {
    for (const until of [NOW + YEAR, NOW, NOW - 30_000]) {
      expect(acceptedWithin({ since: 1, until }, ahead)).toEqual({ since: 1, until: Number.MAX_SAFE_INTEGER })
    }
    expect(acceptedWithin({ until: NOW - YEAR }, ahead).until).toBe(NOW - YEAR)
  })
})
