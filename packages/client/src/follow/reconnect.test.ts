/** When a connection is doubted, opened again or paused: on silence, when the page wakes, on what the server refuses. */
import { describe, expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { KEY, live, setUp, until } from './testing/following.ts'

describe('the watchdog', () => {
  it('reopens a connection on which nothing arrived for 40 s', async () => {
    const { follower, clock, transport, isLive } = await live()
    clock.advance(39_999)
    isLive()
    clock.advance(1)
    expect(follower.state.type).toBe('waiting')
    clock.advance(500)
    await until(isLive)
    expect(transport.connections).toBe(1)
  })

  it('does not wait for an hour because the machine’s clock was set back by one', async () => {
    const { follower, clock } = await live()
    const { now } = clock
    vi.spyOn(clock, 'now').mockImplementation(() => now() - 3_600_000)
    clock.advance(80_000)
    expect(follower.state.type).toBe('waiting')
  })

  it('is content with heartbeats', async () => {
    const { clock, transport, isLive, asked } = await live()
    for (let beat = 0; beat < 20; beat += 1) {
      clock.advance(15_000)
      transport.heartbeat(KEY)
    }
    isLive()
    expect(asked('openLog')).toBe(1)
  })

  it('gives up on a server that takes the request and never answers', async () => {
    const { follower, transport, clock } = setUp()
    transport.addThread(KEY)
    transport.hold('openLog')
    follower.open()
    await until(() => expect(transport.asked).toHaveLength(2))
    clock.advance(40_000)
    expect(follower.state.type).toBe('waiting')
  })
})

describe('somebody looks, or the network is back', () => {
  it('ends the back-off at once', async () => {
    const { environment, transport, follower, isLive } = await live()
    environment.setHidden(true)
    environment.setOnline(false)
    transport.drop(KEY)
    await until(() => expect(follower.state.type).toBe('waiting'))
    environment.setHidden(false)
    expect(follower.state.type).toBe('waiting')
    environment.setOnline(true)
    expect(follower.state.type).toBe('connecting')
    await until(isLive)
  })

  it('doubts a connection that was silent while the machine slept', async () => {
    const { environment, clock, follower, asked } = await live()
    environment.setHidden(true)
    clock.advance(21_000)
    environment.setHidden(false)
    expect(follower.state.type).toBe('connecting')
    await until(() => expect(asked('openLog')).toBe(2))
  })
})

describe('what the server refuses', () => {
  it('a thread that does not exist waits for a start, asking nothing meanwhile', async () => {
    const { transport, follower, clock, isLive } = setUp()
    follower.open()
    await until(() => expect(follower.state).toEqual({ type: 'paused', reasons: new Set(['missing']) }))
    clock.advance(600_000)
    expect(transport.asked.map(({ type }) => type)).toEqual(['snapshot', 'openLog'])
    transport.addThread(KEY)
    follower.resume('missing')
    await until(isLive)
  })

  it('S004-C3 a missing sign-in pauses it, and it continues where it was', async () => {
    const { transport, follower, clock, isLive, seen } = await live()
    transport.next('openLog', { type: 'fault', fault: { type: 'unauthorized' } })
    transport.drop(KEY)
    await until(() => expect(follower.state.type).toBe('waiting'))
    clock.advance(500)
    await until(() => expect(follower.state).toEqual({ type: 'paused', reasons: new Set(['unauthorized']) }))
    transport.say(KEY, 'run', 'a')
    follower.resume('unauthorized')
    await until(isLive)
    expect(seen.map(({ seq }) => seq)).toEqual([4, 5])
  })

  it.each(['cursor_gone', 'cursor_ahead'] as const)(
    '%s: the snapshot is taken again, never silently “live”',
    async (code) => {
      const { transport, follower, clock, isLive, snapshots } = await live()
      transport.next('openLog', { type: 'fault', fault: problem(code) })
      transport.drop(KEY)
      await until(() => expect(follower.state.type).toBe('waiting'))
      clock.advance(500)
      await until(() => expect(follower.state).toEqual({ type: 'waiting', attempt: 2 }))
      transport.say(KEY, 'run', 'a')
      clock.advance(1_000)
      await until(isLive)
      expect(snapshots.map(({ seq }) => seq)).toEqual([3, 5])
    },
  )

  it('a deleted thread is asked for no more', async () => {
    const { transport, follower, clock } = await live()
    transport.bury(KEY)
    await until(() => expect(follower.state.type).toBe('waiting'))
    clock.advance(500)
    await until(() => expect(follower.state).toEqual({ type: 'paused', reasons: new Set(['deleted']) }))
  })
})
