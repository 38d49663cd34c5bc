import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RunStage, type RunTransition, TRANSITIONS, type Transition, transition } from './transitions.ts'

const NAMES: readonly RunTransition[] = [
  'claim',
  'cancel',
  'succeed',
  'fail',
  'interrupt',
  'supersede',
  'confirm_cancel',
  'confirm_supersede',
  'orphan',
]
const TERMINAL: readonly RunStage[] = ['succeeded', 'failed', 'cancelled', 'interrupted', 'superseded']

/** The table in short: `-` ignored, `!` refused, else the next stage. In the order of NAMES. */
const EXPECTED: Readonly<Record<RunStage, string>> = {
  queued: 'running cancelled ! ! ! superseded ! ! -',
  running: '! cancelling succeeded failed interrupted superseding ! ! failed',
  cancelling: '! - cancelled cancelled cancelled - cancelled cancelled cancelled',
  superseding: '! cancelling superseded superseded superseded - ! superseded superseded',
  succeeded: '- - - - - - - - -',
  failed: '- - - - - - - - -',
  cancelled: '- - - - - - - - -',
  interrupted: '- - - - - - - - -',
  superseded: '- - - - - - - - -',
}

const word = (cell: Transition) => (cell === 'ignored' ? '-' : cell === 'refused' ? '!' : cell.to)
const STATUSES = Object.keys(TRANSITIONS) as RunStage[]

describe('the run machine', () => {
  it('has exactly these cells', () => {
    expect(STATUSES.toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
    for (const status of STATUSES) {
      expect(Object.keys(TRANSITIONS[status]).toSorted()).toEqual(NAMES.toSorted())
      expect(NAMES.map((event) => word(transition(status, event))).join(' '), status).toBe(EXPECTED[status])
    }
  })

  it('I1 I2 reaches at most one terminal state and never leaves it, in any order of transitions', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { maxLength: 30 }), (events) => {
        const seen = walk(events)
        const ends = seen.filter((status) => TERMINAL.includes(status))
        expect(new Set(ends).size).toBeLessThanOrEqual(1)
        if (ends.length > 0) expect(TERMINAL).toContain(seen.at(-1))
      }),
    )
  })

  it('G6 a live run whose cancel was acknowledged ends cancelled', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { maxLength: 20 }), (later) => {
        for (const before of [['claim'], ['claim', 'supersede']] as const) {
          const seen = walk([...before, 'cancel', ...later]).slice(before.length)
          expect(seen.every((status) => status === 'cancelling' || status === 'cancelled')).toBe(true)
        }
      }),
    )
  })

  it('a live run that is being superseded ends superseded or cancelled', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { maxLength: 20 }), (later) => {
        const seen = walk(['claim', 'supersede', ...later]).filter((status) => TERMINAL.includes(status))
        expect(seen.every((status) => status === 'superseded' || status === 'cancelled')).toBe(true)
      }),
    )
  })

  it('G4 a run whose worker is lost ends', () => {
    for (const status of ['running', 'cancelling', 'superseding'] as const) {
      const cell = transition(status, 'orphan')
      expect(TERMINAL).toContain(word(cell))
    }
  })
})

function walk(events: readonly RunTransition[]): RunStage[] {
  let status: RunStage = 'queued'
  return events.map((event) => {
    const cell = transition(status, event)
    if (typeof cell === 'object') status = cell.to
    return status
  })
}
