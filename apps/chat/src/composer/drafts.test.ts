import { expect, test, vi } from 'vitest'
import { createDrafts } from './drafts.ts'

test('a draft stays with its conversation', () => {
  const drafts = createDrafts()
  drafts.write('default/a', 'half a sen')
  drafts.write('default/b', 'other')
  expect(drafts.read('default/a')).toBe('half a sen')
  drafts.write('default/a', '')
  expect([drafts.read('default/a'), drafts.read('default/b')]).toEqual(['', 'other'])
})

test('words that could not be sent come back in front of what was written since, once', () => {
  const drafts = createDrafts()
  drafts.write('default/a', 'since')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  expect(drafts.read('default/a')).toBe('sent\nsince')
})

test('whoever listens hears every change until they stop, and stopping twice is harmless', () => {
  const drafts = createDrafts()
  const listener = vi.fn()
  const stop = drafts.subscribe(listener)
  drafts.write('default/a', 'x')
  stop()
  stop()
  drafts.write('default/a', 'y')
  expect(listener).toHaveBeenCalledTimes(1)
})
