/** The tab that leads: killed, closed, frozen, and replaced. */
import { describe, expect, it } from 'vitest'
import { createTabs, KEY, KEYS, keepReading, openAll, roles, sayEverywhere, turn } from './testing/tabs.ts'

const LEADS = 'holdfast somebody one leads'

describe('the tab that leads', () => {
  it('S001-52 is killed, and another one leads: nothing is lost or doubled', async () => {
    const tabs = createTabs()
    const opened = await openAll(tabs)
    const readings = opened.map((tab, at) => keepReading(tab, KEYS[at] ?? KEY))
    await turn()
    sayEverywhere(tabs, 'before it')
    opened[0]?.program.kill()
    sayEverywhere(tabs, 'while nobody leads')
    await tabs.pass(1_000)
    sayEverywhere(tabs, 'and after')
    await tabs.pass(1_000)
    expect(roles(opened.slice(1))).toEqual(['leading', 'following', 'following', 'following'])
    for (const [at, { seen, reopened }] of readings.entries()) {
      if (at === 0) continue
      expect(seen).toEqual(tabs.server.log(KEYS[at] ?? KEY))
      expect(reopened).toBe(1)
    }
    expect(tabs.connected()).toBe(2)
    expect(tabs.server.connections).toBe(4)
  })

  it('is closed, and another one leads; the last one leaves nothing behind', async () => {
    const tabs = createTabs()
    const opened = await openAll(tabs)
    const readings = opened.map((tab) => keepReading(tab, KEY))
    await turn()
    for (const [at, tab] of opened.entries()) {
      readings[at]?.leave()
      tab.close()
      await tabs.pass(500)
      sayEverywhere(tabs, 'on')
      await tabs.pass(500)
      for (const { seen } of readings.slice(at + 1)) expect(seen).toEqual(tabs.server.log(KEY))
    }
    expect(tabs.server.connections).toBe(0)
    expect(tabs.profile.clock.waiting).toBe(0)
    expect(tabs.profile.holder(LEADS)).toBeUndefined()
  })

  it('is frozen, and displaced after 3 s of silence and no sooner; when it wakes up it follows, and nothing is lost or doubled', async () => {
    const tabs = createTabs()
    const opened = await openAll(tabs)
    const readings = opened.map((tab, at) => keepReading(tab, KEYS[at] ?? KEY))
    await turn()
    opened[0]?.program.freeze()
    await tabs.pass(2_000)
    sayEverywhere(tabs, 'in the dark')
    expect(tabs.profile.holder(LEADS)).toBe(opened[0]?.program.id)
    await tabs.pass(3_000)
    expect(tabs.profile.holder(LEADS)).not.toBe(opened[0]?.program.id)
    for (const [at, { seen }] of readings.entries()) {
      if (at > 0) expect(seen).toEqual(tabs.server.log(KEYS[at] ?? KEY))
    }

    opened[0]?.program.thaw()
    await tabs.pass(2_000)
    sayEverywhere(tabs, 'and in the light')
    await tabs.pass(1_000)
    expect(roles(opened).toSorted()).toEqual(['following', 'following', 'following', 'following', 'leading'])
    for (const [at, { seen }] of readings.entries()) expect(seen).toEqual(tabs.server.log(KEYS[at] ?? KEY))
    expect(tabs.server.connections).toBe(5)
  })

  it('is displaced by two tabs at the same moment: one of them leads in the end, and the other one’s messages are ignored', async () => {
    const tabs = createTabs()
    const opened = await openAll(tabs)
    const readings = opened.map((tab) => keepReading(tab, KEY))
    await turn()
    // All have begun to listen in the same moment, and so find it silent in the same moment.
    opened[0]?.program.freeze()
    tabs.profile.clock.advance(1_000)
    tabs.profile.clock.advance(1_000)
    sayEverywhere(tabs, 'once')
    tabs.profile.clock.advance(1_000)
    await tabs.pass(6_000)
    sayEverywhere(tabs, 'again')
    opened[0]?.program.thaw()
    await tabs.pass(6_000)
    sayEverywhere(tabs, 'and more')
    await tabs.pass(1_000)
    expect(roles(opened).toSorted()).toEqual(['following', 'following', 'following', 'following', 'leading'])
    const leader = opened.find(({ role }) => role === 'leading')
    expect(tabs.profile.holder(LEADS)).toBe(leader?.program.id)
    for (const { seen } of readings) expect(seen).toEqual(tabs.server.log(KEY))
    expect(tabs.server.connections).toBe(5)
  })

  it('may be frozen before any tab has found it: a tab that opens later displaces it', async () => {
    const tabs = createTabs()
    tabs.server.startElsewhere(KEY, 'run', 'Hello')
    const first = await tabs.open()
    first.program.freeze()
    const second = await tabs.open()
    const reading = keepReading(second, KEY)
    await tabs.pass(2_000)
    expect(reading.seen).toEqual([])
    await tabs.pass(3_000)
    expect(second.role).toBe('leading')
    expect(reading.seen).toEqual(tabs.server.log(KEY))
  })
})
