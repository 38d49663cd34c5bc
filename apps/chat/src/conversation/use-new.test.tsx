/** In a real browser: what is new to a person who comes to a thread. */
import type { RunRegistry, ThreadState } from '@holdfast/client'
import { isUnread, type ReadMarks, type ThreadKey } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { afterEach, expect, it, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { useNew } from './use-new.ts'

const KEY = { roomId: 'R', threadId: 'T' }
const AT = '2026-01-01T00:00:00.000Z'
const LIVE = { type: 'live' } as ThreadState['connection']
const CONNECTING = { type: 'connecting', attempt: 0 } as ThreadState['connection']
const event = (seq: number, more: object) => ({ v: 1, ...KEY, runId: 'r', seq, at: AT, kind: 'agui', event: more })
const LOG = [
  { v: 1, ...KEY, seq: 5, at: AT, kind: 'control', event: { type: 'thread.changed', title: 'T' } },
  event(6, { type: 'RUN_STARTED', threadId: 'T', runId: 'r' }),
  event(7, { type: 'TEXT_MESSAGE_START', messageId: 'answer', role: 'assistant' }),
  event(8, { type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'look' }),
]

const spies: { mockRestore(): void }[] = []
afterEach(() => {
  for (const spy of spies.splice(0)) spy.mockRestore()
})

function Page({ connection }: { readonly connection: ThreadState['connection'] }) {
  return <p>{[...useNew({ key: KEY, connection })].join(' ') || 'nothing new'}</p>
}

async function setUp(first: ReadMarks | undefined, { attended = true, connection = LIVE } = {}) {
  spies.push(vi.spyOn(document, 'hasFocus').mockReturnValue(attended))
  let marks = first
  let tell: (change: ThreadKey & { readonly unread: boolean }) => void = () => {}
  const ask = vi.fn(async () => ({ envelopes: LOG, next: 8, upToDate: true }))
  const registry = {
    marks: {
      of: () => marks,
      subscribe(listener: typeof tell) {
        tell = listener
        return () => {}
      },
    },
    ask,
  } as unknown as RunRegistry
  const page = (now: ThreadState['connection']) => (
    <RegistryProvider registry={registry}>
      <Page connection={now} />
    </RegistryProvider>
  )
  const screen = await render(page(connection))
  return {
    text: () => screen.container.textContent,
    screen,
    ask,
    mark(next: ReadMarks, key: ThreadKey = KEY) {
      if (key === KEY) marks = next
      tell({ ...key, unread: isUnread(next) })
    },
    again: () => render(page(connection)),
  }
}

it('what was written after the read mark is new when the thread is opened, while it is read, and not the next time', async () => {
  const { text, ask, mark, screen, again } = await setUp({ completedSeq: 9, readSeq: 4 })
  await expect.poll(text).toBe('answer call')
  expect(ask.mock.calls).toEqual([['log', [KEY, { after: 4, limit: 200 }]]])
  mark({ completedSeq: 9, readSeq: 9 })
  expect(text()).toBe('answer call')
  await screen.unmount()
  const next = await again()
  await expect.element(next.getByText('nothing new')).toBeInTheDocument()
  expect(ask).toHaveBeenCalledTimes(1)
})

it('what is written before a person’s eyes is not new, nor is a thread that they mark as unread', async () => {
  const { text, ask, mark } = await setUp({ completedSeq: 4, readSeq: 4 })
  mark({ completedSeq: 9, readSeq: 4 })
  mark({ completedSeq: 9, readSeq: 9, markedUnread: true })
  expect(text()).toBe('nothing new')
  expect(ask).not.toHaveBeenCalled()
})

it('what ends in a window that nobody is at is new to the person who returns to it', async () => {
  const { text, mark } = await setUp({ completedSeq: 4, readSeq: 4 }, { attended: false })
  mark({ completedSeq: 9, readSeq: 4 }, { roomId: 'S', threadId: 'T' })
  expect(text()).toBe('nothing new')
  mark({ completedSeq: 9, readSeq: 4 })
  await expect.poll(text).toBe('answer call')
})

it('a page that learns only after loading that the thread is unread shows what is new too', async () => {
  const { text, ask, mark } = await setUp(undefined, { connection: CONNECTING })
  expect(ask).not.toHaveBeenCalled()
  mark({ completedSeq: 9, readSeq: 4 })
  await expect.poll(text).toBe('answer call')
})
