/** Tabs that share nothing but a board: which of them has streams. */
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Line } from '../environment/neighbours.ts'
import { createStreamPlace } from './stream-place.ts'

/** A board as browsers have it: everybody hears everybody but itself, later. A tab that sleeps hears it when it wakes. */
function createBoard() {
  const clock = createManualClock()
  const lines = new Set<{ readonly owner: Owner; hear(message: unknown): void }>()
  let isDeaf = false

  interface Owner {
    asleep: boolean
    dead: boolean
    readonly missed: (() => void)[]
  }
  function run(owner: Owner, act: () => void): void {
    if (owner.dead) return
    if (owner.asleep) owner.missed.push(act)
    else act()
  }
  function line(owner: Owner): Line {
    const own: ((message: unknown) => void)[] = []
    const end = {
      owner,
      hear(message: unknown) {
        for (const each of own) each(message)
      },
    }
    lines.add(end)
    return {
      post(message) {
        if (isDeaf || owner.dead) return
        for (const other of lines) {
          if (other !== end) clock.schedule(5, () => run(other.owner, () => other.hear(message)))
        }
      },
      listen(hear) {
        own.push(hear)
        return () => void own.splice(own.indexOf(hear), 1)
      },
      close: () => void lines.delete(end),
    }
  }
  function tab(tabId: string) {
    const owner: Owner = { asleep: false, dead: false, missed: [] }
    const place = createStreamPlace({
      tabId,
      clock: { now: clock.now, schedule: (ms, act) => clock.schedule(ms, () => run(owner, act)) },
      open: () => [line(owner), line(owner)],
    })
    const leave = place.subscribe(() => {})
    return {
      owner,
      place,
      leave,
      get has() {
        return place.free && !owner.dead && !owner.asleep
      },
      sleep() {
        owner.asleep = true
      },
      wake() {
        owner.asleep = false
        for (const act of owner.missed.splice(0)) act()
      },
      die() {
        owner.dead = true
      },
    }
  }
  function deafen(): void {
    isDeaf = true
  }
  return { clock, lines, tab, deafen }
}

describe('the place for streams', () => {
  it('is had by one of twenty tabs that open at once, and by the next when that one closes or dies', () => {
    const { clock, tab, lines } = createBoard()
    const tabs = Array.from({ length: 20 }, (_, n) => tab(`t${n}`))
    const having = () => tabs.filter(({ has }) => has)
    clock.advance(1_000)
    expect(having()).toHaveLength(1)
    having()[0]?.leave()
    clock.advance(1_000)
    expect(having()).toHaveLength(1)
    having()[0]?.die()
    clock.advance(10_000)
    expect(having()).toHaveLength(1)
    for (const each of tabs) each.leave()
    clock.advance(10_000)
    expect([lines.size, clock.waiting]).toEqual([0, 0])
  })

  it('is free for no tab where no message arrives', () => {
    const { clock, tab, deafen } = createBoard()
    deafen()
    const tabs = [tab('a'), tab('b')]
    clock.advance(60_000)
    expect(tabs.map(({ place }) => place.free)).toEqual([false, false])
    const silent = createStreamPlace({ tabId: 'c', clock, open: () => undefined })
    silent.subscribe(() => {})()
    expect(silent.free).toBe(false)
  })

  it('whatever tabs open, close, die, sleep and wake: in the end exactly one of those awake has it', () => {
    const act = fc.record({
      type: fc.constantFrom('open', 'leave', 'die', 'sleep', 'wake', 'wait'),
      n: fc.nat({ max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const { clock, tab } = createBoard()
        const tabs = [tab('first')]
        const left = new Set<unknown>()
        for (const { type, n } of acts) {
          const one = tabs[n % tabs.length]
          if (type === 'open') tabs.push(tab(`t${tabs.length}`))
          else if (type === 'wait') clock.advance(n * 700)
          else if (one && !left.has(one) && !one.owner.dead) {
            if (type === 'leave' && !one.owner.asleep) {
              left.add(one)
              one.leave()
            } else if (type !== 'leave') one[type]()
          }
        }
        clock.advance(30_000)
        const awake = tabs.filter((each) => !left.has(each) && !each.owner.dead && !each.owner.asleep)
        expect(awake.filter(({ has }) => has)).toHaveLength(Math.min(1, awake.length))
      }),
      { numRuns: 300 },
    )
  })
})
