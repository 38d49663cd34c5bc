import { describe, expect, test } from 'vitest'
import { createReader } from './reader.ts'

const LETTERS = (text: string) => Array.from(text, (_, index) => text.slice(0, index + 1))

describe('a finished block', () => {
  test('stays the same object while the text grows', () => {
    const reader = createReader()
    const start = 'First *paragraph*.\n\n- a list\n\n```ts\nlet a = 1\n```\n\n| a |\n|---|\n| 1 |\n\n'
    const { blocks: before, openFrom } = reader.read(`${start}The end`, true)
    expect(openFrom).toBe(4)
    for (const more of LETTERS(' goes on, with a\n\n# heading\n\n1. and a list')) {
      expect(reader.read(`${start}The end${more}`, true).blocks.slice(0, 4)).toEqual(before.slice(0, 4))
      expect(reader.read(`${start}The end${more}`, true).blocks[0]).toBe(before[0])
      expect(reader.read(`${start}The end${more}`, true).blocks[3]).toBe(before[3])
    }
  })

  test('changes once when a definition that it uses arrives; its neighbours do not', () => {
    const reader = createReader()
    const start = 'See [the plan].\n\nNothing here.\n\nOr [there][the plan].\n\n'
    const { blocks: before } = reader.read(`${start}x`, true)
    const { blocks: after } = reader.read(`${start}x\n\n[the plan]: https://example.org\n\nOn.`, true)
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
    expect(after[0]?.known.links.get('the plan')?.url).toBe('https://example.org')
    const { blocks: later } = reader.read(`${start}x\n\n[the plan]: https://example.org\n\nOn. And on.`, true)
    expect(later[0]).toBe(after[0])
  })

  test('keeps its key when it is settled, so that the reader’s selection stays', () => {
    const reader = createReader()
    const keys = new Set<number>()
    for (const text of LETTERS('A paragraph.\n\nAnother.\n\n')) {
      const [first] = reader.read(text, true).blocks
      if (first) keys.add(first.key)
    }
    expect([...keys]).toEqual([0])
  })
})

describe('a text', () => {
  test('that is replaced by another is parsed from the start', () => {
    const reader = createReader()
    reader.read('# One\n\ntwo', true)
    const { blocks } = reader.read('three', true)
    expect(blocks).toHaveLength(1)
  })

  test('in a fence is not parsed while the fence is open, and ends with it', () => {
    const reader = createReader()
    const code = '```js\nconst a = `x`\n\n  ``\n'
    for (const text of LETTERS(code)) reader.read(text, true)
    expect(reader.read(code, true).blocks[0]?.nodes[0]).toMatchObject({ lang: 'js', value: 'const a = `x`\n\n  ``' })
    const { blocks } = reader.read(`${code}\`\`\`\nafter`, true)
    expect(blocks.flatMap(({ nodes }) => nodes.map(({ type }) => type))).toEqual(['code', 'paragraph'])
  })

  test('numbers its footnotes by their first reference, and those inside footnotes after them', () => {
    const text = 'b[^b] a[^a] b[^b] none[^none]\n\n[^a]: A, see[^c]\n[^b]: B\n[^c]: C\n'
    const { notes, blocks, callsOf } = createReader().read(text, false)
    expect(notes.map(({ number, definition }) => [number, definition.identifier])).toEqual([
      [1, 'b'],
      [2, 'a'],
      [3, 'c'],
    ])
    const [first] = blocks
    expect(first && [...callsOf(first).values()]).toEqual([
      { number: 1, first: true },
      { number: 2, first: true },
      { number: 1, first: false },
    ])
  })
})
