import type { Heading } from 'mdast'
import { describe, expect, it } from 'vitest'
import { levelsOf, NO_OUTLINE, outlineAfter } from './outline.ts'
import { parseNodes } from './parse.ts'
import { createReader } from './reader.ts'

const nodesOf = (text: string) => parseNodes(text, '').map(({ node }) => node)
const levels = (...depths: readonly number[]) => {
  const text = depths.map((depth) => `${'#'.repeat(depth)} x`).join('\n\n')
  return [...levelsOf(nodesOf(text), NO_OUTLINE).values()]
}

describe('the headings of an answer', () => {
  it('start below the speaker’s heading, whatever their level in the answer', () => {
    for (const depth of [1, 2, 3, 6]) expect(levels(depth)).toEqual([3])
  })

  it('go down one level at a time, whatever is skipped, and up freely', () => {
    expect(levels(1, 2, 3)).toEqual([3, 4, 5])
    expect(levels(2, 4, 4, 6, 2)).toEqual([3, 4, 4, 5, 3])
    expect(levels(3, 2, 4, 1, 3)).toEqual([3, 3, 4, 3, 4])
    expect(levels(1, 2, 3, 4, 5, 6)).toEqual([3, 4, 5, 6, 6, 6])
  })

  it('count in quotes and lists too, but not in footnotes', () => {
    const nodes = nodesOf('# a\n\n> ### b\n\n- #### c\n\n[^n]: # n\n\n## d')
    expect([...levelsOf(nodes, NO_OUTLINE).values()]).toEqual([3, 4, 5, 4])
  })

  it('continue below those of earlier blocks, and a block without headings changes nothing', () => {
    const outline = outlineAfter(nodesOf('## a\n\n### b'), NO_OUTLINE)
    expect(outlineAfter(nodesOf('words\n\n- more'), outline)).toBe(outline)
    expect([...levelsOf(nodesOf('#### c'), outline).values()]).toEqual([5])
  })

  it('keep their level while the text grows letter by letter', () => {
    const text = '## One\n\nwords\n\n#### Two\n\n- ##### Three\n\n# Four\n\nFive\n---\n\nThe end.'
    const reader = createReader()
    const shown = new Map<string, number>()
    const nameOf = ({ children: [first] }: Heading) => (first?.type === 'text' ? first.value : '')
    for (let end = 1; end <= text.length; end += 1) {
      const { blocks, openFrom } = reader.read(text.slice(0, end), end < text.length)
      for (const block of blocks.slice(0, openFrom)) {
        for (const [heading, level] of levelsOf(block.nodes, block.outline)) {
          expect(shown.get(nameOf(heading)) ?? level).toBe(level)
          shown.set(nameOf(heading), level)
        }
      }
    }
    expect([...shown]).toEqual([
      ['One', 3],
      ['Two', 4],
      ['Three', 5],
      ['Four', 3],
      ['Five', 4],
    ])
  })
})
