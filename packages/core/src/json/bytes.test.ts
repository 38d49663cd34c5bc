import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLength, pieceEnd, truncate, utf8Length } from './bytes.ts'

const text = fc.string({ unit: 'binary' })
/** Lone surrogates too. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes))

describe('bytes without an encoder', () => {
  it('count what an encoder writes', () => {
    fc.assert(fc.property(fc.oneof(text, units), (given) => utf8Length(given) === Buffer.byteLength(given)))
  })

  it('count what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.oneof(text, units), (given) => jsonLength(given) === Buffer.byteLength(JSON.stringify(given)) - 2),
    )
  })
})

describe('cutting text', () => {
  it('makes pieces that lose nothing, split no character and stay within the bound', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 6, max: 40 }), (given, max) => {
        let joined = ''
        for (let from = 0; from < given.length; ) {
          const to = pieceEnd(given, from, max)
          const piece = given.slice(from, to)
          expect(jsonLength(piece)).toBeLessThanOrEqual(max)
          expect(piece.isWellFormed()).toBe(true)
          joined += piece
          from = to
        }
        expect(joined).toBe(given)
      }),
    )
  })

  it('makes progress even if no character fits', () => {
    expect(pieceEnd('🙂🙂', 0, 1)).toBe(2)
    expect(pieceEnd('ab', 0, -5)).toBe(1)
  })

  it('truncates before a character that would be split', () => {
    expect(truncate('ab🙂', 3)).toBe('ab')
    expect(truncate('ab🙂', 4)).toBe('ab🙂')
    expect(truncate('abcd', 3)).toBe('abc')
  })
})
