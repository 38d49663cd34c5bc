import fc from 'fast-check'
import { expect, test } from 'vitest'
import { legalLog } from '../testing/legal-log.ts'
import { readEnvelope } from './read.ts'

const good = { v: 1, roomId: 'r', threadId: 't', runId: 'x', seq: 1, at: 'then', kind: 'agui', event: { type: 'RAW' } }

test('an envelope that a server wrote is read unchanged', () => {
  fc.assert(fc.property(legalLog(), (log) => log.every((envelope) => readEnvelope(envelope) === envelope)))
  const { runId: _, ...control } = { ...good, kind: 'control' }
  expect(readEnvelope(control)).toBe(control)
})

test.each([
  ['nothing', null],
  ['no object', 'x'],
  ['no room', { ...good, roomId: undefined }],
  ['no id of a thread', { ...good, threadId: 'a b' }],
  ['another version', { ...good, v: 2 }],
  ['no time', { ...good, at: 5 }],
  ['no position', { ...good, seq: '1' }],
  ['position 0', { ...good, seq: 0 }],
  ['half a position', { ...good, seq: 1.5 }],
  ['another kind', { ...good, kind: 'x' }],
  ['agui of no run', { ...good, runId: undefined }],
  ['control of a bad run', { ...good, kind: 'control', runId: '' }],
  ['no event', { ...good, event: null }],
  ['a text as event', { ...good, event: 'x' }],
  ['an event of no type', { ...good, event: {} }],
])('what has no valid address is dropped, never guessed at: %s', (_, value) => {
  expect(readEnvelope(value)).toBeUndefined()
})
