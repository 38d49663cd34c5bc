/** The environment of a page, in a page. */
import { browserEnvironment } from '@holdfast/client'
import { isId } from '@holdfast/core'
import { expect, it, vi } from 'vitest'

it('runs a callback for the next frame once, and a cancelled one never', async () => {
  const { frames } = browserEnvironment()
  const painted = vi.fn()
  const undone = vi.fn()
  const undo = frames.next(undone)
  const undoPainted = frames.next(painted)
  undo()
  undo()
  await vi.waitFor(() => expect(painted).toHaveBeenCalledTimes(1))
  undoPainted()
  await new Promise(requestAnimationFrame)
  expect(painted).toHaveBeenCalledTimes(1)
  expect(undone).not.toHaveBeenCalled()
})

it('runs it without any frame too: a hidden tab paints nothing', async () => {
  const { frames } = browserEnvironment()
  const request = vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0)
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  const run = vi.fn()
  frames.next(run)
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  request.mockRestore()
  hidden.mockRestore()
})

it('runs what is scheduled, unless it was undone', async () => {
  const { clock } = browserEnvironment()
  const due = vi.fn()
  const undone = vi.fn()
  clock.schedule(0, undone)()
  clock.schedule(1, due)
  await vi.waitFor(() => expect(due).toHaveBeenCalledTimes(1))
  expect(undone).not.toHaveBeenCalled()
  expect(clock.now()).toBeGreaterThan(Date.UTC(2020))
})

it('tells of hiding and of the network until nobody listens any more', () => {
  const { visibility, connectivity } = browserEnvironment()
  const told = vi.fn()
  const undo = [visibility.subscribe(told), connectivity.subscribe(told)]
  document.dispatchEvent(new Event('visibilitychange'))
  window.dispatchEvent(new Event('online'))
  window.dispatchEvent(new Event('offline'))
  expect(told).toHaveBeenCalledTimes(3)
  for (const one of undo) one()
  document.dispatchEvent(new Event('visibilitychange'))
  window.dispatchEvent(new Event('online'))
  expect(told).toHaveBeenCalledTimes(3)
  expect(visibility.hidden).toBe(document.hidden)
  expect(connectivity.online).toBe(navigator.onLine)
})

it('mints ids that the wire takes and nobody else has, also where the page is not secure', () => {
  const { mintId, random } = browserEnvironment()
  const secure = vi.spyOn(crypto, 'randomUUID')
  const ids = [mintId(), mintId()]
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
  ids.push(mintId(), mintId())
  Reflect.deleteProperty(crypto, 'randomUUID')
  secure.mockRestore()
  expect(ids.every(isId)).toBe(true)
  expect(new Set(ids).size).toBe(4)
  expect(random()).toBeLessThan(1)
})

it('keeps strings over a reload in the tab’s own storage, and for as long as the page lasts where that is refused', () => {
  const { keep } = browserEnvironment()
  keep.write('a', 'one')
  expect(browserEnvironment().keep.read('a')).toBe('one')
  expect(browserEnvironment().keep.names()).toContain('a')
  sessionStorage.setItem('foreign', 'x')
  expect(keep.names()).not.toContain('foreign')

  const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  keep.write('b', 'two')
  expect([keep.read('b'), keep.names().includes('b')]).toEqual(['two', true])
  expect(browserEnvironment().keep.read('b')).toBeUndefined()
  full.mockRestore()
  keep.remove('a')
  keep.remove('b')
  expect([keep.read('a'), keep.read('b')]).toEqual([undefined, undefined])
  sessionStorage.clear()
})

/** What a page finds that this browser shows next, in a new tab. */
function nextPage(name: string): string | undefined {
  sessionStorage.clear()
  return browserEnvironment().keep.read(name)
}

it('what is for the next page is found by one, once, after the tab was closed or never seen again; nothing else is', () => {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(false)
  const hide = (on: boolean) => {
    hidden.mockReturnValue(on)
    document.dispatchEvent(new Event('visibilitychange'))
  }
  const { keep } = browserEnvironment()
  keep.write('mine', 'one')
  keep.write('next', 'two', 'next page')
  expect(nextPage('next'), 'not while the page is there').toBeUndefined()

  keep.write('next', 'two', 'next page')
  window.dispatchEvent(new Event('pagehide'))
  expect(nextPage('mine')).toBeUndefined()
  expect(nextPage('next'), 'the page before had it').toBeUndefined()

  keep.write('next', 'three', 'next page')
  window.dispatchEvent(new Event('pagehide'))
  expect(nextPage('next')).toBe('three')

  keep.write('next', 'four', 'next page')
  hide(true)
  hide(false)
  expect(nextPage('next'), 'it is seen again').toBeUndefined()

  keep.write('next', 'five', 'next page')
  hide(true)
  keep.remove('next')
  expect(nextPage('next'), 'it came about while it was hidden').toBeUndefined()

  keep.write('next', 'six', 'next page')
  keep.write('next', 'six')
  hide(true)
  expect(nextPage('next'), 'it is for this tab alone now').toBeUndefined()
  expect(Object.keys(localStorage).filter((name) => name.startsWith('holdfast.left.'))).toEqual([])
  hidden.mockRestore()
  sessionStorage.clear()
})

it('what pages leave for the next one is so much at most, in number and in size, and gone once they are seen again', () => {
  const left = () => Object.entries(localStorage).filter(([name]) => name.startsWith('holdfast.left.'))
  const leave = (texts: readonly string[]) => {
    const { keep } = browserEnvironment()
    for (const [n, text] of texts.entries()) keep.write(`n${n}`, text, 'next page')
    window.dispatchEvent(new Event('pagehide'))
    const lies = left()
    window.dispatchEvent(new Event('pageshow'))
    expect(left()).toEqual([])
    for (const n of texts.keys()) keep.remove(`n${n}`)
    return lies
  }
  expect(leave(Array.from({ length: 150 }, () => 'x'))).toHaveLength(100)
  const large = leave(['x'.repeat(1_500_000), 'y'.repeat(1_000_000), 'z'.repeat(400_000)])
  expect(large.map(([name]) => name).toSorted()).toEqual(['holdfast.left.n0', 'holdfast.left.n2'])
  sessionStorage.clear()
})

it('pages of one origin that talk to different servers keep apart what they keep, and what they leave', () => {
  const { keep } = browserEnvironment({ keptFor: 'one' })
  keep.write('wish', 'Hello', 'next page')
  for (const keptFor of ['other', 'on', 'one.w']) expect(browserEnvironment({ keptFor }).keep.names()).toEqual([])
  const dotted = browserEnvironment({ keptFor: 'one.w' }).keep
  dotted.write('x', 'Not for one')
  expect(keep.names()).toEqual(['wish'])
  dotted.remove('x')
  expect(browserEnvironment().keep.names()).not.toContain('wish')
  window.dispatchEvent(new Event('pagehide'))
  sessionStorage.clear()
  expect(browserEnvironment().keep.names()).toEqual([])
  expect(browserEnvironment({ keptFor: 'other' }).keep.names()).toEqual([])
  expect(browserEnvironment({ keptFor: 'one' }).keep.read('wish')).toBe('Hello')
  sessionStorage.clear()
})
