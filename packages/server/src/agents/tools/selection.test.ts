import { describe, expect, it } from 'vitest'
import { byModelName } from './model-names.ts'
import { selectTools } from './selection.ts'

const named = (...names: string[]) => names.map((name) => ({ name }))
const all = named('send', 'sender', 'files/read_file', 'files/write_file', 'web/read')
const chosen = (...patterns: string[]) => selectTools(all, patterns).map(({ name }) => name)

describe('selectTools', () => {
  it('takes a tool by its name, and no other that begins with it', () => {
    expect(chosen('send')).toEqual(['send'])
  })

  it('takes all tools of a server, and each tool once', () => {
    expect(chosen('files/*', 'files/read_file')).toEqual(['files/read_file', 'files/write_file'])
    expect(chosen('*')).toHaveLength(5)
    expect(chosen('files/*_file', 'w*/r*d')).toEqual(['files/read_file', 'files/write_file', 'web/read'])
    expect(chosen('send*r', 'files/**e')).toEqual(['sender', 'files/read_file', 'files/write_file'])
    expect(chosen('x/*', '')).toEqual([])
  })
})

describe('byModelName', () => {
  const names = (...given: string[]) => [...byModelName(named(...given))].map(([model, { name }]) => [name, model])
  const FORM = /^[A-Za-z0-9_-]{1,64}$/

  it('ends in server and tool', () => {
    expect(names('send', 'files/read_file', 'a.b/c d')).toEqual([
      ['send', 'send'],
      ['files/read_file', 'files__read_file'],
      ['a.b/c d', 'a_b__c_d'],
    ])
  })

  it('gives tools that would share a name different ones, whatever their order', () => {
    const one = names('a/b', 'a__b', 'a.b', 'a b', 'a_b')
    const other = names('a_b', 'a b', 'a.b', 'a__b', 'a/b')
    expect(new Map(one as [string, string][])).toEqual(new Map(other as [string, string][]))
    const given = one.map(([, model]) => model)
    expect(new Set(given).size).toBe(5)
    for (const name of given) expect(name).toMatch(FORM)
    expect(one).toContainEqual(['a__b', 'a__b'])
    expect(one.find(([name]) => name === 'a/b')?.[1]).toMatch(/^[0-9a-f]{8}_a__b$/)
  })

  it('never lets one tool take the place of another, even if it is named like a hash', () => {
    const hash = names('a/b', 'a.b', 'a b').map(([, model]) => model)
    const again = names('a/b', ...(hash as string[]), 'a.b', 'a b', 'a/b')
    expect(new Set(again.map(([, model]) => model)).size).toBe(7)
  })

  it('keeps 64 characters of a longer name: its end, after a hash', () => {
    const [[, exact]] = names(`s/${'x'.repeat(61)}`) as [[string, string]]
    expect(exact).toBe(`s__${'x'.repeat(61)}`)
    const [[, longer], [, another]] = names(`s/${'x'.repeat(62)}`, `t/${'x'.repeat(62)}`) as [
      [string, string],
      [string, string],
    ]
    expect(longer).toMatch(/^[0-9a-f]{8}_x{55}$/)
    expect(another).not.toBe(longer)
  })
})
