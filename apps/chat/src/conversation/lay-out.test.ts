import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut } from './lay-out.ts'

describe('JSON, laid out', () => {
  it('stands as any other would lay it out, however it came', () => {
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

  it('that is none (yet), or nobody could read, stands as it came', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000)
    for (const text of ['{"a":', 'No.', '', deep]) expect(layOut(text)).toBe(text)
  })

  it('of so many lines that a page would stand still stands as it came, however deep they are', () => {
    const wide = `[${'1,'.repeat(1_000_000)}1]`
    const inner = `${'['.repeat(60)}${'1,'.repeat(10_000)}1${']'.repeat(60)}`
    for (const text of [wide, inner]) expect(layOut(text) === text).toBe(true)
  })

  it('is laid out with texts of a megabyte in it too', () => {
    const value = { text: '\\"'.repeat(500_000) }
    expect(layOut(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
  })
})
