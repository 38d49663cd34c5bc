import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isId, keyOf, keyString, sameKey } from './thread-key.ts'

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/).filter((text) => text !== '.' && text !== '..')
const key = fc.record({ roomId: id, threadId: id })
/** Keys that are likely to be mistaken for each other. */
const close = fc.record({
  roomId: fc.constantFrom('a', 'b', 'a.b', 'a:b'),
  threadId: fc.constantFrom('a', 'b', 'b.a', 'b:a'),
})

describe('a thread key', () => {
  it('S000-12 is equal exactly if room and thread are equal, as a string and when compared', () => {
    fc.assert(
      fc.property(fc.oneof(close, key), fc.oneof(close, key), (a, b) => {
        const same = a.roomId === b.roomId && a.threadId === b.threadId
        expect(keyString(a) === keyString(b)).toBe(same)
        expect(sameKey(a, b)).toBe(same)
        expect(sameKey(a, { ...a })).toBe(true)
      }),
    )
  })

  it('I3 S001-9 is read from outside only if both parts are ids', () => {
    expect(keyOf({ roomId: 'r', threadId: 't', more: 1 })).toEqual({ roomId: 'r', threadId: 't' })
    for (const value of [
      undefined,
      null,
      'r/t',
      [],
      { roomId: 'r' },
      { threadId: 't' },
      { roomId: 'r', threadId: '' },
      { roomId: 'r', threadId: 7 },
      { roomId: 'r/x', threadId: 't' },
    ]) {
      expect(keyOf(value)).toBeUndefined()
    }
  })
})

describe('an id', () => {
  it.each(['a', 'A-Z_0.9:x', '...', '.a', 'a.', '..a', '.:', 'x'.repeat(128)])('may be %s', (value) => {
    expect(isId(value)).toBe(true)
  })

  it.each([
    '',
    'x'.repeat(129),
    'a/b',
    'a b',
    'ä',
    'a\n',
    '\na',
    'a%2Fb',
    '.',
    '..',
    '%2e',
    '%2e%2e',
    7,
    null,
    undefined,
    ['a'],
  ])('cannot be %j', (value) => {
    expect(isId(value)).toBe(false)
  })
})
