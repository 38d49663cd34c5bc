/** What the address may name as the second pane. */
import { expect, it } from 'vitest'
import { isShown, readBeside } from './beside.ts'

it('the address names a whole key, and nothing else is guessed', () => {
  expect(readBeside({ beside: 'room/thread' })).toEqual({ beside: 'room/thread' })
  for (const beside of [undefined, '', 'thread', 'room/', '/thread', 'a/b/c', 'a b/c', 7, ['a/b']]) {
    expect(readBeside({ beside })).toEqual({})
  }
})

it('either pane counts as showing its thread, but not a thread with the same id in another room', () => {
  const location = { pathname: '/rooms/R1/threads/T1', search: { beside: 'R2/T2' } }
  const keys = ['R1/T1', 'R2/T2', 'R2/T1', 'R1/T2'].map((key) => key.split('/'))
  expect(keys.map(([roomId = '', threadId = '']) => isShown(location, { roomId, threadId }))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it.each(['/rooms/a:1/threads/b:2', '/rooms/a%3A1/threads/b%3A2'])(
  'knows a thread by its address however that is written: %s',
  (pathname) => {
    expect(isShown({ pathname, search: {} }, { roomId: 'a:1', threadId: 'b:2' })).toBe(true)
    expect(isShown({ pathname: '/rooms/%E0%A4%A', search: {} }, { roomId: 'a:1', threadId: 'b:2' })).toBe(false)
  },
)
