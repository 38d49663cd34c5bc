/** Ordinary and odd markdown for the property tests of this module. */
import fc from 'fast-check'

/** Pieces that change the meaning of the text before or after them. */
const PIECES: readonly string[] = [
  'A paragraph of *some* words, `code` and **weight**.\n',
  'and a lazy line\n',
  '\n',
  '\n\n',
  '# Heading\n',
  '#### Deep\n',
  'Underlined\n===\n',
  'Also\n---\n',
  '---\n',
  '***',
  '- one\n- two\n',
  '  - nested\n    deeper\n',
  '- \n',
  '* other\n\n  loose paragraph\n',
  '1. first\n2. second\n',
  '3) third\n',
  '- [ ] to do\n- [x] done\n',
  '    indented\n',
  '\tby a tab\n',
  '> quoted\n',
  '> - in it\n>   more\n',
  '> > twice\nlazy\n',
  '```ts\nconst a = [1]\n',
  '```\n',
  '~~~\ntilde\n',
  '~~~~\n',
  '``',
  '| a | b |\n|---|:-:|\n',
  '| 1 | [x] |\n',
  'a | b\n--|--\n1 | 2\n',
  '[x]: https://example.org "title"\n',
  '[x]: <https://example.net>\n',
  '[x]:\n',
  "'a title\nof two lines'\n",
  '[y z]: /url\n',
  'see [x], [text][x], ![picture][x] and [Y\nZ]\n',
  '> [y z]: https://example.com/in-a-quote\n',
  'a note[^1] and another[^b]\n',
  '[^1]: the note, which calls [^b] and [x]\n',
  '[^b]: long\n\n    with a second paragraph\n',
  '[^1]: again\n',
  '<div>\n*html*\n\n',
  '<!-- open\n',
  '-->\n',
  '<b>in line</b> text\n',
  '$$\nx^2\n',
  '$$\n',
  'inline $$a_b$$ and $5\n',
  '$$ a = b\n',
  'c = d $$\n',
  '$$x^2$$\n',
  '\\[\n',
  '\\]\n',
  '\\]. And on\n',
  '  \\[ a = b \\\\[2pt]\n',
  '\\[f[x] = 1\\]\n',
  '> \\[\n> y\n',
  '- \\[\n  - z\n  \\]\n',
  'so \\(a_1 * b_2\\) and \\[c\\] and $d_1$ of $5 or $6\n',
  'half \\(a\n',
  'of it\\) $b\n',
  '\\(',
  '\\)',
  '\\[',
  '\\]',
  '$',
  '~~gone~~ https://example.org/auto and a@example.org\n',
  'hard  \nbreak\\\nbreak\n',
  '&amp; &#x6A; \\[x]\n',
  'مرحبا بالعالم\n',
  '🙂 family 👨‍👩‍👧\n',
  'crlf\r\n',
  '\r',
  '\uFEFF',
  '   ',
  '[',
  ']',
  '[x',
  'word',
]

const CHARACTERS = [...'-*_`~>#|[]():^!$<=+1.2) \t\nab\\"\'']

const markdown: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...CHARACTERS)), { maxLength: 24 })
    .map((p) => p.join('')),
  fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 40 }).map((characters) => characters.join('')),
)

/** A text and the lengths at which it was looked at while it grew. */
export const growing: fc.Arbitrary<{ readonly text: string; readonly cuts: readonly number[] }> = markdown.chain(
  (text) =>
    fc
      .oneof(
        fc.constant(Array.from(text, (_, index) => index + 1)),
        fc.array(fc.nat({ max: text.length }), { maxLength: 12 }).map((cuts) => cuts.toSorted((a, b) => a - b)),
      )
      .map((cuts) => ({ text, cuts })),
)
