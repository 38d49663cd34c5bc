/** In a real browser: which of two panes a person uses, and what is reported to the server. */
import { browserEnvironment, type RunTransport } from '@holdfast/client'
import type { PresenceBody, ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { type Address, reportPresence, watchPresence } from './presence.ts'

const A: ThreadKey = { roomId: 'r', threadId: 'a' }
const B: ThreadKey = { roomId: 'r', threadId: 'b' }
const C: ThreadKey = { roomId: 'r', threadId: 'c' }

function createAddress(first: ThreadKey | undefined, second?: ThreadKey) {
  const listeners = new Set<() => void>()
  let at = { first, second }
  const address: Address = {
    panes: () => at,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const go = (next: typeof at) => {
    at = next
    for (const listener of listeners) listener()
  }
  return { address, go, listening: () => listeners.size }
}

function Panes({ two }: { readonly two: boolean }) {
  return (
    <>
      <nav>
        <button type="button">List</button>
      </nav>
      <section data-pane="first">
        <input aria-label="first" />
      </section>
      {two && (
        <section data-pane="second">
          <input aria-label="second" />
          <p>Words</p>
        </section>
      )}
    </>
  )
}

it('of two panes, the one used last is reported until it is closed', async () => {
  const screen = await render(<Panes two />)
  const { address, go, listening } = createAddress(A, B)
  const show = vi.fn()
  const stop = watchPresence(address, { show })
  expect(show).toHaveBeenLastCalledWith(A)
  await screen.getByText('Words').click()
  expect(show).toHaveBeenLastCalledWith(B)
  await screen.getByRole('button', { name: 'List' }).click()
  expect(show).toHaveBeenLastCalledWith(B)
  go({ first: C, second: B })
  expect(show).toHaveBeenLastCalledWith(B)
  screen.getByRole('textbox', { name: 'first' }).element().focus()
  expect(show).toHaveBeenLastCalledWith(C)
  screen.getByRole('textbox', { name: 'second' }).element().focus()
  await screen.rerender(<Panes two={false} />)
  go({ first: C, second: undefined })
  expect(show).toHaveBeenLastCalledWith(C)
  go({ first: undefined, second: undefined })
  expect(show).toHaveBeenLastCalledWith(undefined)
  stop()
  expect(listening()).toBe(0)
  show.mockClear()
  await screen.getByRole('textbox', { name: 'first' }).click()
  expect(show).not.toHaveBeenCalled()
})

it('a used page reports its thread as focused, and as visible once the person is elsewhere', async () => {
  const said: PresenceBody[] = []
  const transport: Pick<RunTransport, 'ask'> = {
    async ask(_, [body]) {
      said.push(body as PresenceBody)
      return undefined as never
    },
  }
  const focused = vi.spyOn(document, 'hasFocus').mockReturnValue(true)
  const stop = reportPresence({ transport, environment: browserEnvironment(), address: createAddress(A).address })
  try {
    await vi.waitFor(() => expect(said).toMatchObject([{ state: 'focused', thread: A }]), { timeout: 10_000 })
    focused.mockReturnValue(false)
    window.dispatchEvent(new Event('blur'))
    await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ state: 'visible', thread: A }), { timeout: 10_000 })
  } finally {
    stop()
    focused.mockRestore()
  }
})
