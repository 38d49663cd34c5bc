/** In a real browser: what becomes of words that a waiting message was to be changed to. */
import type { RunRegistry, ThreadQueue } from '@holdfast/client'
import { RegistryProvider } from '@holdfast/react'
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { createDrafts } from '../composer/drafts.ts'
import { type Services, ServicesProvider } from '../services.ts'
import Queue from './queue.tsx'

const KEY = { roomId: 'R1', threadId: 'T1' }
const QUEUE: ThreadQueue = { items: [{ runId: 'run', text: 'As it was', stage: 'queued' }], paused: false }

it('they are in the field each time that the change does not come about', async () => {
  const drafts = createDrafts({ read: () => undefined, write() {}, remove() {}, names: () => [] }, () => 0)
  const registry: Partial<RunRegistry> = {
    editQueued: () => Promise.reject(new Error('No.')),
    pauseQueue: async () => {},
    resumeQueue: async () => {},
  }
  const screen = await render(
    <ServicesProvider value={{ drafts } as Partial<Services> as Services}>
      <RegistryProvider registry={registry as RunRegistry}>
        <Queue threadKey={KEY} queue={QUEUE} activity={{ type: 'idle' }} />
      </RegistryProvider>
    </ServicesProvider>,
  )
  for (const words of ['First try', 'Second try']) {
    await screen.getByText('As it was').click()
    await screen.getByRole('textbox', { name: 'Change the waiting message' }).fill(words)
    await screen.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => drafts.read('R1/T1')).toContain(words)
    drafts.write('R1/T1', '')
  }
})
