import type { PresenceBody, ThreadKey } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { createPresenceReporter } from './reporter.ts'

const A: ThreadKey = { roomId: 'default', threadId: 'a' }
const B: ThreadKey = { roomId: 'default', threadId: 'b' }
const turn = () => new Promise(setImmediate)

function createPage() {
  const transport = createScriptedTransport()
  const environment = createManualEnvironment({ ids: 'tab-' })
  const listeners = new Set<() => void>()
  let focused = true
  const focus = {
    get focused() {
      return focused
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const reporter = createPresenceReporter({ transport, environment, focus })
  const said = (): readonly PresenceBody[] =>
    transport.asked.flatMap((asked) => (asked.type === 'presence' ? [asked.body] : []))
  return {
    transport,
    environment,
    reporter,
    said,
    listening: () => listeners.size + environment.listeners,
    setFocused(on: boolean) {
      focused = on
      for (const listener of [...listeners]) listener()
    },
    /** What was said in this time. */
    async pass(ms: number) {
      const before = said().length
      for (let passed = 0; passed < ms; passed += 1_000) {
        environment.clock.advance(Math.min(1_000, ms - passed))
        await turn()
      }
      return said()
        .slice(before)
        .map(({ state, thread }) => (thread ? `${state} ${thread.threadId}` : state))
    },
  }
}

it('says what is shown under one id, and says it again before it is forgotten', async () => {
  const { reporter, said, pass } = createPage()
  reporter.show(A)
  expect(await pass(999)).toEqual([])
  expect(await pass(1)).toEqual(['focused a'])
  expect(await pass(11_000)).toEqual([])
  expect(await pass(1_000)).toEqual(['focused a'])
  expect(await pass(24_000)).toEqual(['focused a', 'focused a'])
  expect(said()[0]).toEqual({ deviceId: 'tab-1', state: 'focused', thread: A })
  expect(new Set(said().map(({ deviceId }) => deviceId)).size).toBe(1)
})

it('going through threads is one report, of where one has come to', async () => {
  const { reporter, setFocused, pass, environment, said } = createPage()
  for (const key of [A, B, A, B]) {
    reporter.show(key)
    environment.clock.advance(200)
  }
  expect(await pass(5_000)).toEqual(['focused b'])
  setFocused(false)
  setFocused(true)
  setFocused(false)
  expect(await pass(2_000)).toEqual([])
  expect(said().at(-1)).toMatchObject({ state: 'visible' })
})

it('a thread that is left is reported as left at once, so that the end of its run is shown', async () => {
  const { reporter, said, pass } = createPage()
  reporter.show(A)
  await pass(5_000)
  reporter.show(B)
  expect(said().at(-1)).toMatchObject({ thread: B })
  // The next change follows within a second.
  reporter.show(A)
  expect(await pass(999)).toEqual([])
  expect(await pass(1)).toEqual(['focused a'])
})

it('a page that is hidden says so at once, and again for as long as it is open', async () => {
  const { reporter, environment, said, pass } = createPage()
  reporter.show(A)
  await pass(1_000)
  environment.setHidden(true)
  expect(said().at(-1)).toEqual({ deviceId: 'tab-1', state: 'hidden' })
  reporter.show(B)
  expect(await pass(11_000)).toEqual([])
  expect(await pass(13_000)).toEqual(['hidden', 'hidden'])
  environment.setHidden(false)
  expect(await pass(1_000)).toEqual(['focused b'])
  // Looked at for less than a report takes, it never was.
  environment.setHidden(true)
  environment.setHidden(false)
  environment.setHidden(true)
  expect(await pass(1_000)).toEqual([])
  expect(said().map(({ state }) => state)).toEqual(['focused', 'hidden', 'hidden', 'hidden', 'focused', 'hidden'])
})

it('a window without a thread says that it is open, so that no push is sent to it', async () => {
  const { reporter, setFocused, pass } = createPage()
  expect(await pass(1_000)).toEqual(['focused'])
  setFocused(false)
  expect(await pass(1_000)).toEqual(['visible'])
  reporter.show(A)
  expect(await pass(1_000)).toEqual(['visible a'])
  reporter.show(undefined)
  expect(await pass(13_000)).toEqual(['visible', 'visible'])
})

it('sends at most one report in twelve seconds while nothing changes, focused or hidden', async () => {
  const { reporter, environment, pass } = createPage()
  reporter.show(A)
  await pass(1_000)
  expect(await pass(120_000)).toHaveLength(10)
  environment.setHidden(true)
  expect(await pass(120_000)).toHaveLength(10)
})

it('its failures are silent, and do not become a storm of requests', async () => {
  const { reporter, transport, pass } = createPage()
  reporter.show(A)
  for (let n = 0; n < 5; n++) transport.next('presence', { type: 'fault', fault: { type: 'network' } })
  // One, and the renewals: whether they arrive or not.
  expect(await pass(61_000)).toHaveLength(6)
  transport.next('presence', { type: 'fault', fault: problem('not_found') })
  expect(await pass(12_000)).toEqual(['focused a'])
  // A thread that was refused is left out before another is shown; the window is open all the same.
  expect(await pass(24_000)).toEqual(['focused', 'focused'])
  reporter.show(B)
  expect(await pass(13_000)).toEqual(['focused b', 'focused b'])
})

it('I10 closed, it listens to nothing and says nothing', async () => {
  const { reporter, environment, listening, pass } = createPage()
  reporter.show(A)
  await pass(1_000)
  reporter.close()
  reporter.close()
  reporter.show(B)
  environment.setHidden(true)
  expect(await pass(60_000)).toEqual([])
  expect([environment.clock.waiting, listening()]).toEqual([0, 0])
})
