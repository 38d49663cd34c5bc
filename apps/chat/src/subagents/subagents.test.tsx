/** In a real browser: sub-agents as a person sees them, and the stop of one of them. */
import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport } from '@holdfast/client/testing'
import type { Subagent } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import Subagents from './subagents.tsx'

const KEY = { roomId: 'R', threadId: 'T' }
const AT = new Date(Date.now() - 65_000).toISOString()

function agent(subagentRunId: string, more: Partial<Subagent> = {}): Subagent {
  const step = {
    n: 41,
    at: AT,
    kind: 'tool',
    title: 'look_up',
    text: '3 found',
    status: 'succeeded',
    input: '{}',
  } as const
  return {
    subagentRunId,
    runId: 'r',
    jobId: subagentRunId,
    name: subagentRunId,
    status: 'running',
    steps: [step, { n: 42, at: AT, kind: 'text', text: 'All is well.' }],
    droppedSteps: 40,
    startedAt: AT,
    updatedAt: AT,
    ...more,
  }
}

async function show(...agents: readonly Subagent[]) {
  const transport = createScriptedTransport()
  transport.startElsewhere(KEY, 'r', 'Hello')
  for (const { subagentRunId, name } of agents) {
    transport.emit(KEY, 'r', { type: 'SUBAGENT_STARTED', subagentRunId, name })
  }
  const registry = createRunRegistry({ transport, environment: createManualEnvironment() })
  const all = (given: readonly Subagent[]) => (
    <RegistryProvider registry={registry}>
      <Subagents threadKey={KEY} agents={given} />
    </RegistryProvider>
  )
  const screen = await render(all(agents))
  return {
    ...screen,
    asked: () => transport.asked,
    again: (...given: readonly Subagent[]) => screen.rerender(all(given)),
  }
}

it('are folded: name, state, number of steps and time; opened, the steps and how many are not kept', async () => {
  const { container } = await show(agent('Ada', { status: 'failed', error: { message: 'It died.' }, endedAt: AT }))
  const way = page.getByRole('button', { name: /^Ada/ })
  await expect.element(way).toHaveAttribute('aria-expanded', 'false')
  expect(way.element().textContent).toBe('AdaFailed42 steps1 s')
  expect(container.textContent).not.toContain('All is well.')
  await way.click()
  for (const text of ['It died.', '40 earlier steps are not kept.', 'look_up', 'Done', '3 found', 'All is well.']) {
    expect(container.textContent).toContain(text)
  }
})

it('nest under the one that started them, and each running one can be stopped', async () => {
  const { asked } = await show(
    agent('Ada'),
    agent('Bob', { parentSubagentRunId: 'Ada' }),
    agent('Cleo', { status: 'succeeded' }),
  )
  const inner = page.getByRole('list', { name: 'Sub-agents of Ada' })
  await expect.element(inner.getByRole('button', { name: /^Bob/ })).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Stop Cleo' })).not.toBeInTheDocument()
  await page.getByRole('button', { name: 'Stop Bob' }).click()
  await expect.element(inner).toHaveTextContent('Stopping…')
  await expect.poll(asked).toEqual([{ type: 'cancelSubagent', key: KEY, subagentRunId: 'Bob' }])
})

it('S003-19 announce changes of their state, and neither steps nor what was so before', async () => {
  const screen = await show(agent('Ada'), agent('Bob', { status: 'succeeded' }))
  const news = screen.getByRole('status')
  await expect.element(news).toBeEmptyDOMElement()
  await screen.again(agent('Ada', { droppedSteps: 41 }), agent('Bob', { status: 'succeeded' }))
  await expect.element(news).toBeEmptyDOMElement()
  await screen.again(agent('Ada', { status: 'cancelled' }), agent('Bob', { status: 'succeeded' }))
  await expect.element(news).toHaveTextContent('Ada: Stopped')
})

it('whose ids name a circle are shown once each', async () => {
  await show(agent('Ada', { parentSubagentRunId: 'Bob' }), agent('Bob', { parentSubagentRunId: 'Ada' }))
  expect(page.getByTestId('subagent').elements()).toHaveLength(2)
})
