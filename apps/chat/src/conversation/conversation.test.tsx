/**
 * A conversation of 5,000 messages in a real browser: which lines are in the page, which are rendered again, where the
 * reader is.
 */
import { emptyView, type ThreadMessage } from '@holdfast/core'
import { beforeEach, expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { Conversation } from './conversation.tsx'
import './conversation.css'

const MANY = 5_000
const actions = { retry: () => {}, continueFrom: () => {} }
const agentTitle = vi.fn(() => 'Demo')
let thread = 0

beforeEach(() => {
  thread += 1
  agentTitle.mockClear()
})

/** Alternating questions and answers of one to five lines; `tail` follows the last answer. */
function messagesOf(count: number, tail = ''): ThreadMessage[] {
  return Array.from({ length: count }, (_, n) => {
    const said = Array.from({ length: 1 + (n % 5) }, (_, line) => `m${n} line ${line}`).join('\n\n')
    return {
      id: `m${n}`,
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: n === count - 1 ? said + tail : said,
      parentId: n === 0 ? null : `m${n - 1}`,
    } satisfies ThreadMessage
  })
}

function Thread({ messages, writing = false }: { messages: readonly ThreadMessage[]; writing?: boolean }) {
  const key = { roomId: 'R', threadId: `T${thread}` }
  const last = messages.at(-1)
  const open =
    writing && last ? [{ kind: 'text' as const, id: last.id, runId: 'r', startedAt: '2026-01-01T00:00:00Z' }] : []
  const view = { ...emptyView(key), messages, open }
  return (
    <div style={{ height: 400, width: 600, position: 'relative' }}>
      <Conversation
        state={{ key, content: { type: 'ready', view }, pending: [], activity: { type: 'idle' } }}
        agentTitle={agentTitle}
        actions={actions}
      />
    </div>
  )
}

async function show(messages: readonly ThreadMessage[], writing = false) {
  const screen = await render(<Thread messages={messages} writing={writing} />)
  const box = screen.getByRole('region', { name: 'Conversation' }).element()
  const fromEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight
  const scrollTo = async (top: number) => {
    box.dispatchEvent(new WheelEvent('wheel', { deltaY: top - box.scrollTop }))
    box.scrollTop = top
    await frames(3)
  }
  /** The position of a line in the window; undefined if it is not in the page. */
  const placeOf = (n: number) => lineOf(n)?.getBoundingClientRect().top
  const lineOf = (n: number) => screen.container.querySelector(`[data-line="${n}"]`)
  const inPage = () => screen.container.querySelectorAll('[data-line]').length
  return { ...screen, box, fromEnd, scrollTo, placeOf, lineOf, inPage }
}

/** Until the list has measured what it shows: nothing moves for ten frames. */
async function settled(box: Element): Promise<void> {
  const look = () => `${box.scrollTop} ${box.scrollHeight}`
  let before = look()
  for (let still = 0; still < 10; ) {
    await frames(1)
    const now = look()
    still = now === before ? still + 1 : 0
    before = now
  }
}

async function frames(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise(requestAnimationFrame)
}

it('a conversation opens at its end with few lines in the page; the first line appears when scrolled to', async () => {
  const { box, fromEnd, inPage, lineOf, scrollTo, getByRole } = await show(messagesOf(MANY))
  expect(lineOf(MANY - 1)?.textContent).toContain(`m${MANY - 1} line 4`)
  await frames(2)
  expect(fromEnd()).toBeLessThan(2)
  expect(inPage()).toBeLessThan(200)
  await scrollTo(0)
  await expect.poll(() => lineOf(0)?.textContent).toContain('m0 line 0')
  expect(inPage()).toBeLessThan(200)
  await getByRole('button', { name: 'Jump to latest' }).click()
  await expect.poll(fromEnd).toBeLessThan(2)
  expect(box.textContent).toContain(`m${MANY - 1} line 4`)
})

it('a new word renders its own line again and no other', async () => {
  const screen = await show(messagesOf(MANY, ' one'), true)
  await frames(3)
  expect(agentTitle.mock.calls.length).toBeGreaterThan(10)
  agentTitle.mockClear()
  await screen.rerender(<Thread messages={messagesOf(MANY, ' one two')} writing />)
  await expect.poll(() => screen.lineOf(MANY - 1)?.textContent).toContain('one two')
  expect(agentTitle).toHaveBeenCalledTimes(1)
})

it('a reader is moved neither by text at the end nor by a line above that grows', async () => {
  const screen = await show(messagesOf(MANY, ' one'), true)
  const middle = screen.box.scrollHeight / 2
  await screen.scrollTo(middle)
  await settled(screen.box)
  const [shown] = [...screen.container.querySelectorAll('[data-line]')].filter(
    (line) => line.getBoundingClientRect().top > screen.box.getBoundingClientRect().top + 20,
  )
  const at = Number(shown?.getAttribute('data-line'))
  const before = screen.placeOf(at) ?? Number.NaN
  await screen.rerender(<Thread messages={messagesOf(MANY, '\n\nmore'.repeat(40))} writing />)
  await settled(screen.box)
  expect(screen.placeOf(at)).toBeCloseTo(before, 0)

  // The line before the first that is seen unfolds.
  const above = screen.lineOf(at - 4)
  if (!(above instanceof HTMLElement)) throw new Error('The lines just above what is seen stand in the page.')
  above.style.paddingBottom = '300px'
  await expect.poll(() => screen.placeOf(at)).toBeCloseTo(before, 0)
  expect(screen.getByRole('button', { name: 'Jump to latest' }).query()).not.toBeNull()
})

it('a reader who scrolls up at the moment of a new word stays there', async () => {
  const screen = await show(messagesOf(MANY, ' one'), true)
  await frames(3)
  const middle = screen.box.scrollHeight / 2
  screen.box.scrollTop = middle
  // Before the browser has reported the scroll.
  await screen.rerender(<Thread messages={messagesOf(MANY, '\n\nmore'.repeat(40))} writing />)
  await frames(20)
  expect(screen.fromEnd()).toBeGreaterThan(middle / 2)
  expect(screen.getByRole('button', { name: 'Jump to latest' }).query()).not.toBeNull()
})

it('leaving and returning restores the scroll position in the same frame', async () => {
  const messages = messagesOf(MANY)
  const first = await show(messages)
  await first.scrollTo(first.box.scrollHeight / 3)
  await frames(20)
  const seen = [...first.container.querySelectorAll('[data-line]')].find(
    (line) => line.getBoundingClientRect().top > first.box.getBoundingClientRect().top,
  )
  const at = Number(seen?.getAttribute('data-line'))
  const before = first.placeOf(at) ?? Number.NaN
  await first.unmount()

  const again = await show(messages)
  await frames(1)
  expect(again.placeOf(at)).toBeCloseTo(before, 0)
  await frames(10)
  expect(again.placeOf(at)).toBeCloseTo(before, 0)
  await again.unmount()
})

it('a selection survives while answers are written and its line is scrolled away', async () => {
  const screen = await show(messagesOf(MANY, ' one'), true)
  await screen.scrollTo(screen.box.scrollHeight / 2)
  await frames(20)
  const lines = [...screen.container.querySelectorAll('[data-line]')].filter(
    (line) => line.getBoundingClientRect().top > screen.box.getBoundingClientRect().top,
  )
  const [from, to] = [lines[0], lines[3]]
  if (!from || !to) throw new Error('There are lines in the middle.')
  document.getSelection()?.setBaseAndExtent(from, 0, to, to.childNodes.length)
  const selected = () => document.getSelection()?.toString()
  const before = selected()
  await frames(2)
  await screen.rerender(<Thread messages={messagesOf(MANY, ' one two')} writing />)
  await screen.scrollTo(0)
  await frames(3)
  expect(before).toContain(from.querySelector('.message-text')?.textContent?.slice(0, 12))
  expect(selected()).toBe(before)
  expect(from.isConnected && to.isConnected).toBe(true)
  document.getSelection()?.removeAllRanges()
  await expect.poll(() => from.isConnected).toBe(false)
})

it('a short conversation is in the page as a whole, for the browser’s own search', async () => {
  const { inPage, fromEnd } = await show(messagesOf(30))
  expect(inPage()).toBe(30)
  await frames(2)
  expect(fromEnd()).toBeLessThan(2)
  await expect.element(page.getByText('m0 line 0')).toBeInTheDocument()
})

it('an accepted run that has not started shows that it is queued, and its place, until it starts', async () => {
  const key = { roomId: 'R', threadId: 'turn' }
  const question = { id: 'q', role: 'user' as const, content: 'When?', parentId: null }
  const waiting = (place?: { position: number; of: number }) => (
    <div style={{ height: 400, width: 600, position: 'relative' }}>
      <Conversation
        state={{
          key,
          content: { type: 'ready', view: emptyView(key) },
          pending: [question],
          activity: { type: 'active', runId: 'r' },
        }}
        agentTitle={agentTitle}
        actions={actions}
        place={place}
      />
    </div>
  )
  const screen = await render(waiting({ position: 2, of: 5 }))
  await expect.element(screen.getByText('Queued, 2nd of 5')).toBeInTheDocument()
  expect(screen.getByText('Working…').query()).toBeNull()
  await screen.rerender(waiting())
  await expect.element(screen.getByText('Working…')).toBeInTheDocument()
  expect(screen.getByText(/^Queued/).query()).toBeNull()
})

it('progress is shown once: by reasoning, a tool or the text itself, and below them only in between', async () => {
  const key = { roomId: 'R', threadId: 'once' }
  const run = {
    runId: 'r',
    agentId: 'demo',
    parentId: 'q',
    acceptedAt: '2026-01-01T00:00:00Z',
    startedAt: '2026-01-01T00:00:00Z',
    status: 'running',
  } as const
  const question = { id: 'q', role: 'user' as const, content: 'When?', parentId: null }
  const of = { runId: 'r', parentId: 'q' }
  const thought = { ...of, id: 't', role: 'reasoning' as const, content: 'Hm.' }
  const call = { id: 'c', type: 'function' as const, function: { name: 'look_up', arguments: '{}' } }
  const called = { ...of, id: 'm', role: 'assistant' as const, toolCalls: [call] }
  const result = { runId: 'r', parentId: 'm', id: 'a', role: 'tool' as const, toolCallId: 'c', content: 'Soon.' }
  const words = { ...of, id: 'w', role: 'assistant' as const, content: 'So' }
  const open = (kind: 'text' | 'reasoning', id: string) => [{ kind, id, runId: 'r', startedAt: run.startedAt }]
  const going = (messages: readonly ThreadMessage[], being: ReturnType<typeof open> = []) => {
    const view = { ...emptyView(key), messages: [question, ...messages], runs: [run], open: being }
    const activity = { type: 'active', runId: 'r' } as const
    return (
      <div style={{ height: 400, width: 600, position: 'relative' }}>
        <Conversation
          state={{ key, content: { type: 'ready', view }, pending: [], activity }}
          agentTitle={agentTitle}
          actions={actions}
        />
      </div>
    )
  }
  const screen = await render(going([]))
  const said = () => ['Working…', 'Thinking…', 'Running'].filter((each) => screen.container.textContent?.includes(each))
  expect(said()).toEqual(['Working…'])
  await screen.rerender(going([thought], open('reasoning', 't')))
  expect(said()).toEqual(['Thinking…'])
  await screen.rerender(going([thought]))
  expect(said()).toEqual(['Working…'])
  await screen.rerender(going([called]))
  expect(said()).toEqual(['Running'])
  await screen.rerender(going([called, result]))
  expect(said()).toEqual(['Working…'])
  await screen.rerender(going([words], open('text', 'w')))
  expect(said()).toEqual([])
})
