/** In a real browser: what of a tool call is shown at each of its states. */
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import type { ToolState } from './rows.ts'
import { ToolCard } from './tool-card.tsx'

const STATES: readonly (readonly [state: ToolState, word: string, shown: readonly string[], notShown: string])[] = [
  [{ type: 'running' }, 'Running', [], 'Result'],
  [{ type: 'result', text: '{"found":3}' }, 'Done', ['Result', '"found": 3'], 'Error'],
  [{ type: 'error', text: '', message: 'No such city.' }, 'Failed', ['Error', 'No such city.'], 'Result'],
  [{ type: 'unanswered' }, 'Not finished', [], 'Result'],
]

it('a tool’s card has its name and state closed, and its input and what became of it open', async () => {
  for (const [state, word, shown, notShown] of STATES) {
    const screen = await render(<ToolCard name="find_vans" input={'{"city":"Porto"}'} state={state} />)
    const summary = screen.container.querySelector('summary')
    expect(summary?.textContent).toBe(`find_vans${word}`)
    expect(screen.getByText('Input').element().checkVisibility()).toBe(false)
    await screen.getByText('find_vans').click()
    expect(screen.getByText('Input').element().checkVisibility()).toBe(true)
    for (const text of ['"city": "Porto"', ...shown]) expect(screen.container.textContent).toContain(text)
    expect(screen.container.textContent).not.toContain(notShown)
    await screen.unmount()
  }
})
