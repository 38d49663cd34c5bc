/** In a real browser: the question before everything is stopped, and what each answer does. */
import { expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import type { GoingOn, OverviewItem } from './overview.ts'
import { StopAll } from './stop-all.tsx'

const item = (title: string, state: GoingOn, position?: number): OverviewItem => ({
  key: { roomId: 'R', threadId: title },
  title,
  room: 'Room',
  state,
  ...(position !== undefined && { place: { position, of: 2 } }),
})
const RUNS = [item('a', 'working'), item('b', 'needs_you')]
const WAIT = [item('c', 'queued', 1), item('d', 'queued', 2)]
/** Neither can be stopped here: one is being stopped, the other is paused. */
const OTHERS = [item('e', 'stopping'), item('f', 'queued')]

const CASES: readonly {
  readonly items: readonly OverviewItem[]
  readonly words: string
  readonly choices: Readonly<Record<string, string>>
}[] = [
  { items: RUNS, words: 'paused until you resume them', choices: { 'Stop 2 runs': 'a b' } },
  {
    items: [...RUNS, ...WAIT],
    words: '2 more queued. Messages stay in their threads.',
    choices: { 'Stop running only': 'a b', 'Stop all 4': 'c d a b' },
  },
  { items: WAIT, words: '2 queued. Messages stay in their threads.', choices: { 'Remove 2 from queue': 'c d' } },
]

it('the question says what happens to queued runs, and each button stops exactly what it names', async () => {
  for (const { items, words, choices } of CASES) {
    for (const [choice, stopped] of Object.entries(choices)) {
      const stop = vi.fn()
      const screen = await render(<StopAll items={[...items, ...OTHERS]} stop={stop} />)
      await screen.getByRole('button', { name: 'Stop all', exact: true }).click()
      await expect.element(screen.getByRole('group', { name: 'Stop all?' })).toHaveTextContent(words)
      expect(page.getByRole('button').elements()).toHaveLength(1 + Object.keys(choices).length)
      expect(stop).not.toHaveBeenCalled()
      await screen.getByRole('button', { name: choice, exact: true }).click()
      expect(stop.mock.calls.map(([which]) => which.map(({ title }: OverviewItem) => title).join(' '))).toEqual([
        stopped,
      ])
      await screen.unmount()
    }
  }
})

it('a double click asks, and stops nothing', async () => {
  const stop = vi.fn()
  const screen = await render(<StopAll items={RUNS} stop={stop} />)
  await screen.getByRole('button', { name: 'Stop all', exact: true }).click()
  const second = new MouseEvent('click', { detail: 2, bubbles: true })
  screen.getByRole('button', { name: 'Stop 2 runs' }).element().dispatchEvent(second)
  expect(stop).not.toHaveBeenCalled()
})

it('the question works by keyboard, and is absent when nothing can be stopped', async () => {
  const stop = vi.fn()
  const screen = await render(<StopAll items={RUNS} stop={stop} />)
  const all = screen.getByRole('button', { name: 'Stop all', exact: true })
  all.element().focus()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('button', { name: 'Don’t stop' })).toHaveFocus()
  await userEvent.keyboard('{Enter}')
  await expect.element(all).toHaveFocus()
  expect(stop).not.toHaveBeenCalled()
  await screen.rerender(<StopAll items={OTHERS} stop={stop} />)
  expect(page.getByRole('button').query()).toBeNull()
})
