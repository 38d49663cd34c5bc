/** Which rows of a device are believed, and which stay. */
import type { ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { cut, join } from './blocks.ts'
import { tooMany } from './eviction.ts'
import { conversation } from './rows.contract.ts'
import { viewIn } from './valid.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }

describe('a row from the device', () => {
  const good = conversation(A, 3)

  it('is taken if it is a view of its thread', () => {
    expect(viewIn(A, structuredClone(good))).toEqual(good)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a word', 'view'],
    ['a list', [good]],
    ['another thread', { ...good, key: B }],
    ['no key', { ...good, key: undefined }],
    ['a key that is no key', { ...good, key: { roomId: '../x', threadId: 'T1' } }],
    ['position 0', { ...good, seq: 0 }],
    ['half a position', { ...good, seq: 1.5 }],
    ['a position beyond all', { ...good, seq: Number.POSITIVE_INFINITY }],
    ['a first position of 0', { ...good, firstSeq: 0 }],
    ['a deleted thread', { ...good, deleted: true }],
    ['no messages', { ...good, messages: undefined }],
    ['a message without an id', { ...good, messages: [{ role: 'user', content: '', parentId: null }] }],
    ['a message twice', { ...good, messages: [good.messages[0], good.messages[0]] }],
    ['a message without its place', { ...good, messages: [{ id: 'm', role: 'user', content: '' }] }],
    ['a number as words', { ...good, messages: [{ ...good.messages[0], content: 7 }] }],
    ['a list of words as content', { ...good, messages: [{ ...good.messages[0], content: ['x'] }] }],
    [
      'a call without arguments',
      { ...good, messages: [{ ...good.messages[0], role: 'assistant', toolCalls: [{ id: 'c' }] }] },
    ],
    ['a run of an unknown status', { ...good, runs: [{ ...good.runs[0], status: 'dancing' }] }],
    ['an ended run without an outcome', { ...good, runs: [{ ...good.runs[0], outcome: undefined }] }],
    ['a queue of runs that are over', { ...good, queue: [{ run: good.runs[0], messages: [] }] }],
    ['an open part without a run', { ...good, open: [{ kind: 'text', id: 'x', startedAt: '' }] }],
    ['no state', { ...good, state: undefined }],
    ['a sub-agent without steps', { ...good, subagents: [{ runId: 'r', subagentRunId: 's' }] }],
  ])('is refused as %s', (_, row) => {
    expect(viewIn(A, row)).toBeUndefined()
  })

  it.each<[string, (blocks: unknown[]) => unknown]>([
    ['without its first block of messages', (blocks) => blocks.filter((_, at) => at !== 1)],
    ['without its last', (blocks) => blocks.slice(0, -1)],
    ['with one block twice', (blocks) => [...blocks, blocks.at(-1)]],
    ['with a block of something else', (blocks) => [...blocks, { field: '__proto__', n: 0, text: '[]' }]],
    ['with a block whose text is no list', (blocks) => [{ field: 'messages', n: 0, text: '{}' }, ...blocks.slice(2)]],
    ['with a block whose text is cut off', (blocks) => [{ field: 'messages', n: 0, text: '[' }, ...blocks.slice(2)]],
    ['with a block that is none', (blocks) => [...blocks, null]],
  ])('is not joined %s', (_, change) => {
    const { blocks, counts } = cut(conversation(A, 1_000))
    const stored = blocks.map(({ field, n, items }) => ({ field, n, text: JSON.stringify(items) }))
    expect(join(stored, counts)).toEqual(conversation(A, 1_000))
    expect(join(change(stored) as unknown[], counts)).toBeUndefined()
  })
})

it('rows beyond the limits go, the least recently used first; the newest stays, however large', () => {
  const rows = [5, 1, 4, 2, 3].map((at) => ({ id: at, at, characters: 10 }))
  expect(tooMany(rows, { threads: 5, characters: 50 })).toEqual([])
  expect(tooMany(rows, { threads: 4, characters: 50 })).toEqual([1])
  expect(tooMany(rows, { threads: 5, characters: 49 })).toEqual([1])
  expect(tooMany(rows, { threads: 5, characters: 5 })).toEqual([4, 3, 2, 1])
})
