import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut } from './lay-out.ts'

describe('formatted JSON', () => {
  it('is the usual format, whatever the input looked like', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t\n'), (value, space) => {
        expect(layOut(JSON.stringify(value, null, space))).toBe(JSON.stringify(value, null, 2))
      }),
    )
  })

  it('loses and changes no token', () => {
    const text = '{"b":1.0,"a":-0,"a":12345678901234567890,"2":"\\u00e9 \\"{[,:]}\\"","1":[{},[],1E+5]}'
    const out = layOut(text)
    expect(out.replace(/\n */g, '').replaceAll('": ', '":')).toBe(text)
    expect(out.split('\n')).toHaveLength(11)
  })

  it('leaves text that is not JSON (yet), or that nobody could read, unchanged', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000)
    for (const text of ['{"a":', 'No.', '', deep]) expect(layOut(text)).toBe(text)
  })

  it('leaves a text with too many lines unchanged, however deep it is', () => {
    const wide = `[${'1,'.repeat(1_000_000)}1]`
    const inner = `${'['.repeat(60)}${'1,'.repeat(10_000)}1${']'.repeat(60)}`
    for (const text of [wide, inner]) expect(layOut(text) === text).toBe(true)
  })

  it('works with strings of a megabyte', () => {
    const value = { text: '\\"'.repeat(500_000) }
    expect(layOut(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
  })
})
