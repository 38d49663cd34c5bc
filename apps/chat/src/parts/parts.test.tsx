/** Parts that fail to load or throw: each affects only itself, and can be retried. */

import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, it, vi } from 'vitest'
import { createPart, onPartFailed } from './part.ts'
import { type FailedProps, shown } from './shown.tsx'

const until = vi.waitFor
const undo: (() => void)[] = []
afterEach(() => {
  for (const act of undo.splice(0)) act()
})

/** A module that loads when the test lets it. */
function createServer() {
  const waiting: { resolve(): void; reject(): void }[] = []
  let asked = 0
  const fetch = () => {
    asked += 1
    return new Promise<{ readonly Hello: () => React.ReactNode }>((resolve, reject) => {
      waiting.push({
        resolve: () => resolve({ Hello: () => <p>Hello</p> }),
        reject: () => reject(new TypeError('Failed to fetch')),
      })
    })
  }
  return { fetch, asked: () => asked, next: () => waiting.shift() }
}

function Failed({ error, again, close }: FailedProps) {
  return (
    <div role="alert">
      {String(error)}
      <button type="button" onClick={again}>
        Try again
      </button>
      {close && (
        <button type="button" onClick={close}>
          Close
        </button>
      )}
    </div>
  )
}

function show(element: React.ReactNode) {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place, { onCaughtError: () => {} })
  undo.push(() => {
    root.unmount()
    place.remove()
  })
  flushSync(() => root.render(element))
  const click = (name: string) =>
    flushSync(() => [...place.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click())
  return { text: () => place.textContent, click }
}

it('a part is requested when it is first shown, and replaces its placeholder', async () => {
  const server = createServer()
  const part = createPart(server.fetch)
  expect(server.asked()).toBe(0)
  const Hello = shown(part, (module) => module.Hello, { failed: Failed, waiting: () => 'soon' })
  const page = show(<Hello />)
  await until(() => expect(server.asked()).toBe(1))
  expect(page.text()).toBe('soon')
  server.next()?.resolve()
  await until(() => expect(page.text()).toBe('Hello'))
  show(<Hello />)
  expect(server.asked()).toBe(1)
})

it('a part that fails to load says so, leaves its surroundings alone, and loads on retry', async () => {
  const server = createServer()
  const failed = vi.fn()
  undo.push(onPartFailed(failed))
  const Hello = shown(createPart(server.fetch), (module) => module.Hello, { failed: Failed })
  const page = show(
    <>
      <i>kept </i>
      <Hello />
    </>,
  )
  await until(() => expect(server.asked()).toBe(1))
  server.next()?.reject()
  await until(() => expect(page.text()).toBe('kept TypeError: Failed to fetchTry again'))
  expect(failed).toHaveBeenCalledTimes(1)
  page.click('Try again')
  await until(() => expect(server.asked()).toBe(2))
  server.next()?.resolve()
  await until(() => expect(page.text()).toBe('kept Hello'))
})

it('a failed part is retried by itself once the network is back, while it is still wanted', async () => {
  const server = createServer()
  const part = createPart(server.fetch)
  const Hello = shown(part, (module) => module.Hello, { failed: Failed })
  const page = show(<Hello />)
  await until(() => expect(server.asked()).toBe(1))
  server.next()?.reject()
  await until(() => expect(part.state().type).toBe('failed'))
  window.dispatchEvent(new Event('online'))
  await until(() => expect(server.asked()).toBe(2))
  server.next()?.resolve()
  await until(() => expect(page.text()).toBe('Hello'))
})

it('a part that throws while rendering affects nothing else, and is rendered again on request', async () => {
  let broken = true
  const part = createPart(async () => ({
    Fragile() {
      if (broken) throw new Error('It broke.')
      return <p>Whole</p>
    },
  }))
  await part.load()
  const Fragile = shown(part, (module) => module.Fragile, { failed: Failed })
  const page = show(
    <>
      <i>kept </i>
      <Fragile />
    </>,
  )
  await until(() => expect(page.text()).toContain('kept Error: It broke.'))
  broken = false
  page.click('Try again')
  await until(() => expect(page.text()).toBe('kept Whole'))
})

it('is loaded from another address after a failure, because a browser may remember that the first one failed', async () => {
  // As the build writes it: the address is in the function's source.
  const fetch = () => Promise.reject(new Error('The first address failed.'))
  const part = createPart(Object.assign(fetch, { toString: () => '() => import("./not-there.js")' }))
  const message = () => {
    const state = part.state()
    return state.type === 'failed' ? String(state.error) : state.type
  }
  await part.load()
  expect(message()).toBe('Error: The first address failed.')
  for (const attempt of [1, 2]) {
    await part.load()
    expect(message()).toContain(`/not-there.js?again=${attempt}`)
  }
})
