import type { Keep } from '@holdfast/client'
import { expect, test, vi } from 'vitest'
import { createDrafts } from './drafts.ts'

function keepIn(kept = new Map<string, string>()): Keep {
  return {
    read: (name) => kept.get(name),
    write: (name, text) => void kept.set(name, text),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
}
let time = 0
const now = () => {
  time += 1
  return time
}

test('a draft stays with its conversation, over a reload too', () => {
  const keep = keepIn()
  const drafts = createDrafts(keep, now)
  drafts.write('default/a', 'half a sen')
  drafts.write('default/b', 'other')
  expect(drafts.read('default/a')).toBe('half a sen')
  drafts.write('default/b', '')
  const after = createDrafts(keep, now)
  expect([after.read('default/a'), after.read('default/b')]).toEqual(['half a sen', ''])
})

test('words of one message that could not be changed come back as often as that fails', () => {
  const drafts = createDrafts(keepIn(), now)
  drafts.giveBack('default/a', 'first')
  drafts.giveBack('default/a', 'second')
  drafts.giveBack('default/a', '')
  expect(drafts.read('default/a')).toBe('second\nfirst')
})

test('words that could not be sent come back in front of what was written since, once, also over a reload', () => {
  const keep = keepIn()
  const drafts = createDrafts(keep, now)
  drafts.write('default/a', 'since')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  expect(drafts.read('default/a')).toBe('sent\nsince')
  drafts.write('default/a', 'sent\nsince then')
  const after = createDrafts(keep, now)
  after.giveBackOnce('default/a', 'run-1', 'sent')
  expect(after.read('default/a')).toBe('sent\nsince then')
})

test('the fifty newest are kept over a reload, and none of more than a hundred thousand characters', () => {
  const keep = keepIn()
  const drafts = createDrafts(keep, now)
  for (let n = 0; n < 60; n += 1) drafts.write(`default/${n}`, `draft ${n}`)
  drafts.write('default/59', 'x'.repeat(100_001))
  expect(drafts.read('default/0')).toBe('draft 0')
  const after = createDrafts(keep, now)
  expect(['0', '9', '10', '58', '59'].map((n) => after.read(`default/${n}`))).toEqual([
    '',
    '',
    'draft 10',
    'draft 58',
    '',
  ])
})

test('what it does not understand is left alone', () => {
  const kept = ['', '{', 'null', '[]', '{"v":2,"text":"x","at":1,"back":[]}', '{"v":1,"text":3,"at":1,"back":[]}']
  const drafts = createDrafts(keepIn(new Map(kept.map((text, n) => [`draft.default/${n}`, text]))), now)
  expect(kept.map((_, n) => drafts.read(`default/${n}`))).toEqual(kept.map(() => ''))
})

test('whoever listens hears every change until they stop, and stopping twice is harmless', () => {
  const drafts = createDrafts(keepIn(), now)
  const listener = vi.fn()
  const stop = drafts.subscribe(listener)
  drafts.write('default/a', 'x')
  stop()
  stop()
  drafts.write('default/a', 'y')
  expect(listener).toHaveBeenCalledTimes(1)
})
