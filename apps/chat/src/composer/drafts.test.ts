import { createManualEnvironment, createManualShared } from '@holdfast/client/testing'
import { expect, test, vi } from 'vitest'
import { createDrafts } from './drafts.ts'

const A = 'default/a'

function browser() {
  const shared = createManualShared()
  let time = 0
  let ids = 0

  function load(kept: Map<string, string>) {
    const drafts = createDrafts({
      keep: createManualEnvironment({ kept }).keep,
      shared: shared.page(),
      now: () => time++,
      mintId: () => `draft-${++ids}`,
    })
    return {
      ...drafts,
      text: () => drafts.read(A),
      kept,
      reload: () => load(kept),
      duplicate: () => load(new Map(kept)),
    }
  }

  return {
    ...shared,
    tab: () => load(new Map()),
    load,
    pass: (ms: number) => {
      time += ms
    },
  }
}

test('a draft stays with its conversation across a reload, the end of the tab and of the browser', () => {
  const { tab } = browser()
  const first = tab()
  first.write('default/a', 'half a sen')
  first.write('default/b', 'other')
  expect(first.read('default/a')).toBe('half a sen')
  first.write('default/b', '')
  for (const after of [first.reload(), tab()])
    expect([after.read('default/a'), after.read('default/b')]).toEqual(['half a sen', ''])
})

test('an edit that cannot be saved returns its text each time it fails', () => {
  const drafts = browser().tab()
  drafts.giveBack('default/a', 'first')
  drafts.giveBack('default/a', 'second')
  drafts.giveBack('default/a', '')
  expect(drafts.read('default/a')).toBe('second\nfirst')
})

test('unsent text returns before newer text, once, also across a reload', () => {
  const drafts = browser().tab()
  drafts.write('default/a', 'since')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  drafts.giveBackOnce('default/a', 'run-1', 'sent')
  expect(drafts.read('default/a')).toBe('sent\nsince')
  drafts.write('default/a', 'sent\nsince then')
  const after = drafts.reload()
  after.giveBackOnce('default/a', 'run-1', 'sent')
  expect(after.read('default/a')).toBe('sent\nsince then')
})

test('the fifty newest drafts are kept for ninety days, none longer than a hundred thousand characters', () => {
  const { tab, pass, kept } = browser()
  const drafts = tab()
  for (let n = 0; n < 60; n += 1) drafts.write(`default/${n}`, `draft ${n}`)
  drafts.write('default/59', 'x'.repeat(100_001))
  expect(drafts.read('default/0')).toBe('draft 0')
  const shown = ['0', '9', '10', '58', '59']
  expect(shown.map((n) => drafts.reload().read(`default/${n}`))).toEqual(['', '', 'draft 10', 'draft 58', ''])
  for (let n = 0; n < 20; n += 1) drafts.write(`default/long ${n}`, 'x'.repeat(99_000))
  const characters = [...kept.values()].reduce((sum, text) => sum + text.length, 0)
  expect(characters).toBeLessThan(1_100_000)
  pass(90 * 24 * 3_600_000)
  expect(tab().read('default/long 19')).toBe('')
})

test('without shared storage a draft still survives a reload', () => {
  const { tab, refuse } = browser()
  refuse()
  const drafts = tab()
  drafts.write(A, 'mine')
  expect(drafts.reload().text()).toBe('mine')
  const after = drafts.reload()
  after.catchUp()
  expect(after.text()).toBe('mine')
})

test('unknown records are left alone, and a draft of an earlier version in the tab is read like any other', () => {
  const odd = [
    '',
    '{',
    'null',
    '[]',
    '{"v":3,"text":"x","at":1,"back":[]}',
    '{"v":1,"text":3,"at":1,"back":[]}',
    '{"v":2}',
  ]
  const { load, kept, tab } = browser()
  for (const [n, text] of odd.entries()) kept.set(`draft.default/${n}#id`, text)
  const old = JSON.stringify({ v: 1, text: 'from before', at: 1, back: ['run-1'] })
  const drafts = load(new Map([...odd.map((text, n) => [`draft.default/${n}`, text] as const), [`draft.${A}`, old]]))
  expect(odd.map((_, n) => drafts.read(`default/${n}`))).toEqual(odd.map(() => ''))
  drafts.giveBackOnce(A, 'run-1', 'again')
  expect([drafts.text(), tab().text()]).toEqual(['from before', 'from before'])
})

test('listeners receive every change until they unsubscribe, and unsubscribing twice is harmless', () => {
  const drafts = browser().tab()
  const listener = vi.fn()
  const stop = drafts.subscribe(listener)
  drafts.write('default/a', 'x')
  stop()
  stop()
  drafts.write('default/a', 'y')
  expect(listener).toHaveBeenCalledTimes(1)
})

test('a draft sent in one tab does not stay in the other', () => {
  const { tab, deliver } = browser()
  const one = tab()
  one.write(A, 'Hello')
  deliver()
  const two = one.duplicate()
  two.write(A, '')
  deliver()
  expect([one.text(), two.text(), tab().text()]).toEqual(['', '', ''])

  one.write(A, 'Again')
  deliver()
  const three = one.duplicate()
  one.write(A, 'Again, longer')
  deliver()
  expect(three.text()).toBe('Again, longer')
  one.write(A, '')
  deliver()
  expect(three.text()).toBe('')
})

test('a sent draft does not return in a tab that slept meanwhile or is restored later', () => {
  const { tab, deliver } = browser()
  const one = tab()
  one.write(A, 'Hello')
  const asleep = one.duplicate()
  const closed = one.duplicate()
  one.write(A, '')
  asleep.catchUp()
  deliver()
  expect([asleep.text(), closed.reload().text()]).toEqual(['', ''])
})

test('two tabs that type at once keep a draft each, and both are stored', () => {
  const { tab, deliver } = browser()
  const one = tab()
  one.write(A, 'Hello')
  const two = one.duplicate()
  two.write(A, 'Hello and more')
  deliver()
  expect([one.text(), two.text()]).toEqual(['Hello', 'Hello and more'])
  expect([one.reload().text(), two.reload().text()]).toEqual(['Hello', 'Hello and more'])
  one.write(A, '')
  deliver()
  expect([one.text(), two.text()]).toEqual(['', 'Hello and more'])
  expect(tab().text()).toBe('Hello and more')
})

test('text typed while another tab sends is kept', () => {
  const { tab, deliver } = browser()
  const one = tab()
  one.write(A, 'Hello')
  const two = one.duplicate()
  one.write(A, '')
  two.write(A, 'Hello and')
  deliver()
  expect(two.text()).toBe('Hello and')
  expect(two.reload().text()).toBe('Hello and')
})

test('a draft from before a tab sent its own does not appear in that tab', () => {
  const { tab, deliver } = browser()
  const first = tab()
  first.write(A, 'one')
  deliver()
  const second = first.duplicate()
  second.write(A, 'one, and more')
  first.write(A, '')
  deliver()
  expect(first.text()).toBe('')
  expect(second.text()).toBe('one, and more')
})

test('text returned to two tabs is one draft: sent again from one, it disappears from the other', () => {
  const { tab, deliver } = browser()
  const [one, two] = [tab(), tab()]
  one.giveBackUnsent(A, 'run', 'Hello')
  two.giveBackUnsent(A, 'run', 'Hello')
  deliver()
  expect([one.text(), two.text()]).toEqual(['Hello', 'Hello'])
  one.write(A, '')
  deliver()
  expect(two.text()).toBe('')
})

test('returned text that turns out to have been sent leaves the draft in every tab, unless it was edited', () => {
  const { tab, deliver } = browser()
  const [one, two] = [tab(), tab()]
  one.write(A, 'since')
  one.giveBackUnsent(A, 'second', 'B')
  one.giveBackUnsent(A, 'first', 'A')
  deliver()
  expect([one.text(), one.returned(A)]).toEqual(['A\nB\nsince', ['second', 'first']])
  two.withdraw(A, 'second')
  deliver()
  expect([one.text(), two.text()]).toEqual(['A\nsince', 'A\nsince'])
  one.write(A, 'A, changed\nsince')
  one.withdraw(A, 'first')
  expect([one.text(), one.returned(A)]).toEqual(['A, changed\nsince', []])

  two.giveBackUnsent('default/b', 'third', 'C')
  two.withdraw('default/b', 'third')
  expect([two.read('default/b'), tab().read('default/b')]).toEqual(['', ''])
})

test('the draft of a deleted thread is kept, and its room knows of it', () => {
  const { tab, deliver } = browser()
  const [one, two] = [tab(), tab()]
  one.write(A, 'half a thought')
  one.write('default/b', 'else')
  one.orphan(A)
  one.orphan('default/c')
  deliver()
  for (const each of [one, two, tab()]) {
    expect(each.orphans()).toEqual([A])
    expect(each.orphans()).toBe(each.orphans())
    expect(each.text()).toBe('half a thought')
  }
  two.write(A, '')
  deliver()
  expect(one.orphans()).toEqual([])
  two.orphan('default/')
  deliver()
  expect(one.orphans()).toEqual(['default/b'])
})
