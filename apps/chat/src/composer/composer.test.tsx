/** In a real browser: keys of the message box that belong to text composition. */
import { expect, it, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { Composer } from './composer.tsx'

/** As Safari reports it: the key that ends a composition arrives after its end, with the key code of composition. */
const COMPOSED = { keyCode: 229, bubbles: true, cancelable: true }

it('the key that accepts a composed word neither sends nor stops', async () => {
  const [send, stop] = [vi.fn(), vi.fn()]
  const draft = '日本'
  const screen = await render(<Composer mode="send" draft={draft} write={() => {}} send={send} stop={stop} />)
  const field = screen.getByRole('textbox', { name: 'Message' }).element()
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ...COMPOSED }))
  expect(send).not.toHaveBeenCalled()
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  expect(send).toHaveBeenCalledWith(draft)
  await screen.rerender(<Composer mode="stop" draft={draft} write={() => {}} send={send} stop={stop} />)
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', ...COMPOSED }))
  expect(stop).not.toHaveBeenCalled()
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
  expect(stop).toHaveBeenCalledTimes(1)
})
