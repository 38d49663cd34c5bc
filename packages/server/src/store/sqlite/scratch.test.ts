import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createScratch } from './scratch.ts'

it('returns the bytes of each text, intact until it is cleared, however long the texts are', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constant('ü€😀'.repeat(10_000)),
    fc.constant('x'.repeat(90_000)),
  )
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 6 }), { maxLength: 4 }), (rounds) => {
      const scratch = createScratch()
      for (const texts of rounds) {
        const given = texts.map((one) => scratch.bytesOf(one))
        for (const [index, bytes] of given.entries()) expect(bytes.equals(Buffer.from(texts[index] ?? ''))).toBe(true)
        scratch.clear()
      }
    }),
    { numRuns: 30 },
  )
})
