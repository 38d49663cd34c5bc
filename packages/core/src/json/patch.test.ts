import type { JsonPatchOperation } from '@ag-ui/core'
import fc from 'fast-check'
import { Pointer, applyPatch as reference } from 'rfc6902'
import { describe, expect, test } from 'vitest'
import { applyPatch } from './patch.ts'

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const apply = (value: unknown, ...patch: unknown[]) => applyPatch(value, patch as JsonPatchOperation[], new Set())

describe('operations', () => {
  test.each([
    ['add to an object', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['add at the end of a list', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
    ['add the whole', 1, [{ op: 'add', path: '', value: { a: 1 } }], { a: 1 }],
    ['replace', { a: [1, 2] }, [{ op: 'replace', path: '/a/1', value: 3 }], { a: [1, 3] }],
    ['remove from an object', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['remove from a list', [1, 2, 3], [{ op: 'remove', path: '/1' }], [1, 3]],
    ['move', { a: 1, b: {} }, [{ op: 'move', from: '/a', path: '/b/c' }], { b: { c: 1 } }],
    ['move within a list', [1, 2, 3], [{ op: 'move', from: '/0', path: '/2' }], [2, 3, 1]],
    ['move to the same place', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    ['copy', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    ['test', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
    ['escapes', { 'a/b': { 'c~d': 1 } }, [{ op: 'replace', path: '/a~1b/c~0d', value: 2 }], { 'a/b': { 'c~d': 2 } }],
    [
      'a member named constructor',
      { constructor: 1 },
      [{ op: 'replace', path: '/constructor', value: 2 }],
      { constructor: 2 },
    ],
  ])('%s', (_, before, patch, after) => {
    expect(apply(before, ...patch)).toEqual({ value: after })
  })

  test.each([
    ['a missing parent', { op: 'add', path: '/no/where', value: 1 }],
    ['a scalar parent', { op: 'add', path: '/n/x', value: 1 }],
    ['beyond a list', { op: 'add', path: '/list/3', value: 1 }],
    ['no index', { op: 'replace', path: '/list/0x', value: 1 }],
    ['add without a value', { op: 'add', path: '/a' }],
    ['replace without a value', { op: 'replace', path: '/n' }],
    ['replace a missing member', { op: 'replace', path: '/no', value: 1 }],
    ['remove a missing member', { op: 'remove', path: '/no' }],
    ['remove the whole', { op: 'remove', path: '' }],
    ['a test that fails', { op: 'test', path: '/n', value: 2 }],
    ['a test without a value', { op: 'test', path: '/n' }],
    ['a test of a missing member', { op: 'test', path: '/no', value: 1 }],
    ['copy of nothing', { op: 'copy', from: '/no', path: '/a' }],
    ['move of nothing', { op: 'move', from: '/no', path: '/no' }],
    ['move into itself', { op: 'move', from: '/list', path: '/list/0' }],
    ['move to nowhere', { op: 'move', from: '/n', path: '/no/where' }],
    ['a path that is not a pointer', { op: 'add', path: 'n', value: 1 }],
    ['no path', { op: 'add', value: 1 }],
    ['an unknown operation', { op: 'swap', path: '/n' }],
    ['no operation', null],
  ])('does not apply, alone or after one that does, and changes nothing: %s', (_, operation) => {
    const before = { n: 1, list: [0] }
    expect(apply(before, operation)).toBeUndefined()
    expect(apply(before, { op: 'add', path: '/list/-', value: 1 }, operation)).toBeUndefined()
    expect(before).toEqual({ n: 1, list: [0] })
  })

  test('a patch that is not a list does not apply, and an empty one changes nothing', () => {
    expect(applyPatch({}, 'x' as never, new Set())).toBeUndefined()
    const value = {}
    expect(apply(value)?.value).toBe(value)
  })
})

test('gives the same result as the rfc6902 library', () => {
  const token = fc.constantFrom('a', 'b', '0', '1', '-')
  const pointer = fc.array(token, { maxLength: 3 }).map((tokens) => tokens.map((each) => `/${each}`).join(''))
  const value = fc.jsonValue({ maxDepth: 2 })
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value }),
    fc.record({ op: fc.constant('remove'), path: pointer }),
    fc.record({ op: fc.constantFrom('copy', 'move'), from: pointer, path: pointer }),
  )
  const node = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('node')),
    ),
  })).node
  fc.assert(
    fc.property(node, fc.array(operation, { minLength: 1, maxLength: 3 }), (before, patch) => {
      const was = json(before)
      const ours = apply(before, ...json(patch))
      expect(before).toEqual(was)
      if (ours === undefined) return
      const theirs = { root: json(before) }
      for (const each of json(patch)) {
        const path = `/root${each.path}`
        const from = 'from' in each ? `/root${each.from}` : undefined
        // The library looks up where a move goes before it takes away; RFC 6902, 4.4 says a remove, then an add.
        const steps =
          each.op === 'move' && from !== undefined && from !== path
            ? [
                { op: 'remove', path: from },
                { op: 'add', path, value: Pointer.fromJSON(from).get(theirs) },
              ]
            : [{ ...each, path, ...(from !== undefined && { from }) }]
        expect(reference(theirs, steps as never).every((result) => result === null)).toBe(true)
      }
      expect(json(ours.value)).toEqual(json(theirs.root))
    }),
    { numRuns: 2000 },
  )
})

describe('copy-on-write', () => {
  test('copies only the containers on the path', () => {
    const before = { deep: { list: [{ n: 1 }, { n: 2 }] }, other: {} }
    const after = apply(before, { op: 'replace', path: '/deep/list/0/n', value: 9 })?.value as typeof before
    expect(after.other).toBe(before.other)
    expect(after.deep.list[1]).toBe(before.deep.list[1])
    expect(before.deep.list[0]).toEqual({ n: 1 })
    expect(after.deep.list[0]).toEqual({ n: 9 })
  })

  test('changes owned containers in place until they were handed out or copied', () => {
    const owned = new Set<object>()
    const one = applyPatch({ list: [1] }, [{ op: 'add', path: '/list/-', value: 2 }], owned)?.value
    const two = applyPatch(one, [{ op: 'add', path: '/list/-', value: 3 }], owned)?.value
    expect(two).toBe(one)
    const three = applyPatch(two, [{ op: 'copy', from: '/list', path: '/copy' }], owned)?.value
    expect(applyPatch(three, [{ op: 'add', path: '/copy/-', value: 4 }], owned)?.value).toEqual({
      list: [1, 2, 3],
      copy: [1, 2, 3, 4],
    })
  })

  test('a failing patch of several operations leaves owned containers unchanged', () => {
    const owned = new Set<object>()
    const one = applyPatch({ list: [1] }, [{ op: 'add', path: '/list/-', value: 2 }], owned)?.value
    const bad = [
      { op: 'add', path: '/list/-', value: 3 },
      { op: 'remove', path: '/no' },
    ] as const
    expect(applyPatch(one, bad as never, owned)).toBeUndefined()
    expect(one).toEqual({ list: [1, 2] })
  })

  test('the set of owned containers is bounded', () => {
    const owned = new Set<object>()
    let value: unknown = Array.from({ length: 2000 }, () => ({}))
    for (let index = 0; index < 2000; index++) {
      value = applyPatch(value, [{ op: 'add', path: `/${index}/n`, value: index }], owned)?.value
      expect(owned.size).toBeLessThanOrEqual(512)
    }
    expect(value).toHaveLength(2000)
  })
})

test.each([
  '/__proto__/polluted',
  '/__proto__',
  '/constructor/prototype/polluted',
  '/toString/polluted',
  '/list/__proto__/x',
])('a hostile path is no place: %s', (path) => {
  for (const state of [{ list: [] }, JSON.parse('{"list":[],"__proto__":{}}')]) {
    expect(apply(state, { op: 'add', path, value: 'yes' })).toBeUndefined()
  }
  expect('polluted' in {}).toBe(false)
  expect('polluted' in Object.prototype.toString).toBe(false)
})
