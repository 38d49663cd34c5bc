/** Hooks look and never own: in a real browser, with React's own commits, against a scripted server. */
import { createRunRegistry, type ThreadState } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport, MANUAL_FRAME_MS } from '@holdfast/client/testing'
import { newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import { type ReactNode, StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { RegistryProvider, useActiveRuns, useRegistry, useRooms, useThread, useThreadList } from './index.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R2', threadId: 'T1' }

function words({ content, pending }: ThreadState): string {
  const messages = content.type === 'ready' ? pathTo(content.view.messages, newestLeaf(content.view.messages)) : []
  return [...messages, ...pending].map((message) => message.content).join('|')
}

/** Each committed pair of key and words. */
function Conversation({ of, commits }: { of: ThreadKey; commits?: string[] }): ReactNode {
  const state = useThread(of)
  const shown = `${of.roomId}: ${words(state)}`
  commits?.push(shown)
  return <p>{shown}</p>
}

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <RegistryProvider registry={registry}>{children}</RegistryProvider>
    </StrictMode>
  )
  const cancels = () => transport.asked.filter(({ type }) => type === 'cancelRun' || type === 'cancelThread')
  const frame = () => environment.clock.advance(MANUAL_FRAME_MS)
  return { environment, transport, registry, wrapper, cancels, frame }
}

/** Two runs in two rooms under the same thread id, both followed. */
async function twoRuns(parts: ReturnType<typeof setUp>) {
  const { registry, transport } = parts
  const a = registry.start(A, { text: 'to A' })
  const b = registry.start(B, { text: 'to B' })
  await Promise.all([a.accepted, b.accepted])
  await vi.waitFor(() => expect(transport.connections).toBe(2))
  transport.say(A, a.runId, 'from A')
  transport.say(B, b.runId, 'from B')
  return { a, b }
}

it('S000-1 S004-2 S002-C4 I3 unmounting in the middle of a run sends no cancel, and the run goes on', async () => {
  const parts = setUp()
  const { a } = await twoRuns(parts)
  const screen = await render(<Conversation of={A} />, { wrapper: parts.wrapper })
  await expect.element(screen.getByText('R1: to A|from A')).toBeInTheDocument()
  await screen.unmount()
  parts.transport.say(A, a.runId, ', still')
  const again = await render(<Conversation of={A} />, { wrapper: parts.wrapper })
  await expect.element(again.getByText('R1: to A|from A, still')).toBeInTheDocument()
  expect(parts.cancels()).toEqual([])
})

it('S004-32 two views of one thread both show its run', async () => {
  const parts = setUp()
  const { a } = await twoRuns(parts)
  const screen = await render(
    <>
      <Conversation of={A} />
      <Conversation of={A} />
    </>,
    { wrapper: parts.wrapper },
  )
  parts.transport.say(A, a.runId, ' twice')
  parts.frame()
  await vi.waitFor(() => expect(screen.container.textContent).toBe('R1: to A|from A twiceR1: to A|from A twice'))
})

it('S000-35 S000-37 another key shows its state in the same commit: no empty frame, nothing of the other', async () => {
  const parts = setUp()
  await twoRuns(parts)
  const commits: string[] = []
  const screen = await render(<Conversation of={A} commits={commits} />, { wrapper: parts.wrapper })
  await screen.rerender(<Conversation of={B} commits={commits} />)
  await screen.rerender(<Conversation of={A} commits={commits} />)
  expect(new Set(commits)).toEqual(new Set(['R1: to A|from A', 'R2: to B|from B']))
})

it('a burst of deltas is one commit a frame', async () => {
  const parts = setUp()
  const { a } = await twoRuns(parts)
  const commits: string[] = []
  await render(<Conversation of={A} commits={commits} />, { wrapper: parts.wrapper })
  const before = commits.length
  for (let delta = 0; delta < 50; delta += 1) parts.transport.say(A, a.runId, '.')
  expect(commits.length).toBe(before)
  parts.frame()
  await vi.waitFor(() => expect(commits.at(-1)).toBe(`R1: to A|from A${'.'.repeat(50)}`))
  // StrictMode renders each commit twice.
  expect(commits.length).toBe(before + 2)
})

it('lists and the active runs follow what starts here, and leaving everything leaves nothing behind', async () => {
  const parts = setUp()
  function Everything(): ReactNode {
    const { items: rooms = [] } = useRooms()
    const { items: threads = [] } = useThreadList('R1')
    const active = useActiveRuns()
    return (
      <p>
        {rooms.map(({ title }) => title).join()} / {threads.map(({ status }) => status).join()} / {active.length}
      </p>
    )
  }
  const screen = await render(<Everything />, { wrapper: parts.wrapper })
  await expect.element(screen.getByText('Default / / 0')).toBeInTheDocument()
  const { runId, accepted } = parts.registry.start(A, { text: 'Hello' })
  await expect.element(screen.getByText('Default / working / 1')).toBeInTheDocument()
  await accepted
  await vi.waitFor(() => expect(parts.transport.connections).toBe(1))
  parts.transport.end(A, runId)
  await expect.element(screen.getByText('Default / idle / 0')).toBeInTheDocument()
  await screen.unmount()
  parts.environment.clock.advance(60_000)
  await vi.waitFor(() => expect(parts.transport.connections).toBe(0))
  expect(parts.environment.clock.waiting).toBe(0)
  expect(parts.environment.listeners).toBe(0)
})

it('a hook outside a provider says what is missing', async () => {
  function Lost(): ReactNode {
    useRegistry()
    return null
  }
  const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
  await expect(render(<Lost />)).rejects.toThrow('RegistryProvider')
  silence.mockRestore()
})
