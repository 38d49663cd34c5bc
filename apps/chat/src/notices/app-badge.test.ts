import type { OverviewState, RunRegistry } from '@holdfast/client'
import { expect, it } from 'vitest'
import { showBadge } from './app-badge.ts'

it('the icon of the application counts the unread threads of all rooms, and shows nothing at none', () => {
  let state: OverviewState = { known: false, rooms: [], threads: [] }
  let tell = () => {}
  const overview = {
    snapshot: () => state,
    subscribe(listener: () => void) {
      tell = listener
      return () => {}
    },
  } as RunRegistry['overview']
  const said: (number | 'none')[] = []
  showBadge(
    { overview },
    {
      setAppBadge: async (count) => void said.push(count),
      clearAppBadge: () => {
        said.push('none')
        return Promise.reject(new Error('Not installed.'))
      },
    },
  )
  const become = (...unread: readonly number[]) => {
    state = {
      known: true,
      threads: [],
      rooms: unread.map((n, at) => ({ roomId: `r${at}`, unread: n, working: 0, needsYou: 0 })),
    }
    tell()
  }
  become(2, 1)
  become(1, 2)
  become(0, 0)
  expect(said).toEqual([3, 'none'])
})
