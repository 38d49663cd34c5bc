/** Locks, broadcast channels and tabs in a real page. */

import { describe, expect, it, vi } from 'vitest'
import { browserNeighbours } from '../environment/browser-neighbours.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { createTabTransport } from './tab-transport.ts'

const found = browserNeighbours()
if (!found) throw new Error('This browser has no locks.')
const { locks, broadcast } = found

const clock = {
  now: Date.now,
  schedule(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

describe('a lock of the browser', () => {
  it('is had by one until it is done, then by the next; who gives up waiting has nothing', async () => {
    const first = Promise.withResolvers<void>()
    const told: string[] = []
    const having = locks.hold('a', {}, () => {
      told.push('first')
      return first.promise
    })
    const gaveUp = new AbortController()
    const never = locks.hold('a', { signal: gaveUp.signal }, async () => void told.push('never'))
    const next = locks.hold('a', {}, async () => void told.push('second'))
    gaveUp.abort()
    await never
    await vi.waitFor(() => expect(told).toEqual(['first']))
    first.resolve()
    await Promise.all([having, next])
    expect(told).toEqual(['first', 'second'])
  })

  it('is taken from who has it, who is told', async () => {
    const told = vi.fn()
    const having = locks.hold('b', {}, (stolen) => {
      stolen.addEventListener('abort', told)
      return new Promise(() => {})
    })
    await locks.hold('b', { steal: true }, async () => {})
    await having
    expect(told).toHaveBeenCalledTimes(1)
  })
})

it('a message on a line arrives at its other ends, until the line is closed', async () => {
  const [one, other] = [broadcast('line'), broadcast('line')]
  const heard: unknown[] = []
  const undo = other.listen(
    (message) => void heard.push(message),
    () => {},
  )
  one.post({ n: 1 })
  await vi.waitFor(() => expect(heard).toEqual([{ n: 1 }]))
  undo()
  undo()
  one.close()
  one.post({ n: 2 })
  other.close()
})

it('a shared worker that the browser refuses is reported as missing', () => {
  vi.stubGlobal(
    'SharedWorker',
    class {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
    },
  )
  expect(found.sharedWorker('worker.js', 'refused')).toBeUndefined()
  vi.unstubAllGlobals()
})

it('two tabs of one profile share the connection of the first, by the browser’s own locks and channels', async () => {
  const server = createScriptedTransport()
  server.addRoom({ roomId: 'garden', title: 'Garden', agentId: 'demo' })
  const connect = vi.fn(() => server)
  const neighbours = { locks, broadcast, sharedWorker: () => undefined }
  const open = (tabId: string) =>
    createTabTransport({ neighbours, clock, tabId, person: 'somebody', build: 'this', load: async () => connect })
  const [one, two] = [open('one'), open('two')]
  expect(await two.ask('rooms', [])).toEqual(await one.ask('rooms', []))
  expect(connect).toHaveBeenCalledTimes(1)
  const [leader, follower] = one.role === 'leading' ? [one, two] : [two, one]
  expect(follower.role).toBe('following')
  leader.close()
  await vi.waitFor(async () => expect((await follower.ask('rooms', [])).items).toHaveLength(2))
  expect(follower.role).toBe('leading')
  follower.close()
})
