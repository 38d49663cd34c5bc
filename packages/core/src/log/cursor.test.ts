import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit } from './cursor.ts'

describe('admitting a record', () => {
  it.each([
    [0, 1, 'accepted'],
    [0, 2, 'gap'],
    [5, 5, 'duplicate'],
    [5, 1, 'duplicate'],
    [5, 6, 'accepted'],
    [5, 7, 'gap'],
  ])('at cursor %i, seq %i is %s', (cursor, seq, admission) => {
    expect(admit(cursor, seq)).toBe(admission)
  })

  it('G3 applies each record exactly once and in order, even if records arrive repeatedly and out of order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 }),
        (head, noise) => {
          const applied: number[] = []
          const read = (seq: number) => {
            const admission = admit(applied.length, seq)
            if (admission === 'accepted') applied.push(seq)
            return admission
          }
          for (const seq of noise.filter((one) => one <= head)) read(seq)
          // A gap is answered by reading again from the cursor; that read always gets to the head.
          for (let seq = applied.length + 1; seq <= head; seq++) expect(read(seq)).toBe('accepted')
          expect(applied).toEqual(Array.from({ length: head }, (_, at) => at + 1))
        },
      ),
    )
  })
})
