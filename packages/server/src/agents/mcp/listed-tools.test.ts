import { describe, expect, it } from 'vitest'
import { createParse, readToolList } from './listed-tools.ts'

const tool = (name: string, rest: object = {}) => ({ name, inputSchema: { type: 'object' }, ...rest })

describe('readToolList', () => {
  it.each([
    [{ readOnlyHint: true, idempotentHint: false }, 'read'],
    [{ idempotentHint: true, destructiveHint: true }, 'idempotent'],
    [{ readOnlyHint: 'yes' }, 'effect'],
    [{}, 'effect'],
    [undefined, 'effect'],
  ])('annotations %j mean %s', (annotations, effect) => {
    expect(readToolList([tool('a', { annotations })]).tools[0]?.effect).toBe(effect)
  })

  it('takes a schema without a type as that of an object, and 500 tools at most', () => {
    const { tools, leftOut } = readToolList([
      { name: 'a', title: 'A title', inputSchema: { properties: {} } },
      ...Array.from({ length: 500 }, (_, n) => tool(`t${n}`)),
    ])
    expect(tools[0]).toEqual({
      name: 'a',
      description: 'A title',
      effect: 'effect',
      inputSchema: { type: 'object', properties: {} },
    })
    expect(tools).toHaveLength(500)
    expect(leftOut).toEqual(['all after the first 500'])
  })

  it('leaves out a schema of more than 64 kB or 32 levels', () => {
    const wide = (length: number) => tool('wide', { inputSchema: { type: 'object', description: 'x'.repeat(length) } })
    expect(readToolList([wide(65_000)]).tools).toHaveLength(1)
    expect(readToolList([wide(66_000)]).leftOut).toEqual(['wide has a schema that is too large'])
  })
})

describe('createParse', () => {
  const schema = {
    type: 'object',
    properties: { path: { type: 'string' }, lines: { type: 'integer', minimum: 1 }, mode: { enum: ['a', 'b'] } },
    required: ['path'],
  }

  it.each([
    [{ path: 'x', lines: 2, mode: 'a', more: 1 }, 'ok'],
    [{ path: 5 }, 'wrong'],
    [{ path: 'x', lines: 0 }, 'wrong'],
    [{ path: 'x', mode: 'c' }, 'wrong'],
    [{}, 'wrong'],
    [[], 'wrong'],
    ['x', 'wrong'],
  ])('%j is %s', async (input, type) => {
    expect((await createParse(schema)(input)).type).toBe(type)
  })

  it('leaves to the server what a hostile schema makes slow: patterns and references', async () => {
    const definitions: Record<string, unknown> = {}
    for (let n = 0; n < 40; n++)
      definitions[`d${n}`] = { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] }
    const parse = createParse({
      type: 'object',
      $defs: definitions,
      properties: { a: { $ref: '#/$defs/d0' }, b: { type: 'string', pattern: '^(a+)+$' }, c: { $ref: '#' } },
    })
    const input = { a: 1, b: `${'a'.repeat(60)}!`, c: {} }
    expect(await parse(input)).toEqual({ type: 'ok', input })
  })
})
