import fc from 'fast-check'
import type { Nodes } from 'mdast'
import { describe, expect, test } from 'vitest'
import { createReader, type Reading } from './reader.ts'

const words = (count: number) => Array.from({ length: count }, (_, n) => `w${n} `).join('')

function textOf({ blocks }: Reading): string {
  const read = (node: Nodes): string =>
    'value' in node ? node.value : 'children' in node ? node.children.map(read).join('') : ''
  return blocks.map(({ nodes }) => nodes.map(read).join('')).join('')
}

const shape = ({ blocks }: Reading) => blocks.map(({ key, nodes }) => [key, nodes.map(({ type }) => type).join()])

describe('an endless paragraph', () => {
  test('leaves as little open after sixty thousand characters as after ten thousand, and loses no letter', () => {
    const text = words(10_000)
    const reader = createReader()
    const open: number[] = []
    for (let end = 10_000; end < text.length; end += 10_000) {
      const { blocks, openFrom } = reader.read(text.slice(0, end), true)
      open.push(blocks.slice(openFrom).reduce((sum, { source }) => sum + source.length, 0))
    }
    expect(Math.max(...open)).toBeLessThan(8_192 + 64)
    expect(textOf(reader.read(text, false))).toBe(text.trimEnd())
  })

  test('keeps its pieces while it grows', () => {
    const text = words(10_000)
    const reader = createReader()
    const { blocks: before, openFrom } = reader.read(text.slice(0, 50_000), true)
    const { blocks: after } = reader.read(text, true)
    expect(openFrom).toBeGreaterThan(5)
    for (let at = 0; at < openFrom; at += 1) expect(after[at]).toBe(before[at])
  })

  test('is cut in the same places however it arrives and whatever surrounds it', () => {
    const part = fc.oneof(
      // A piece of 8,192 characters has about 1,550 words.
      fc.integer({ min: 1, max: 2_000 }).map(words),
      fc.constantFrom(
        '\n\n',
        '\n',
        '# Heading\n',
        '- item\n',
        '```\ncode\n```\n',
        '| a |\n|---|\n| 1 |\n',
        '\n\n[x]: /u\n\n',
      ),
    )
    const long = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })
    fc.assert(
      fc.property(long, cuts, (text, at) => {
        const reader = createReader()
        for (const share of at.toSorted((a, b) => a - b))
          reader.read(text.slice(0, Math.floor(share * text.length)), true)
        expect(shape(reader.read(text, false))).toEqual(shape(createReader().read(text, false)))
      }),
      { numRuns: 25 },
    )
  })
})

test('an endless list is cut after a line, and a long one is not', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `- item ${n}\n`).join('')
  expect(createReader().read(lines(3_000), false).blocks).toHaveLength(1)
  const reader = createReader()
  const text = lines(6_000)
  for (let end = 35_000; end < text.length; end += 35_000) {
    const { blocks, openFrom } = reader.read(text.slice(0, end), true)
    expect(blocks.slice(openFrom).reduce((sum, { source }) => sum + source.length, 0)).toBeLessThan(65_536 + 1)
  }
  const { blocks } = reader.read(text, false)
  const items = blocks.flatMap(({ nodes }) => nodes.flatMap((node) => (node.type === 'list' ? node.children : [])))
  expect(items).toHaveLength(6_000)
})
