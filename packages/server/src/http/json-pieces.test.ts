import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonPieces } from './json-pieces.ts'

it('pieces of JSON put together are what JSON.stringify gives', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constant(undefined),
    fc.array(fc.option(fc.jsonValue(), { nil: undefined })),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (body) => {
      expect([...jsonPieces(body)].join('')).toBe(JSON.stringify(body))
    }),
  )
})

it('an item of a list is a piece of its own', () => {
  expect([...jsonPieces({ a: 1, list: [{}, 2] })]).toEqual(['{"a":', '1', ',"list":', '[{}', ',2', ']', '}'])
})
