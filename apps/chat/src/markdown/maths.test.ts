/** Maths as models write it: what is a formula, what only looks like one, and that no text is lost. */
import fc from 'fast-check'
import type { Nodes } from 'mdast'
import { describe, expect, test } from 'vitest'
import { createReader } from './reader.ts'

interface Found {
  readonly formulas: readonly string[]
  readonly words: string
}

/** The formulas of a text, and its words without them. */
function read(text: string, streaming = false): Found {
  const formulas: string[] = []
  let words = ''
  function walk(node: Nodes): void {
    if (node.type === 'math' || node.type === 'inlineMath') formulas.push(node.value.trim())
    else if ('value' in node) words += node.value
    else if ('children' in node) node.children.forEach(walk)
  }
  for (const { nodes } of createReader().read(text, streaming).blocks) nodes.forEach(walk)
  return { formulas, words }
}

describe('a formula', () => {
  test.each<[text: string, ...formulas: string[]]>([
    ['The root \\(x_1 = \\frac{-b}{2a}\\) is one.', 'x_1 = \\frac{-b}{2a}'],
    ['With room: \\( a*b*c \\).', 'a*b*c'],
    ['Two: \\(a\\)\\(b\\)', 'a', 'b'],
    ['(see \\(f(x)\\))', 'f(x)'],
    ['Over a line: \\(a +\nb\\) end', 'a +\nb'],
    ['Set: \\(\\{1, 2\\}\\)', '\\{1, 2\\}'],
    ['A row: \\(a \\\\ b\\)', 'a \\\\ b'],
    ['**Bold \\(x\\)** and [link \\(y\\)](https://example.org)', 'x', 'y'],
    ['| a | b |\n|---|---|\n| \\(x^2\\) | $y^2$ |', 'x^2', 'y^2'],
    ['In a sentence \\[x = 1\\] too.', 'x = 1'],
    ['\\[x = 1\\]', 'x = 1'],
    ['\\[ f[x] = [1, 2] \\]', 'f[x] = [1, 2]'],
    ['\\[\n\\frac{a}{b}\n\\]', '\\frac{a}{b}'],
    ['So\n\\[\na\n= b\n- c\n+ d\n\n\\\\[2pt] e\n\\]\nwhere', 'a\n= b\n- c\n+ d\n\n\\\\[2pt] e'],
    ['\\[ a = b\n+ c \\]', 'a = b\n+ c'],
    ['\\[\na\n\\].\n\nOn.', 'a\n.'],
    ['\\[\na\n\\] where *b* is\n\nOn.', 'a'],
    ['- point\n\n  \\[\n  a\n  \\]\n- next \\(b\\)', 'a', 'b'],
    ['1. First:\n   \\[\n   a\n   \\]\n2. Second', 'a'],
    ['> \\[\n> a\n> \\]\n\nOut', 'a'],
    ['$x$', 'x'],
    ['The $n$th of $m$, and $-1$.', 'n', 'm', '-1'],
    ['$a_1$ and $b_1$, *$c$*', 'a_1', 'b_1', 'c'],
    ['$2 \\text{ cm}$ or $3 + 4$ or $2 ab$', '2 \\text{ cm}', '3 + 4', '2 ab'],
    ['It costs $5, or $x$ for $y$.', 'x', 'y'],
    ['$\\$5$', '\\$5'],
    ['In line $$a^2$$ too', 'a^2'],
    ['$$E = mc^2$$', 'E = mc^2'],
    ['$$\na\n$$', 'a'],
    ['$$ a = b\n+ c $$\n\nOn.', 'a = b\n+ c'],
    ['$$a = b\n$$', 'a = b'],
  ])('%j', (text, ...formulas) => {
    expect(read(text).formulas).toEqual(formulas)
  })

  test.each([
    ['It costs $5 and $10.', 'It costs $5 and $10.'],
    ['$5-$10, $1,000 or US$7 and A$8', '$5-$10, $1,000 or US$7 and A$8'],
    ['From 5$ to 10$, 5$/10$.', 'From 5$ to 10$, 5$/10$.'],
    ['$5 a month (or 10$).', '$5 a month (or 10$).'],
    ['$20k to $30k, $5M–$6M', '$20k to $30k, $5M–$6M'],
    ['Set $HOME/bin:$PATH, $A and $B', 'Set $HOME/bin:$PATH, $A and $B'],
    ['a $ b $ c, $ x$, $x $', 'a $ b $ c, $ x$, $x $'],
    ['\\$5 and \\$6', '$5 and $6'],
    ['half \\(a and no end', 'half \\(a and no end'],
    ['no start\\) here', 'no start\\) here'],
    ['nothing: \\(\\)', 'nothing: \\(\\)'],
    ['twice \\\\(a\\\\)', 'twice \\(a\\)'],
    ['As \\[1\\] and \\[3, 4\\] say \\[citation needed\\].', 'As [1] and [3, 4] say [citation needed].'],
    ['\\[1\\] Somebody', '[1] Somebody'],
    ['\\[x] is no box\n\nOn.', '[x] is no box' + 'On.'],
    ['Code `\\(a\\)`, `$b$` and `\\[c\\]`', 'Code \\(a\\), $b$ and \\[c\\]'],
    ['```tex\n\\[\na\n\\]\n$b$\n```', '\\[\na\n\\]\n$b$'],
    ['    \\[\n    a\n    \\]', '\\[\na\n\\]'],
  ])('is not found in %j, and no word of it is lost', (text, words) => {
    expect(read(text)).toEqual({ formulas: [], words })
  })

  test('that is unfinished is shown as source at every letter', () => {
    const text = 'So \\(a + b\\) holds.'
    for (let end = 0; end < text.indexOf('\\)') + 1; end += 1) {
      const { formulas, words } = read(text.slice(0, end), true)
      expect([formulas, words.replace(/\\$/, '')]).toEqual([[], text.slice(0, end).trimEnd().replace(/\\$/, '')])
    }
    expect(read(text.slice(0, text.indexOf('\\)') + 2), true).formulas).toEqual(['a + b'])
  })

  test('in lines of its own is a formula from its first line on, and its surroundings are read normally', () => {
    const text = 'So\n\\[\na\n- b\n\n# c\n\\]\n\nOn.'
    for (let end = text.indexOf('\\[\n') + 3; end <= text.length; end += 1) {
      const kinds = createReader()
        .read(text.slice(0, end), true)
        .blocks.flatMap(({ nodes }) => nodes.map(({ type }) => type))
      expect(kinds.slice(0, 2)).toEqual(['paragraph', 'math'])
      expect(kinds.slice(2).filter((kind) => kind !== 'paragraph')).toEqual([])
    }
  })
})

test('the content of a formula is never lost', () => {
  const part = fc.constantFrom(
    'a',
    '_1',
    '^{2}',
    '\\frac{x}{y}',
    ' + ',
    '*',
    '`',
    '\\{',
    '\\}',
    '\\\\',
    '<',
    '&',
    '|',
    '#',
    '~',
  )
  const tex = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => `y${parts.join('')}z`)
  fc.assert(
    fc.property(tex, (source) => {
      expect(read(`So \\(${source}\\) holds.`).formulas).toEqual([source])
      expect(read(`\\[\n${source}\n\\]\n`).formulas).toEqual([source])
      expect(read(`$$\n${source}\n$$\n`).formulas).toEqual([source])
    }),
  )
})
