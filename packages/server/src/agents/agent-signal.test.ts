import { once as waitFor } from 'node:events'
import { expect, it } from 'vitest'
import { createSignalGuard } from './agent-signal.ts'

it('a listener of the signal that throws or rejects is reported, and all other listeners still run', async () => {
  const thrown: unknown[] = []
  const heard: string[] = []
  const controller = new AbortController()
  const { signal } = controller
  createSignalGuard<string[]>((whose, error) => thrown.push([...whose, error]))(signal, ['mine'])
  const away = () => heard.push('away')
  signal.addEventListener('abort', () => {
    throw 'thrown'
  })
  signal.addEventListener('abort', async () => {
    throw 'rejected'
  })
  signal.addEventListener('abort', {
    handleEvent() {
      throw 'object'
    },
  })
  signal.onabort = () => {
    throw 'property'
  }
  signal.addEventListener('abort', away)
  signal.addEventListener('abort', () => heard.push('last'), { once: true })
  signal.removeEventListener('abort', away)
  controller.abort()
  await new Promise(setImmediate)
  expect(thrown).toEqual(['thrown', 'object', 'property', 'rejected'].map((error) => ['mine', error]))
  expect(heard).toEqual(['last'])
})

it('the guarded signal works wherever an AbortSignal is accepted', async () => {
  const controller = new AbortController()
  const { signal } = controller
  createSignalGuard(() => {})(signal, {})
  const any = AbortSignal.any([signal, new AbortController().signal])
  const once = waitFor(signal, 'abort')
  const fetched = fetch('http://127.0.0.1:9/', { signal: new Request('http://127.0.0.1:9/', { signal }).signal })
  controller.abort()
  await once
  await expect(fetched).rejects.toThrow()
  expect(signal).toBeInstanceOf(AbortSignal)
  expect(any.reason).toBe(signal.reason)
})
