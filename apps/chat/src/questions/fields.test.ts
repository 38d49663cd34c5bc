/** Which schemas are forms, and what a filled form sends. */
import { describe, expect, it } from 'vitest'
import { fieldsIn, formOf, initialValues, nameOf, readForm } from './fields.ts'

const SCHEMA = {
  type: 'object',
  required: ['name', 'size', 'home'],
  properties: {
    name: { type: 'string', title: 'Your name', minLength: 2, maxLength: 40 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    price: { type: 'number', default: 2.5 },
    news: { type: 'boolean', default: true },
    size: { type: 'string', enum: ['s', 'm'], enumNames: ['Small', 'Medium'] },
    rank: { oneOf: [{ const: 1, title: 'First' }, { const: 2 }] },
    home: { type: 'object', title: 'Home', required: ['city'], properties: { city: { type: 'string' } } },
    work: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
  },
}
const parts = formOf(SCHEMA) ?? []

/** By the field's path, joined with dots. */
function filled(values: Record<string, string | boolean>) {
  const names = new Map(fieldsIn(parts).map((field) => [field.path.join('.'), nameOf(field)]))
  const given = Object.entries(values).map(([path, value]) => [names.get(path) ?? path, value])
  return readForm(parts, { ...initialValues(parts), ...Object.fromEntries(given) })
}

describe('a form', () => {
  it('sends what was entered, in the types of the schema, and leaves out what is empty and not required', () => {
    expect(filled({ name: 'Ada', age: '36', size: '1', rank: '0', 'home.city': 'Porto' })).toEqual({
      type: 'ok',
      payload: { name: 'Ada', age: 36, price: 2.5, news: true, size: 'm', rank: 1, home: { city: 'Porto' } },
    })
  })

  it('asks for what an optional group requires only once something of it is filled in', () => {
    const given = { name: 'Ada', size: '0', 'home.city': 'Porto' }
    expect(filled(given)).toMatchObject({
      type: 'ok',
      payload: expect.not.objectContaining({ work: expect.anything() }),
    })
    expect(filled({ ...given, 'work.city': 'Braga' })).toMatchObject({ payload: { work: { city: 'Braga' } } })
  })

  it.each([
    [{ name: 'A' }, 'name', 'Enter at least 2 characters.'],
    [{ name: 'A'.repeat(41) }, 'name', 'Enter at most 40 characters.'],
    [{ name: ' ' }, 'name', 'Fill this in.'],
    [{ age: '1.5' }, 'age', 'Enter a whole number.'],
    [{ age: '-1' }, 'age', 'Enter 0 or more.'],
    [{ age: '151' }, 'age', 'Enter 150 or less.'],
    [{ age: 'many' }, 'age', 'Enter a number.'],
    [{ size: '' }, 'size', 'Choose one.'],
    [{ size: '7' }, 'size', 'Choose one.'],
  ])('%j is refused beside its field', (wrong, name, message) => {
    const read = filled({ name: 'Ada', size: '0', 'home.city': 'Porto', ...wrong })
    expect(read).toEqual({ type: 'wrong', errors: { [JSON.stringify([name])]: message } })
  })

  it('takes values at the edges of their limits', () => {
    for (const age of ['0', '150']) {
      expect(filled({ name: 'Al', size: '0', 'home.city': 'P', age })).toMatchObject({ type: 'ok' })
    }
    expect(filled({ name: 'A'.repeat(40), size: '0', 'home.city': 'P' })).toMatchObject({ type: 'ok' })
  })
})

describe('a schema is no form', () => {
  const text = { type: 'string' }
  const form = (properties: unknown, more = {}) => formOf({ type: 'object', properties, ...more })

  it.each([
    ['nothing', undefined],
    ['a word', 'string'],
    ['no fields', { type: 'object', properties: {} }],
    ['a list', { type: 'array' }],
  ])('if it is %s', (_, schema) => expect(formOf(schema)).toBeUndefined())

  it.each([
    ['a list', { a: { type: 'array', items: text } }],
    [
      'an object two levels deep',
      { a: { type: 'object', properties: { b: { type: 'object', properties: { c: text } } } } },
    ],
    ['a pattern', { a: { type: 'string', pattern: '^x' } }],
    ['a choice between objects', { a: { oneOf: [{ const: { b: 1 } }] } }],
    ['a reference', { a: { $ref: '#/x' } }],
    ['several types', { a: { type: ['string', 'null'] } }],
    ['nothing known', { a: {} }],
    ['no schema', { a: 7 }],
  ])('if a field is %s', (_, properties) => expect(form(properties)).toBeUndefined())

  it('if it requires a field that it does not describe, or has conditions', () => {
    expect(form({ a: text }, { required: ['b'] })).toBeUndefined()
    expect(form({ a: text }, { allOf: [] })).toBeUndefined()
  })

  it('with more than 60 fields; 60 are one', () => {
    const many = (count: number) => form(Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, text])))
    expect(many(60)).toHaveLength(60)
    expect(many(61)).toBeUndefined()
  })

  it('whose field names belong to every object is read like any other', () => {
    const odd = formOf(JSON.parse('{"properties": {"__proto__": {"type": "string", "title": "Odd"}}}')) ?? []
    expect(odd).toMatchObject([{ label: 'Odd' }])
    const read = readForm(odd, { [JSON.stringify(['__proto__'])]: 'x' })
    expect(JSON.stringify(read)).toBe('{"type":"ok","payload":{"__proto__":"x"}}')
  })
})
