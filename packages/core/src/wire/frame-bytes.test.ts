import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TEST_KEY } from '../testing/log-builder.ts'
import { envelopeJson, feedFrame, frame, frameAddress, splitFrames } from './frame.ts'
import {
  asLogFrames,
  CONTROL_MARK,
  controlRecords,
  copyEnvelopes,
  cutFrames,
  divideFrames,
  haveAddress,
  skipFrames,
} from './frame-bytes.ts'
import { anyRecords, envelopesOf, framesOf, type TestRecord } from './testing/any-records.ts'

/** Both kinds of bytes that the server has: Buffers, and bytes that another thread sent. */
const kinds = {
  buffer: (text: string) => Buffer.from(text),
  plain: (text: string) => new TextEncoder().encode(text),
} as const
const anyKind = fc.constantFrom(kinds.buffer, kinds.plain)

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const lengthOf = (frames: readonly string[]) => Buffer.byteLength(frames.join(''))

function runOf(records: readonly TestRecord[], made = kinds.buffer as (text: string) => Uint8Array) {
  const firstSeq = records[0]?.head.seq ?? 0
  return { firstSeq, lastSeq: firstSeq + records.length - 1, bytes: made(framesOf(records).join('')) }
}

describe('counting and cutting frames', () => {
  it('skips exactly as many frames as it is asked to, and all of them where there are fewer', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(15), anyKind, (records, skipped, made) => {
        const frames = framesOf(records)
        expect(skipFrames(made(frames.join('')), skipped)).toBe(lengthOf(frames.slice(0, skipped)))
      }),
    )
  })

  it('G3 a reader that takes cut after cut gets every record after its cursor once, whatever the budgets', () => {
    const budgets = fc.array(fc.record({ bytes: fc.nat(2_000), records: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(anyRecords, fc.nat(12), budgets, anyKind, (records, skipped, some, made) => {
        const run = runOf(records, made)
        const start = Math.min(run.firstSeq - 1 + skipped, run.lastSeq)
        let cursor = start
        let text = ''
        for (let turn = 0; cursor < run.lastSeq; turn++) {
          const budget = { ...some[turn % some.length] } as { bytes: number; records: number }
          const { firstSeq, lastSeq, from, to } = cutFrames(run, cursor, budget, true)
          expect(firstSeq).toBe(cursor + 1)
          expect(lastSeq).toBeGreaterThan(cursor)
          text += textOf(run.bytes.subarray(from, to))
          cursor = lastSeq
        }
        expect(text).toBe(
          framesOf(records)
            .slice(start - run.firstSeq + 1)
            .join(''),
        )
      }),
    )
  })

  it('a cut holds no more than its budget, and takes off what it holds', () => {
    const anyBudget = fc.record({ bytes: fc.nat(3_000), records: fc.nat(12) })
    fc.assert(
      fc.property(anyRecords, anyBudget, (records, given) => {
        const run = runOf(records)
        const budget = { ...given }
        const { firstSeq, lastSeq, from, to } = cutFrames(run, run.firstSeq - 1, budget, false)
        const taken = framesOf(records).slice(0, lastSeq - firstSeq + 1)
        expect(textOf(run.bytes.subarray(from, to))).toBe(taken.join(''))
        expect(to - from).toBeLessThanOrEqual(given.bytes)
        expect(taken.length).toBeLessThanOrEqual(given.records)
        const isAll = taken.length === records.length
        expect(budget).toEqual(
          isAll
            ? { bytes: given.bytes - (to - from), records: given.records - taken.length }
            : { bytes: 0, records: 0 },
        )
        // The next one would not have fit.
        const next = framesOf(records)[taken.length]
        if (next && taken.length < given.records) expect(to - from + lengthOf([next])).toBeGreaterThan(given.bytes)
      }),
    )
  })
})

it('G2 frames that are divided and joined again are the same, and each part says which records it holds', () => {
  fc.assert(
    fc.property(anyRecords, fc.integer({ min: 1, max: 1_500 }), anyKind, (records, size, made) => {
      const run = runOf(records, made)
      const parts = [...divideFrames(run, size)]
      let next = run.firstSeq
      for (const { firstSeq, lastSeq, from, to } of parts) {
        expect(firstSeq).toBe(next)
        const held = framesOf(records).slice(firstSeq - run.firstSeq, lastSeq - run.firstSeq + 1)
        expect(textOf(run.bytes.subarray(from, to))).toBe(held.join(''))
        next = lastSeq + 1
      }
      expect(next).toBe(run.lastSeq + 1)
      for (const { from, to } of parts.slice(0, -1)) expect(to - from).toBeGreaterThanOrEqual(size)
    }),
  )
})

describe('the same records in other forms', () => {
  it('are a list of JSON, once their envelopes are copied behind each other', () => {
    fc.assert(
      fc.property(anyRecords, anyKind, (records, made) => {
        const frames = made(framesOf(records).join(''))
        const target = new Uint8Array(frames.length)
        const end = copyEnvelopes(frames, target, 1)
        expect(JSON.parse(`[${textOf(target.subarray(1, end))}]`)).toEqual(envelopesOf(records))
      }),
    )
  })

  it('are log frames of the feed with the same envelopes', () => {
    fc.assert(
      fc.property(anyRecords, anyKind, (records, made) => {
        const frames = framesOf(records)
        expect(Buffer.concat(asLogFrames(made(frames.join('')))).toString()).toBe(
          frames.map((stored) => feedFrame('log', envelopeJson(stored))).join(''),
        )
      }),
    )
  })

  it('are found by being control records, and by nothing that an agent wrote', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const frames = Buffer.from(framesOf(records).join(''))
        const control = envelopesOf(records).flatMap((envelope, index) => {
          const rest = framesOf(records.slice(index + 1)).join('')
          return envelope.kind === 'control' ? [{ envelope, rest: rest.slice(rest.indexOf('{"type"')) }] : []
        })
        const found = [...controlRecords(frames)]
        expect(found.map(({ envelope }) => envelope)).toEqual(control.map(({ envelope }) => envelope))
        for (const [index, { next }] of found.entries()) {
          // The last of the 64 bytes may lie inside a character.
          expect(control[index]?.rest.startsWith(next.replace(/\ufffd+$/, ''))).toBe(true)
          expect(next === '').toBe(control[index]?.rest === '')
        }
        if (control.length > 0) expect(frames.indexOf(CONTROL_MARK as Buffer)).toBeGreaterThan(0)
      }),
    )
  })
})

it('I3 frames have the address of their own thread and of no other one', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  fc.assert(
    fc.property(anyRecords, anyKind, (records, made) => {
      const frames = made(framesOf(records).join(''))
      expect(haveAddress(frames, bytes(frameAddress(TEST_KEY)))).toBe(true)
      for (const threadId of [`${TEST_KEY.threadId}x`, TEST_KEY.threadId.slice(1), 'other']) {
        expect(haveAddress(frames, bytes(frameAddress({ ...TEST_KEY, threadId })))).toBe(false)
      }
    }),
  )
  expect(haveAddress(bytes(''), bytes(frameAddress(TEST_KEY)))).toBe(false)
  expect(haveAddress(bytes('id: 1\n'), bytes(frameAddress(TEST_KEY)))).toBe(false)
})

describe('hostile bytes', () => {
  const scraps = fc.constantFrom(
    'id: ',
    '\n',
    '\n\n',
    'data: ',
    'data: {}',
    '","kind":"control","event":{',
    ',"event":',
    '7',
  )
  const whole = frame({ ...TEST_KEY, seq: 1, at: '2026-01-01T00:00:00.000Z', kind: 'control' }, '{"type":"X"}')
  const hostile = fc
    .array(fc.oneof(scraps, fc.constant(whole), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
    .map((parts) => Buffer.from(parts.join('')))

  /** Everything either answers within the bytes or throws an Error; nothing loops or reads beyond them. */
  function held(bytes: Buffer, work: () => readonly number[]): void {
    let ends: readonly number[] = []
    try {
      ends = work()
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
    for (const end of ends) {
      expect(end).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(bytes.length)
    }
  }

  it('are refused, or cut within themselves', () => {
    fc.assert(
      fc.property(hostile, fc.nat(5), fc.integer({ min: 1, max: 60 }), (bytes, records, size) => {
        const run = { firstSeq: 1, lastSeq: 5, bytes }
        held(bytes, () => [skipFrames(bytes, records)])
        held(bytes, () => {
          const { from, to } = cutFrames(run, records, { bytes: size, records }, true)
          return [from, to]
        })
        held(bytes, () => [...divideFrames(run, size)].flatMap(({ from, to }) => [from, to]))
        held(bytes, () => [copyEnvelopes(bytes, new Uint8Array(bytes.length), 0)])
        held(bytes, () => [asLogFrames(bytes).length > bytes.length ? -1 : 0])
        held(bytes, () => [[...controlRecords(bytes)].length])
      }),
      { numRuns: 200 },
    )
  })

  it('a frame that was cut off anywhere is never passed on', () => {
    for (let length = 1; length < whole.length; length++) {
      const bytes = Buffer.from(whole + whole.slice(0, length))
      expect(() => asLogFrames(bytes)).toThrow('not whole')
      expect(() => copyEnvelopes(bytes, new Uint8Array(bytes.length), 0)).toThrow('not whole')
      expect(skipFrames(bytes, 2)).toBe(Buffer.byteLength(whole))
      expect(splitFrames(bytes.toString())).toEqual([whole])
    }
  })
})
