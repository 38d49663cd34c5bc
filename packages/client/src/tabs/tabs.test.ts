/** Tabs of one browser profile, and the connection through which they read: tabs that are killed, frozen or asleep. */
import { createManualClock } from '@holdfast/core/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Line, Neighbours } from '../environment/neighbours.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { ALL_VERBS, sampleArgs } from '../transport/testing/sample-args.ts'
import { isRead } from '../transport/verbs.ts'
import { createTabTransport } from './tab-transport.ts'
import { createTabs, KEY, KEYS, keepReading, openAll, roles, sayEverywhere, turn } from './testing/tabs.ts'

const WRITES = ALL_VERBS.filter((verb) => !isRead(verb))
const faultOf = (error: unknown) => (error instanceof TransportError ? error.fault : error)

describe.each([
  { name: 'a shared worker has the connection', shared: true },
  { name: 'a tab leads', shared: false },
])('tabs, where $name', ({ shared }) => {
  it('S001-53 all read through one connection', async () => {
    const tabs = createTabs({ shared })
    const opened = await openAll(tabs)
    const readings = opened.map((tab, at) => keepReading(tab, KEYS[at] ?? KEY))
    await turn()
    sayEverywhere(tabs, 'some words for each')
    await turn()
    for (const [at, { seen }] of readings.entries()) expect(seen).toEqual(tabs.server.log(KEYS[at] ?? KEY))
    for (const tab of opened) expect((await tab.ask('threads', [KEY.roomId])).items).toHaveLength(5)
    expect(tabs.connected()).toBe(1)
    expect(tabs.server.connections).toBe(5)
    expect(roles(opened)).toEqual(
      shared ? Array(5).fill('shared') : ['leading', 'following', 'following', 'following', 'following'],
    )
  })

  it('S001-51 that read the same thread each receive all of it, also when another one leaves', async () => {
    const tabs = createTabs({ shared })
    const opened = await openAll(tabs)
    const readings = opened.map((tab) => keepReading(tab, KEY))
    await turn()
    readings[0]?.leave()
    readings[2]?.leave()
    sayEverywhere(tabs, 'still heard')
    await turn()
    expect(readings.map(({ seen }) => seen.length)).toEqual([3, 6, 3, 6, 6])
  })

  it('S001-52 that are killed are not served any longer, and no run notices', async () => {
    const tabs = createTabs({ shared })
    const opened = await openAll(tabs)
    const readings = opened.map((tab, at) => keepReading(tab, KEYS[at] ?? KEY))
    await turn()
    opened[3]?.program.kill()
    await turn()
    expect(tabs.server.connections).toBe(4)
    sayEverywhere(tabs, 'more')
    await turn()
    expect(readings.map(({ seen }) => seen.length)).toEqual([5, 5, 5, 3, 5])
    expect(tabs.server.asked.every(({ type }) => type === 'openLog')).toBe(true)
  })

  it('I10 that wait for nothing do not ask whether their host is alive', async () => {
    const tabs = createTabs({ shared })
    const [first, second] = await openAll(tabs)
    if (!first || !second) throw new Error('There are no two tabs.')
    const readings = [keepReading(first, KEY), keepReading(second, KEY)]
    await turn()
    expect(tabs.profile.clock.waiting).toBeGreaterThan(0)
    for (const reading of readings) reading.leave()
    await turn()
    expect(tabs.profile.clock.waiting).toBe(0)
    expect(tabs.server.connections).toBe(0)
  })

  it.each(WRITES)('never send a write through it, which another tab could repeat or overtake: %s', async (verb) => {
    const tabs = createTabs({ shared })
    const [, second] = await openAll(tabs)
    const asked = (second as unknown as RunTransport).ask(verb, sampleArgs(verb))
    expect(faultOf(await asked.catch((error: unknown) => error))).toMatchObject({ type: 'protocol' })
    expect(tabs.server.asked).toEqual([])
  })

  it('that sleep for an hour displace no leader when they wake up', async () => {
    const tabs = createTabs({ shared })
    const opened = await openAll(tabs)
    const readings = opened.map((tab) => keepReading(tab, KEY))
    await turn()
    for (const { program } of opened.slice(1)) program.freeze()
    tabs.profile.clock.advance(3_600_000)
    sayEverywhere(tabs, 'meanwhile')
    await turn()
    for (const { program } of opened.slice(1)) program.thaw()
    await tabs.pass(10_000)
    expect(tabs.connected()).toBe(1)
    expect(readings.map(({ reopened }) => reopened)).toEqual([0, 0, 0, 0, 0])
    for (const { seen } of readings) expect(seen).toEqual(tabs.server.log(KEY))
  })
})

describe('the shared worker', () => {
  it.each(['freeze', 'kill'] as const)(
    'that does not answer (%s) is given up, and a tab leads: nothing is lost or doubled',
    async (mishap) => {
      const tabs = createTabs({ shared: true })
      const opened = await openAll(tabs)
      const readings = opened.map((tab, at) => keepReading(tab, KEYS[at] ?? KEY))
      await turn()
      tabs.profile.worker?.[mishap]()
      sayEverywhere(tabs, 'meanwhile')
      await tabs.pass(8_000)
      sayEverywhere(tabs, 'and then')
      await tabs.pass(1_000)
      expect(roles(opened).toSorted()).toEqual(['following', 'following', 'following', 'following', 'leading'])
      for (const [at, { seen }] of readings.entries()) expect(seen).toEqual(tabs.server.log(KEYS[at] ?? KEY))
    },
  )
})

it('a browser that shares nothing gives each tab a connection of its own', async () => {
  const server = createScriptedTransport()
  const clock = createManualClock()
  const load = vi.fn(async () => () => server)
  load.mockRejectedValueOnce(new Error('offline'))
  const shared = { neighbours: undefined, clock, tabId: 'T', person: 'P', build: 'B', workerUrl: 'worker.js', load }
  const tab = createTabTransport(shared)
  const asked = tab.ask('rooms', [])
  await turn()
  clock.advance(1_000)
  expect((await asked).items).toHaveLength(1)
  expect(tab.role).toBe('alone')
  tab.close()
})

it.each([true, false])(
  'a browser that refuses locks, as where cookies are blocked, does so too (a worker that dies: %s)',
  async (hasWorker) => {
    const server = createScriptedTransport()
    const clock = createManualClock()
    const line = (): Line => ({
      post() {},
      // A worker that may not be: it says so, sooner or later.
      listen: (_, onClose) => clock.schedule(500, onClose),
      close() {},
    })
    const neighbours: Neighbours = {
      locks: { hold: async () => {} },
      broadcast: line,
      sharedWorker: () => (hasWorker ? line() : undefined),
    }
    const load = async () => () => server
    const tab = createTabTransport({ neighbours, clock, tabId: 'T', person: 'P', build: 'B', workerUrl: 'w.js', load })
    await turn()
    clock.advance(60_000)
    expect((await tab.ask('rooms', [])).items).toHaveLength(1)
    expect(tab.role).toBe('alone')
    tab.close()
    expect(clock.waiting).toBe(0)
  },
)
