import { expect, it } from 'vitest'
import { type AnswerSchemas, createAnswerSchemas, type Misfit } from './answer-schema.ts'

const APPROVAL = {
  type: 'object',
  properties: { approved: { type: 'boolean' }, note: { type: 'string', maxLength: 5 } },
  required: ['approved'],
  additionalProperties: false,
}
/** Checks one answer. */
function oneBy(schemas: AnswerSchemas) {
  return async (schema: unknown, answer: unknown): Promise<readonly Misfit[]> =>
    (await schemas.misfits([{ schema, answer }]))[0] ?? []
}
const paths = (misfits: readonly { path: string }[]) => misfits.map(({ path }) => path)

it('an answer that fits its schema has no misfit, and one of another shape says where', async () => {
  const misfits = oneBy(createAnswerSchemas())
  expect(await misfits(APPROVAL, { approved: true, note: 'go' })).toEqual([])
  expect(await misfits(APPROVAL, { approved: 'yes' })).toContainEqual({
    path: 'approved',
    message: expect.stringContaining('boolean'),
  })
  expect(paths(await misfits(APPROVAL, { approved: true, note: 'too long' }))).toContain('note')
  expect(paths(await misfits(APPROVAL, {}))).toEqual([''])
  expect(paths(await misfits(APPROVAL, undefined)), 'no payload is null').toEqual([''])
  expect(paths(await misfits({ items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'number' } } }, [1, 'x']))).toContain(
    '1',
  )
})

it('a schema that cannot be used accepts every answer', async () => {
  const misfits = oneBy(createAnswerSchemas())
  const unusable = [
    undefined,
    'string',
    { pattern: '(' },
    { $ref: '#' },
    { $ref: 'http://127.0.0.1:9/remote.json' },
    { properties: 7, required: { a: 1 }, allOf: 'x' },
    { const: 1, description: 'x'.repeat(64 * 1024) },
  ]
  for (const schema of unusable)
    expect(await misfits(schema, 'anything'), JSON.stringify(schema)?.slice(0, 80)).toEqual([])
  expect(await misfits({ const: 1, description: 'x'.repeat(63 * 1024) }, 2), 'at the edge of the size').not.toEqual([])
})

it('a schema that would take years is given up, and the next check is not delayed by it', async () => {
  const misfits = oneBy(createAnswerSchemas(50))
  const answers = await Promise.all([
    misfits({ pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`),
    misfits(
      { uniqueItems: true },
      Array.from({ length: 100_000 }, (_, n) => ({ n })),
    ),
    misfits({ const: 1 }, 2),
  ])
  expect(answers).toEqual([[], [], [expect.objectContaining({ path: '' })]])
})

it('a thousand answers of one request are checked together, each against its own schema', async () => {
  const { misfits } = createAnswerSchemas()
  const answers = Array.from({ length: 1_000 }, (_, n) => ({
    schema: n % 3 === 0 ? undefined : { const: n },
    answer: n === 998 ? 'wrong' : n,
  }))
  const found = await misfits(answers)
  expect(found).toHaveLength(1_000)
  expect(found.flatMap((list, n) => (list.length > 0 ? [n] : []))).toEqual([998])
})

it('one schema that cannot be used does not excuse the answers before and after it', async () => {
  const { misfits } = createAnswerSchemas(1_000)
  const found = await misfits([
    { schema: { const: 1 }, answer: 2 },
    { schema: { pattern: '(' }, answer: 'x' },
    { schema: { const: 1 }, answer: 2 },
    { schema: { pattern: '^(a+)+$' }, answer: `${'a'.repeat(60)}!` },
    { schema: { const: 1 }, answer: 2 },
  ])
  expect(
    found.map((list) => list.length),
    'what comes after the time is over is not checked',
  ).toEqual([1, 0, 1, 0, 0])
})
