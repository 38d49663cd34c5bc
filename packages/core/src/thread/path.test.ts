import { expect, test } from 'vitest'
import type { ThreadMessage } from './message.ts'
import { newestLeaf, pathTo, siblingsOf } from './path.ts'

const message = (id: string, parentId: string | null, subagentRunId?: string): ThreadMessage => ({
  id,
  role: 'user',
  content: id,
  parentId,
  ...(subagentRunId !== undefined && { subagentRunId }),
})
const tree = [
  message('ask', null),
  message('one', 'ask'),
  message('aside', 'ask', 'sub'),
  message('two', 'ask'),
  message('more', 'one'),
  message('note', 'more', 'sub'),
]
const ids = (messages: readonly ThreadMessage[]) => messages.map(({ id }) => id)

test('a path leads from the root to the head, without other branches', () => {
  expect(ids(pathTo(tree, 'more'))).toEqual(['ask', 'one', 'more'])
  expect(ids(pathTo(tree, 'two'))).toEqual(['ask', 'two'])
})

test('no head and an unknown head have no path, and at an unknown parent the path begins', () => {
  expect(pathTo(tree, null)).toEqual([])
  expect(pathTo(tree, 'gone')).toEqual([])
  expect(ids(pathTo([message('late', 'trimmed')], 'late'))).toEqual(['late'])
})

test('a cycle in a damaged tree ends the path instead of looping', () => {
  expect(ids(pathTo([message('a', 'b'), message('b', 'a')], 'a'))).toEqual(['b', 'a'])
})

test('retries and edits are siblings, and messages of sub-agents are not', () => {
  expect(ids(siblingsOf(tree, 'one'))).toEqual(['one', 'two'])
  expect(ids(siblingsOf(tree, 'aside'))).toEqual(['aside'])
  expect(siblingsOf(tree, 'gone')).toEqual([])
})

test('the default head is the last message of the main conversation', () => {
  expect(newestLeaf(tree)).toBe('more')
  expect(newestLeaf([])).toBeNull()
})
