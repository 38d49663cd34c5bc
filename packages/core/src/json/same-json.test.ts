import fc from 'fast-check'
import { createPatch, Pointer } from 'rfc6902'
import { describe, expect, test } from 'vitest'
import { applyPatch } from './patch.ts'
import { sameJson } from './same-json.ts'

describe('sameJson', () => {
  test('agrees with the rfc6902 library', () => {
    const near = fc.jsonValue({ maxDepth: 3 }).chain((value) => fc.tuple(fc.constant(value), alike(value)))
    fc.assert(
      fc.property(near, ([one, other]) => {
        expect(sameJson(one, other)).toBe(createPatch(one, other).length === 0)
        expect(sameJson(one, JSON.parse(JSON.stringify(one)))).toBe(true)
      }),
    )
  })

  test('tells a list from an object like it, and ignores inherited members', () => {
    expect(sameJson([], {})).toBe(false)
    expect(sameJson({ toString: 1 }, { valueOf: 1 })).toBe(false)
    expect(sameJson({ a: undefined }, { b: undefined })).toBe(false)
  })
})

test('an escaped pointer finds a member of any name', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('~', '0', '1', '/', 'a') }), (name) => {
      const path = new Pointer(['', name]).toString()
      expect(applyPatch({ [name]: 1 }, [{ op: 'replace', path, value: 2 }], new Set())).toEqual({
        value: { [name]: 2 },
      })
    }),
  )
})

/** The value itself with its members in another order, or with one leaf changed, or another. */
function alike(value: unknown): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constant(turned(value)),
    fc.jsonValue({ maxDepth: 3 }),
    fc.jsonValue({ maxDepth: 0 }).map((leaf) => withLeaf(turned(value), leaf)),
  )
}

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, turned(member)] as const)
  return Object.fromEntries(members.toReversed())
}

function withLeaf(value: unknown, leaf: unknown): unknown {
  if (Array.isArray(value)) return [...value.slice(1), leaf]
  if (typeof value !== 'object' || value === null) return leaf
  const [name] = Object.keys(value)
  return name === undefined ? value : { ...value, [name]: leaf }
}
