import type { RunPageQuery } from '@holdfast/client'
import type { RunInThread } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createRunPages } from './run-pages.ts'

const MINUTE = 60_000
const NOON = Date.parse('2026-01-01T12:00:00Z')
const at = (ms: number) => new Date(ms).toISOString()

function run(name: string, acceptedMs: number, endedMs?: number): RunInThread {
  const base = { roomId: 'R', threadId: 'T', runId: name, agentId: 'demo', parentId: 'q', acceptedAt: at(acceptedMs) }
  if (endedMs === undefined) return { ...base, status: 'running', startedAt: base.acceptedAt }
  return { ...base, status: 'succeeded', outcome: { type: 'succeeded' }, endedAt: at(endedMs) }
}

/** A server with these runs; its pages are as long as requested, at most `most`. */
function setUp({ most = 3 } = {}) {
  const held: RunInThread[] = []
  const asked: RunPageQuery[] = []
  let hold: Promise<void> | undefined
  const pages = createRunPages(async (query) => {
    asked.push(query)
    await hold
    const { since = '', before = '~', limit = 0 } = query
    const found = held
      .filter(({ acceptedAt }) => acceptedAt >= since && acceptedAt < before)
      .sort((a, b) => b.acceptedAt.localeCompare(a.acceptedAt))
    const items = found.slice(0, Math.min(limit, most))
    return { items, ...(items.length < found.length && { next: items.at(-1)?.acceptedAt ?? '' }) }
  }, 60 * MINUTE)
  const put = (...runs: readonly RunInThread[]) => {
    for (const each of runs) {
      const place = held.findIndex(({ runId }) => runId === each.runId)
      if (place < 0) held.push(each)
      else held[place] = each
    }
  }
  return {
    pages,
    asked,
    put,
    names: () => pages.runs.map(({ runId }) => runId),
    holdFor: (until: Promise<void>) => {
      hold = until
    },
  }
}
/** `count` ended runs, a minute apart, the last at noon; named by their minute. */
const past = (count: number) =>
  Array.from({ length: count }, (_, n) => run(`-${n}`, NOON - n * MINUTE, NOON - n * MINUTE + 1_000))

describe('the runs of the last hour', () => {
  it('are the newest page, with more available until the last one is loaded', async () => {
    const { pages, put, names } = setUp()
    put(...past(7))
    await pages.refresh(NOON)
    expect([names(), pages.more]).toEqual([['-0', '-1', '-2'], true])
    await pages.loadEarlier()
    expect([names(), pages.more]).toEqual([['-0', '-1', '-2', '-3', '-4', '-5'], true])
    await pages.loadEarlier()
    expect([names().length, pages.more]).toEqual([7, false])
    await pages.loadEarlier()
    expect(names()).toHaveLength(7)
  })

  it('keep what was shown when newer runs arrive, and refresh live ones until their end is known', async () => {
    const { pages, put, names, asked } = setUp()
    put(run('long', NOON - 5 * MINUTE), ...past(3))
    await pages.refresh(NOON)
    await pages.loadEarlier()
    put(run('new', NOON + 1))
    asked.length = 0
    await pages.refresh(NOON + 2)
    expect(names()).toEqual(['new', '-0', '-1', '-2', 'long'])
    expect(asked).toHaveLength(2)
    put(run('long', NOON - 5 * MINUTE, NOON + 3), run('new', NOON + 1, NOON + 3))
    await pages.refresh(NOON + 4)
    expect(pages.runs.map(({ status }) => status)).toEqual(Array(5).fill('succeeded'))
    asked.length = 0
    await pages.refresh(NOON + 5)
    expect(asked).toHaveLength(1)
  })

  it('drop what ended before the window, and keep what ran into it, however long ago it was accepted', async () => {
    const { pages, put, names } = setUp()
    put(run('long', NOON - 50 * MINUTE), run('short', NOON - 50 * MINUTE + 1, NOON - 49 * MINUTE))
    await pages.refresh(NOON)
    expect(names()).toEqual(['short', 'long'])
    await pages.refresh(NOON + 20 * MINUTE)
    expect(names()).toEqual(['long'])
    put(run('long', NOON - 50 * MINUTE, NOON + 21 * MINUTE))
    await pages.refresh(NOON + 80 * MINUTE)
    expect(names()).toEqual(['long'])
    await pages.refresh(NOON + 82 * MINUTE)
    expect(names()).toEqual([])
  })

  it('are reloaded where so many arrived that there would be a gap, also while earlier ones are loading', async () => {
    const { pages, put, names, holdFor } = setUp()
    put(...past(7))
    await pages.refresh(NOON)
    const slow = Promise.withResolvers<void>()
    holdFor(slow.promise)
    const earlier = pages.loadEarlier()
    holdFor(Promise.resolve())
    put(...Array.from({ length: 5 }, (_, n) => run(`+${n}`, NOON + 1 + n, NOON + 10)))
    await pages.refresh(NOON + 20)
    slow.resolve()
    await earlier
    expect([names(), pages.more]).toEqual([['+4', '+3', '+2'], true])
  })
})
