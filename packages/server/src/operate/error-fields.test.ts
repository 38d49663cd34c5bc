import { describe, expect, it } from 'vitest'
import { errorFields, originOf, wordless } from './error-fields.ts'

const LONG = 'f0'.repeat(4 * 1024 * 1024)
const hostile = (name: string): Error =>
  Object.defineProperty(new Error('why'), name, {
    get() {
      throw new Error('no')
    },
  })

describe('an error in the log', () => {
  it('is no longer than a log line may be, whatever it contains', () => {
    const fault = Object.assign(new Error(LONG, { cause: new Error(LONG, { cause: LONG }) }), {
      code: LONG,
      name: LONG,
    })
    for (const fields of [errorFields(fault), errorFields(LONG), wordless(fault)]) {
      expect(JSON.stringify(fields).length).toBeLessThan(64 * 1024)
    }
    expect(errorFields(fault).message).toMatch(/^f0f0.*… \(8388608 characters\)$/)
  })

  it('terminates, even if its causes do not', () => {
    const fault: Error & { cause?: unknown } = new Error('round')
    fault.cause = fault
    expect(JSON.stringify(errorFields(fault)).match(/"message":"round"/g)).toHaveLength(6)
  })

  it.each(['name', 'message', 'stack', 'cause', 'code'])('is logged without its %s if that throws', (name) => {
    expect(errorFields(hostile(name))).toMatchObject({ type: expect.any(String), message: expect.any(String) })
    expect(wordless(hostile(name))).toMatchObject({ type: expect.any(String) })
    originOf(hostile(name))
  })

  it.each([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
    ['an object without a text', Object.create(null), 'object'],
    [
      'an object whose text throws',
      {
        toString() {
          throw new Error('no')
        },
      },
      'object',
    ],
    ['a symbol', Symbol('s'), 'symbol'],
    [
      'a proxy that answers nothing',
      new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new Error('no')
          },
        },
      ),
      'object',
    ],
  ])('may be %s', (_, thrown, type) => {
    expect(errorFields(thrown)).toEqual({ type, message: expect.any(String) })
    expect(wordless(thrown)).toEqual({ type })
    expect(originOf(thrown)).toBeUndefined()
  })

  it('names its origin, and is not deceived by its own message', () => {
    expect(originOf(new Error('why'))).toContain('error-fields.test.ts')
    expect(originOf(new Error('why\n    at lie (/etc/passwd:1:1)'))).toContain('error-fields.test.ts')
    expect(originOf(Object.assign(new Error('why'), { stack: 'Error: why' }))).toBeUndefined()
  })
})
