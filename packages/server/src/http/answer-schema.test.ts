import { expect, it } from 'vitest'
import { createAnswerSchemas } from './answer-schema.ts'

const APPROVAL = {
  type: 'object',
  properties: { approved: { type: 'boolean' }, note: { type: 'string', maxLength: 5 } },
  required: ['approved'],
  additionalProperties: false,
}
const paths = (misfits: readonly { path: string }[]) => misfits.map(({ path }) => path)

it('an answer that fits its schema has no misfit, and one of another shape says where', async () => {
  const { misfits } = createAnswerSchemas()
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
  const { misfits } = createAnswerSchemas()
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
  const { misfits } = createAnswerSchemas(50)
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
