/** A connection that always comes back and never says a run is over: silence is never completion. */
import { createFold, type Envelope, emptyView, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { createFollower } from './follow.ts'
import type { ConnectionState } from './state.ts'

const KEY: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const OTHER: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const until = vi.waitFor

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const snapshots: ThreadSnapshot[] = []
  const seen: Envelope[] = []
  const states: ConnectionState['type'][] = []
  let seq: number | undefined
  const follower = createFollower({
    key: KEY,
    transport,
    environment,
    sink: {
      get seq() {
        return seq
      },
      snapshot(snapshot) {
        snapshots.push(snapshot)
        seq = snapshot.seq
      },
      missing() {
        seq = 0
      },
      envelopes(batch) {
        seen.push(...batch)
        seq = batch.at(-1)?.seq
      },
      changed: ({ type }) => void states.push(type),
    },
  })
  const isLive = () => expect(follower.state.type).toBe('live')
  const asked = (type: string) => transport.asked.filter((each) => each.type === type).length
  return { environment, transport, follower, snapshots, seen, states, isLive, asked, clock: environment.clock }
}

async function live() {
  const parts = setUp()
  parts.transport.startElsewhere(KEY, 'run', 'Hello')
  parts.follower.open()
  await until(parts.isLive)
  return parts
}

it('takes the snapshot, then the log after it', async () => {
  const { transport, snapshots, seen, states } = await live()
  transport.say(KEY, 'run', 'a')
  expect(snapshots.map(({ seq }) => seq)).toEqual([3])
  expect(seen.map(({ seq }) => seq)).toEqual([4, 5])
  expect(states).toEqual(['connecting', 'catching-up', 'live'])
})

it('continues from its cursor after a break, without a second snapshot, a hole or a repeat', async () => {
  const { transport, follower, clock, seen, isLive, asked } = await live()
  transport.drop(KEY)
  await until(() => expect(follower.state).toEqual({ type: 'waiting', attempt: 1 }))
  transport.say(KEY, 'run', 'a')
  clock.advance(500)
  await until(isLive)
  expect(seen.map(({ seq }) => seq)).toEqual([4, 5])
  expect(asked('snapshot')).toBe(1)
})

it('S000-47 decided: a connection that the server ends is a state of the connection: it is opened again', async () => {
  const { transport, follower, clock, isLive } = await live()
  transport.drop(KEY, 'ended')
  await until(() => expect(follower.state.type).toBe('waiting'))
  clock.advance(500)
  await until(isLive)
})

it('waits longer after each failure, and starts over only after a connection that lasted', async () => {
  const { transport, follower, clock, isLive, asked } = await live()
  const fault = { type: 'fault', fault: { type: 'network' } } as const
  for (let failure = 0; failure < 3; failure += 1) transport.next('openLog', fault)
  transport.drop(KEY)
  // Three quarters of 500, 1000, 2000 and 4000 ms: the dice always show a half.
  for (const [failed, ms] of [375, 750, 1500].entries()) {
    await until(() => expect(follower.state).toEqual({ type: 'waiting', attempt: failed + 1 }))
    const before = asked('openLog')
    clock.advance(ms - 1)
    expect(asked('openLog')).toBe(before)
    clock.advance(1)
    await until(() => expect(asked('openLog')).toBe(before + 1))
  }
  await until(() => expect(follower.state).toEqual({ type: 'waiting', attempt: 4 }))
  clock.advance(3000)
  await until(isLive)
  expect(follower.state).toEqual({ type: 'live', attempt: 4 })
  clock.advance(5_000)
  expect(follower.state).toEqual({ type: 'live', attempt: 0 })
})

it('S004-C11 tries again within bounds, however often it failed and whatever the dice say', async () => {
  for (const dice of [0, 0.5, 0.999_999]) {
    const environment = createManualEnvironment({ random: () => dice })
    const transport = createScriptedTransport()
    const sink = { seq: undefined, snapshot() {}, missing() {}, envelopes() {}, changed() {} }
    const follower = createFollower({ key: KEY, transport, environment, sink })
    for (let failure = 0; failure < 12; failure += 1) {
      transport.next('snapshot', { type: 'fault', fault: { type: 'network' } })
    }
    follower.open()
    for (let failure = 1; failure <= 12; failure += 1) {
      await until(() => expect(follower.state).toEqual({ type: 'waiting', attempt: failure }))
      environment.clock.advance(249)
      expect(follower.state.type).toBe('waiting')
      environment.clock.advance(15_000)
      expect(follower.state.type).not.toBe('idle')
    }
    follower.close()
    expect(environment.clock.waiting).toBe(0)
  }
})

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

it('a gap is not handed on: the connection is opened again and reads what is missing', async () => {
  const { transport, follower, clock, seen, isLive } = await live()
  const [first] = transport.log(KEY)
  if (!first) throw new Error('an empty log')
  transport.push(KEY, [{ ...first, seq: 9 }])
  expect(follower.counters.gaps).toBe(1)
  expect(seen).toEqual([])
  transport.say(KEY, 'run', 'a')
  clock.advance(500)
  await until(isLive)
  expect(seen.map(({ seq }) => seq)).toEqual([4, 5])
})

it('I10 closed in any state it leaves no socket, timer or listener, and what comes late is not heard', async () => {
  const { transport, follower, environment, seen } = await live()
  for (const arrange of [
    () => {},
    () => transport.drop(KEY),
    () => transport.next('openLog', { type: 'fault', fault: { type: 'unauthorized' } }),
    () => void transport.hold('openLog'),
  ]) {
    follower.open()
    arrange()
    await Promise.resolve()
    follower.close()
    follower.close()
    expect(environment.clock.waiting).toBe(0)
    expect(environment.listeners).toBe(0)
    expect(transport.connections).toBe(0)
  }
  transport.say(KEY, 'run', 'late')
  expect(seen).toEqual([])
})

it('I4 G3 over random breaks, repeats and words for others, what was handed on folds to what the log folds to', async () => {
  const hiccup = fc.constantFrom('say', 'break', 'end', 'repeat', 'skip', 'trim', 'wake', 'wait')
  await fc.assert(
    fc.asyncProperty(fc.array(hiccup, { maxLength: 40 }), async (hiccups) => {
      const environment = createManualEnvironment()
      const transport = createScriptedTransport()
      transport.startElsewhere(KEY, 'run', 'Hello')
      transport.startElsewhere(OTHER, 'run', 'Hello')
      let fold = createFold(KEY)
      let isKnown = false
      const follower = createFollower({
        key: KEY,
        transport,
        environment,
        sink: {
          get seq() {
            return isKnown ? fold.seq() : undefined
          },
          snapshot: (snapshot) => {
            isKnown = true
            fold = createFold(KEY, { ...emptyView(KEY), ...snapshot, key: KEY })
          },
          missing: () => {},
          envelopes: (batch) => {
            for (const envelope of batch) expect(fold.apply(envelope)).toBe('accepted')
          },
          changed: () => {},
        },
      })
      follower.open()
      const acts: Record<string, () => void> = {
        say: () => transport.say(KEY, 'run', 'x'),
        break: () => transport.drop(KEY),
        end: () => transport.drop(KEY, 'ended'),
        repeat: () => transport.push(KEY, transport.log(KEY).slice(-2)),
        skip: () =>
          transport.push(
            KEY,
            transport
              .log(KEY)
              .slice(-1)
              .map((each) => ({ ...each, seq: each.seq + 7 })),
          ),
        trim: () => transport.trim(KEY, transport.log(KEY).length),
        wake: () => {
          environment.setHidden(true)
          environment.setHidden(false)
        },
        wait: () => environment.clock.advance(700),
      }
      for (const each of hiccups) {
        acts[each]?.()
        for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
      }
      transport.say(KEY, 'run', '!')
      const head = transport.log(KEY).length
      for (let patience = 20; fold.seq() < head && patience > 0; patience -= 1) {
        environment.clock.advance(20_000)
        for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
      }
      expect(fold.seq()).toBe(head)
      const { messages, runs } = transport.view(KEY)
      expect(fold.view().messages).toEqual(messages)
      expect(fold.view().runs).toEqual(runs)
      follower.close()
      expect(environment.clock.waiting).toBe(0)
    }),
    { numRuns: 200 },
  )
})
