import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLineCutter } from './lines.ts'

function cut(maxBytes: number, chunks: readonly Buffer[]) {
  const seen: string[] = []
  const push = createLineCutter({
    maxBytes,
    onLine: (line) => seen.push(line),
    onTooLong: ({ head, tail, bytes }) => seen.push(`${bytes}:${head.slice(0, 3)}…${tail.slice(-3)}`),
  })
  for (const chunk of chunks) push(chunk)
  return seen
}

it('a line of the greatest length is whole, one byte more is not', () => {
  expect(cut(5, [Buffer.from('12345\n123456\n1\n')])).toEqual(['12345', '6:123…456', '1'])
})

it('however the bytes are divided, the lines are the same', () => {
  const line = fc.oneof(
    fc.stringMatching(/^[a-zä\u{1f600}]{0,20}$/u),
    fc.integer({ min: 250, max: 900 }).map((n) => 'abc'.repeat(n)),
  )
  const text = fc.array(line, { maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`)
  fc.assert(
    fc.property(text, fc.array(fc.nat(3_000)), fc.integer({ min: 256, max: 2_000 }), (given, cuts, maxBytes) => {
      const bytes = Buffer.from(given)
      const at = [0, ...cuts.filter((each) => each < bytes.length).sort((a, b) => a - b), bytes.length]
      const chunks = at.slice(1).map((to, index) => bytes.subarray(at[index], to))
      expect(cut(maxBytes, chunks)).toEqual(cut(maxBytes, [bytes]))
    }),
  )
})
