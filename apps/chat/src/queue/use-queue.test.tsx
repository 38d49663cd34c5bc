/** In a real browser: what becomes of words that a waiting message was to be changed to. */
import type { RunRegistry, ThreadQueue } from '@holdfast/client'
import { createManualEnvironment, createManualShared } from '@holdfast/client/testing'
import { RegistryProvider } from '@holdfast/react'
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { draftsOf } from '../composer/use-drafts.ts'
import { type Services, ServicesProvider } from '../services.ts'
import Queue from './queue.tsx'

const KEY = { roomId: 'R1', threadId: 'T1' }
const QUEUE: ThreadQueue = {
  items: [
    { runId: 'run', text: 'As it was', stage: 'queued' },
    { runId: 'other', text: 'Another', stage: 'queued' },
  ],
  paused: false,
}

async function setUp(queue = QUEUE) {
  const draftsFrom = { ...createManualEnvironment(), shared: createManualShared().page(), now: () => 0 }
  const drafts = draftsOf(draftsFrom)
  const asked: string[] = []
  const registry: Partial<RunRegistry> = {
    editQueued: () => Promise.reject(new Error('No.')),
    pauseQueue: async () => void asked.push('pause'),
    resumeQueue: async () => void asked.push('resume'),
  }
  const shown = (now: ThreadQueue) => (
    <ServicesProvider value={{ draftsFrom } as Partial<Services> as Services}>
      <RegistryProvider registry={registry as RunRegistry}>
        <Queue threadKey={KEY} queue={now} heldBy={undefined} activity={{ type: 'idle' }} />
      </RegistryProvider>
    </ServicesProvider>
  )
  const screen = await render(shown(queue))
  const become = (now: ThreadQueue) => screen.rerender(shown(now))
  const field = screen.getByRole('textbox', { name: 'Edit queued message' })
  return { screen, become, asked, field, kept: () => drafts.read('R1/T1'), drop: () => drafts.write('R1/T1', '') }
}

it('edited text is in the message box each time the change fails', async () => {
  const { screen, field, kept, drop } = await setUp()
  for (const words of ['First try', 'Second try']) {
    await screen.getByText('As it was').click()
    await field.fill(words)
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.poll(kept).toContain(words)
    drop()
  }
})

it('edited text is in the message box once its thread is left, and the queue resumes', async () => {
  const { screen, asked, field, kept } = await setUp()
  await screen.getByText('As it was').click()
  await field.fill('Half a sen')
  expect(asked).toEqual(['pause'])
  await screen.unmount()
  expect(kept()).toBe('Half a sen')
  expect(asked).toEqual(['pause', 'resume'])
})

it('edited text is in the message box when the page closes or another message is edited, and nowhere if it was unchanged', async () => {
  const { screen, asked, field, kept, drop } = await setUp()
  await screen.getByText('As it was').click()
  await field.fill('Half a sen')
  await screen.getByText('Another').click()
  expect(kept()).toBe('Half a sen')
  drop()
  window.dispatchEvent(new Event('pagehide'))
  await expect.element(field).not.toBeInTheDocument()
  expect(kept()).toBe('')
  expect(asked.at(-1)).toBe('resume')
  await screen.unmount()
  expect(asked.filter((each) => each === 'resume')).toHaveLength(1)
})

it('a queue that a person paused stays paused when an edit is abandoned', async () => {
  const { screen, asked, field, kept } = await setUp({ ...QUEUE, paused: true })
  await screen.getByText('As it was').click()
  await field.fill('Half a sen')
  await screen.unmount()
  expect(kept()).toBe('Half a sen')
  expect(asked).toEqual([])
})

it.each([
  { what: 'changed elsewhere', first: [{ runId: 'run', text: 'By another', stage: 'queued' }] as const },
  { what: 'sent', first: [] as const },
])('an unchanged edit puts nothing into the message box when it was $what', async ({ first }) => {
  const { screen, become, asked, field, kept } = await setUp()
  await screen.getByText('As it was').click()
  await expect.element(field).toBeVisible()
  await become({ items: [...first, ...QUEUE.items.slice(1)], paused: true })
  await screen.unmount()
  expect(kept()).toBe('')
  expect(asked).toEqual(['pause', 'resume'])
})
