/** Arbitrary records of one thread's log, whose events hold everything that looks like a frame's layout. */
import fc from 'fast-check'
import { TEST_KEY } from '../../testing/log-builder.ts'
import { type FrameHead, frame } from '../frame.ts'

export interface TestRecord {
  readonly head: FrameHead
  readonly eventJson: string
}

/** Text that ends lines, looks like a part of a frame, or is hard to encode. */
const layout = fc.constantFrom(
  '\n\n',
  '\r\n',
  '\u2028\u2029',
  ',"event":',
  '","kind":"control","event":{',
  ',"runId":"a",',
  '\ndata: ',
  'id: 9\n',
  ': hb\n\n',
  '"}}\n\n',
  '\\',
  '🙂',
  '\ud800',
)

const anyText = fc
  .array(fc.oneof(layout, fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((pieces) => pieces.join(''))

/** An object of JSON as a recorder or a decider writes it. */
export const anyEventJson = anyText.map((text) => JSON.stringify({ type: 'CUSTOM', [`of ${text}`]: text, text }))

/** Records without holes, of two runs and of none. The first may have any position. */
export const anyRecords: fc.Arbitrary<readonly TestRecord[]> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 10 ** 12 })),
    fc.array(
      fc.record({
        runId: fc.constantFrom('a', 'b', undefined),
        kind: fc.constantFrom('agui', 'control'),
        eventJson: anyEventJson,
      }),
      { minLength: 1, maxLength: 12 },
    ),
  )
  .map(([first, records]) =>
    records.map(({ runId, kind, eventJson }, index) => ({
      head: { ...TEST_KEY, ...(runId && { runId }), seq: first + index, at: '2026-01-01T00:00:00.000Z', kind },
      eventJson,
    })),
  )

export const framesOf = (records: readonly TestRecord[]) => records.map(({ head, eventJson }) => frame(head, eventJson))

export const envelopesOf = (records: readonly TestRecord[]) =>
  records.map(({ head, eventJson }) => ({ v: 1, ...head, event: JSON.parse(eventJson) as Record<string, unknown> }))
