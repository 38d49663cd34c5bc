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

it('a closed tool card shows name and state, an open one input and result', async () => {
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

it('a number of any length is shown as the agent gave it', async () => {
  const screen = await render(
    <ToolCard name="pay" input={'{"order":9007199254740993}'} state={{ type: 'result', text: '[1e400,0.10]' }} />,
  )
  expect([...screen.container.querySelectorAll('pre')].map(({ textContent }) => textContent)).toEqual([
    '{\n  "order": 9007199254740993\n}',
    '[\n  1e400,\n  0.10\n]',
  ])
})

it('a running call shows its progress while it is folded; one that asks is open, and leads to its question', async () => {
  const running = await render(<ToolCard name="pack" input="{}" state={{ type: 'running', progress: '3 of 5' }} />)
  expect(running.container.querySelector('summary')?.textContent).toBe('pack3 of 5Running')
  await running.unmount()
  const screen = await render(
    <>
      <ToolCard name="pack" input="{}" state={{ type: 'asks', interruptId: 'i1' }} />
      <article data-question="other" tabIndex={-1} />
      <article data-question="i1" tabIndex={-1} aria-label="May I?" />
    </>,
  )
  expect(screen.container.querySelector('summary')?.textContent).toBe('packNeeds you')
  await screen.getByRole('button', { name: 'Answer' }).click()
  await expect.element(screen.getByRole('article', { name: 'May I?' })).toHaveFocus()
})
