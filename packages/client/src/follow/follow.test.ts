/** A connection that always comes back and never says a run is over: silence is never completion. */
import { createFold, emptyView } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { createFollower } from './follow.ts'
import { KEY, live, OTHER, until } from './testing/following.ts'

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
