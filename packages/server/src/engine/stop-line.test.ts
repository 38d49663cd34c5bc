import { once as waitFor } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createStopLine, STOPPED, type Stop } from './stop-line.ts'

const STOPS: Record<Stop['type'], Stop> = {
  cancel: { type: 'cancel', cancel: { by: 'me' } },
  fail: { type: 'fail', failure: { code: 'store_failed', message: 'x' } },
  release: { type: 'release' },
  lost: { type: 'lost' },
}
const ALL = Object.values(STOPS)

describe('a second reason', () => {
  const cells = ALL.flatMap((first) => ALL.map((second) => [first, second] as const))
  it.each(cells)('$type then $type: only a lost lease replaces another', (first, second) => {
    const line = createStopLine()
    line.pull(first)
    line.pull(second)
    expect(line.stop()).toBe(second.type === 'lost' && first.type !== 'lost' ? second : first)
  })
})

it('aborts the signal at the first pull, with a reason that fetch understands', () => {
  const line = createStopLine()
  let aborted = 0
  line.signal.addEventListener('abort', () => aborted++)
  line.pull(STOPS.cancel)
  line.pull(STOPS.lost)
  expect(aborted).toBe(1)
  expect(line.signal.reason).toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
})

it('a listener of the signal that throws, or rejects, hurts nobody: the others hear of it, and it is told', async () => {
  const thrown: unknown[] = []
  const heard: string[] = []
  const line = createStopLine((error) => thrown.push(error))
  const { signal } = line
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
  line.pull(STOPS.cancel)
  await new Promise(setImmediate)
  expect(thrown).toEqual(['thrown', 'object', 'property', 'rejected'])
  expect(heard).toEqual(['last'])
})

it('the signal is one that whatever takes signals takes', async () => {
  const line = createStopLine()
  const { signal } = line
  const any = AbortSignal.any([signal, new AbortController().signal])
  const once = waitFor(signal, 'abort')
  const fetched = fetch('http://127.0.0.1:9/', { signal: new Request('http://127.0.0.1:9/', { signal }).signal })
  line.pull(STOPS.cancel)
  await once
  await expect(fetched).rejects.toThrow()
  expect(signal).toBeInstanceOf(AbortSignal)
  expect(any.reason).toBe(signal.reason)
})

it('lets go of a promise that never ends, and of one that fails too late', async () => {
  const line = createStopLine()
  const { promise, reject } = Promise.withResolvers<number>()
  const waiting = line.orStopped(promise)
  line.pull(STOPS.cancel)
  expect(await waiting).toBe(STOPPED)
  reject(new Error('late'))
  expect(await line.orStopped(new Promise(() => {}))).toBe(STOPPED)
})

it('gives the promise’s own end while nobody pulls', async () => {
  const line = createStopLine()
  expect(await line.orStopped(Promise.resolve(1))).toBe(1)
  await expect(line.orStopped(Promise.reject(new Error('x')))).rejects.toThrow('x')
})
