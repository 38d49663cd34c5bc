/** A thread that the one connection does not carry yet: it is read alone, and joins. */
import { describe, expect, it, vi } from 'vitest'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { A, B, C, key, NOBODY, settled, setUp } from './testing/read-through.ts'

const until = vi.waitFor

describe('a thread that the connection does not carry', () => {
  it('is read alone at once, and joins at the next opening: at most one a second, the new one caught up first', async () => {
    const { script, clock, transport, open, asked } = setUp()
    for (const each of [A, B, C]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    const c = read(transport, C, 0)
    await until(() => expect(b.notes).toEqual(['open', 'caught-up']))
    await until(() => expect(c.notes).toEqual(['open', 'caught-up']))
    expect(open).toMatchObject({ feeds: 1, logs: 2 })
    const release = script.hold('openFeed')
    clock.advance(999)
    expect(asked('openFeed')).toBe(1)
    clock.advance(1)
    script.say(B, 'run', 'while it opens')
    expect(b.seqs()).toEqual([1, 2, 3, 4, 5])
    expect(open).toMatchObject({ feeds: 2, logs: 2 })
    release()
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
    script.say(A, 'run', 'a')
    script.say(B, 'run', 'b')
    expect(a.seqs()).toEqual([1, 2, 3, 4, 5])
    expect(b.seqs()).toEqual([1, 2, 3, 4, 5, 6])
    expect([a, b, c].map(({ notes }) => notes)).toEqual(Array(3).fill(['open', 'caught-up']))
    clock.advance(60_000)
    await settled()
    expect(asked('openFeed')).toBe(2)
  })

  it('joins within a second also where the machine’s clock was set back', async () => {
    const { script, clock, transport, asked } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const { now } = clock
    vi.spyOn(clock, 'now').mockImplementation(() => now() - 3_600_000)
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    clock.advance(1_000)
    expect(asked('openFeed')).toBe(2)
  })

  it('leaves the old connection as it is until the new one has caught up with it', async () => {
    const { script, clock, transport, open, slow, asked } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    slow.feeds.stallNext('onCaughtUp')
    clock.advance(1_000)
    await settled()
    expect(asked('openFeed')).toBe(2)
    expect(open).toMatchObject({ feeds: 2, logs: 1 })
    script.say(A, 'run', 'a')
    expect(a.seqs()).toEqual([1, 2, 3, 4, 5])
    slow.feeds.flow()
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
  })

  it('waits for the opening when two are already read alone: browsers have few connections', async () => {
    const { script, clock, transport, open } = setUp()
    for (let n = 0; n < 6; n += 1) script.startElsewhere(key(n), 'run', 'Hello')
    const first = read(transport, A, 0)
    await until(() => expect(first.notes).toContain('caught-up'))
    const logs = [1, 2, 3, 4, 5].map((n) => read(transport, key(n), 0))
    await settled()
    expect(open.logs).toBe(2)
    clock.advance(1_000)
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    expect(open).toMatchObject({ feeds: 1, logs: 0, mostFeeds: 2, mostLogs: 2 })
  })

  it('that does not exist is caught up at nothing, and live once it is made', async () => {
    const { script, clock, transport } = setUp()
    script.addThread(A)
    const alone = read(transport, NOBODY, 0)
    await until(() => expect(alone.notes).toEqual(['open', 'caught-up']))
    const later = read(transport, C, 0)
    await settled()
    expect(later.notes).toEqual([])
    clock.advance(1_000)
    await until(() => expect(later.notes).toEqual(['open', 'caught-up']))
    script.startElsewhere(C, 'run', 'Hello')
    expect(later.seqs()).toEqual([1, 2, 3])
  })

  it('beyond what a server takes is left to its own log', async () => {
    const { script, transport, bodies, clock, open } = setUp()
    const logs = Array.from({ length: 203 }, (_, n) => {
      script.addThread(key(n))
      return read(transport, key(n), 0)
    })
    await until(() => expect(logs.filter(({ notes }) => notes.includes('caught-up'))).toHaveLength(202))
    expect(bodies().map(({ threads }) => threads?.length)).toEqual([200])
    expect(open.logs).toBe(2)
    clock.advance(60_000)
    await settled()
    expect(bodies()).toHaveLength(1)
  })

  it('whose id no server takes is refused alone', async () => {
    const { transport, asked } = setUp()
    expect(faultOf(await read(transport, { roomId: 'R 1', threadId: '' }, 0).done)).toMatchObject({ type: 'problem' })
    expect(asked('openFeed')).toBe(0)
  })
})
