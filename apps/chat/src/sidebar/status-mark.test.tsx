/** In a real browser: the ladder of a thread's states, by shape and word and not by colour alone. */
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { StatusMark, ThreadMark } from './status-mark.tsx'

it('each state of a thread has its own word and icon, and an idle thread has neither', async () => {
  const screen = await render(
    <ul>
      {(['needs_you', 'paused', 'working', 'stopping', 'queued', 'failed', 'idle'] as const).map((status) => (
        <li key={status}>
          <StatusMark status={status} />
        </li>
      ))}
      <li>
        <StatusMark status="queued" place={{ position: 2, of: 5 }} />
      </li>
    </ul>,
  )
  const lines = [...screen.container.querySelectorAll('li')]
  const words = ['Needs you', 'Paused: needs you', 'Working', 'Stopping…', 'Queued', 'Failed', '', 'Queued, 2nd of 5']
  expect(lines.map((line) => line.textContent)).toEqual(words)
  const drawings = lines.slice(0, 6).map((line) => line.querySelector('svg')?.innerHTML)
  expect(new Set(drawings).size).toBe(6)
  expect(drawings).not.toContain(undefined)
})

it('a paused queue is a state of its own, shown beside the failure that paused it, and yields to a live run', async () => {
  const threads = [
    { status: 'needs_you', paused: true },
    { status: 'failed', paused: true },
    { status: 'working', paused: true },
    { status: 'needs_you' },
  ] as const
  const screen = await render(
    <ul>
      {threads.map((thread, at) => (
        <li key={String(at)}>
          <ThreadMark thread={{ unread: true, ...thread }} />
        </li>
      ))}
    </ul>,
  )
  expect([...screen.container.querySelectorAll('li')].map((line) => line.textContent)).toEqual([
    'Paused: needs you',
    'FailedPaused',
    'Working',
    'Needs you',
  ])
  await expect.element(screen.getByText('Paused: needs you')).toHaveAttribute('data-status', 'paused')
})
