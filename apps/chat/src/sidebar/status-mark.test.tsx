/** In a real browser: the ladder of a thread's states, by shape and word and not by colour alone. */
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { StatusMark } from './status-mark.tsx'

it('each state of a thread has a word and a drawing of its own, and an idle thread has none', async () => {
  const screen = await render(
    <ul>
      {(['needs_you', 'working', 'stopping', 'queued', 'failed', 'idle'] as const).map((status) => (
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
  const words = ['Needs you', 'Working', 'Stopping…', 'Queued', 'Failed', '', 'Queued, 2nd of 5']
  expect(lines.map((line) => line.textContent)).toEqual(words)
  const drawings = lines.slice(0, 5).map((line) => line.querySelector('svg')?.innerHTML)
  expect(new Set(drawings).size).toBe(5)
  expect(drawings).not.toContain(undefined)
})
