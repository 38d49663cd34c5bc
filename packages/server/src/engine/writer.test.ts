import { setImmediate as turn } from 'node:timers/promises'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import type { LeaseState } from '../store/port.ts'
import { createBackoff } from './backoff.ts'
import { createFlushTick } from './flush-tick.ts'
import { createWriter, PAUSE_BYTES } from './writer.ts'

/** A recorder that only gathers, and a store whose answers come from the test. */
function setUp({ leaseMs = 15_000 } = {}) {
  const clock = createManualClock()
  const until = clock.now() + leaseMs
  let pending: string[] = []
  const asked: { events: readonly string[]; answer: (state: LeaseState) => void; fail: (error: unknown) => void }[] = []
  const heard: LeaseState[] = []
  const tick = createFlushTick(clock, 5, 5)
  const faults: unknown[] = []
  let gaveUp = 0
  const writer = createWriter({
    recorder: {
      take() {
        const taken = pending
        pending = []
        return taken
      },
      pendingBytes: () => pending.join('').length,
    },
    append: (events) => new Promise((answer, fail) => asked.push({ events, answer, fail })),
    hear: (state) => heard.push(state),
    onFault: (error) => faults.push(error),
    giveUp: () => gaveUp++,
    leaseUntil: () => until,
    tick,
    gatherMs: 20,
    backoff: createBackoff(clock, () => 0),
    clock,
  })
  return {
    clock,
    tick,
    writer,
    asked,
    heard,
    faults,
    gaveUp: () => gaveUp,
    say(text: string) {
      pending.push(text)
      writer.poke()
    },
    async settle() {
      for (let n = 0; n < 5; n++) await turn()
    },
  }
}

const RUNNING: LeaseState = { type: 'running' }
const fault = () => new StoreFault('storage_busy', 'busy')

it('writes the first events at once and keeps one append in flight', async () => {
  const { clock, asked, say, settle } = setUp()
  say('a')
  expect(asked.map(({ events }) => events)).toEqual([['a']])
  say('b')
  clock.advance(100)
  await settle()
  expect(asked).toHaveLength(1)
  asked[0]?.answer(RUNNING)
  await settle()
  expect(asked.map(({ events }) => events)).toEqual([['a'], ['b']])
})

it('gathers for an interval after the first write', async () => {
  const { clock, asked, say, settle } = setUp()
  say('a')
  asked[0]?.answer(RUNNING)
  await settle()
  say('b')
  await settle()
  asked[1]?.answer(RUNNING)
  await settle()
  for (const word of 'cde') {
    clock.advance(5)
    say(word)
    await settle()
  }
  expect(asked).toHaveLength(2)
  clock.advance(5)
  expect(asked[2]?.events).toEqual(['c', 'd', 'e'])
})

it('a beat that another run made late does not delay the next one, which counts from when the write was due', async () => {
  const { clock, tick, asked, say, settle } = setUp()
  say('a')
  asked[0]?.answer(RUNNING)
  tick.request(() => {})
  await settle()
  clock.advance(2)
  say('b')
  await settle()
  expect(asked).toHaveLength(1)
  clock.advance(3)
  expect(asked[1]?.events).toEqual(['b'])
  asked[1]?.answer(RUNNING)
  await settle()
  clock.advance(17)
  say('c')
  await settle()
  expect(asked[2]?.events).toEqual(['c'])
})

it('is full while more is pending than allowed, and reports when there is room', async () => {
  const { asked, writer, say, settle } = setUp()
  say('a')
  say('x'.repeat(PAUSE_BYTES + 1))
  expect(writer.full()).toBe(true)
  let room = false
  void writer.room().then(() => (room = true))
  await settle()
  expect(room).toBe(false)
  asked[0]?.answer(RUNNING)
  await settle()
  expect(writer.full()).toBe(false)
  expect(room).toBe(true)
  await writer.room()
})

it('retries what the store could not write with growing delays, and takes nothing else meanwhile', async () => {
  const { clock, asked, faults, say, settle } = setUp()
  say('a')
  asked[0]?.fail(fault())
  await settle()
  say('b')
  clock.advance(50)
  await settle()
  expect(asked.map(({ events }) => events)).toEqual([['a'], ['a']])
  asked[1]?.fail(fault())
  await settle()
  clock.advance(99)
  await settle()
  expect(asked).toHaveLength(2)
  clock.advance(1)
  await settle()
  expect(asked).toHaveLength(3)
  asked[2]?.answer(RUNNING)
  await settle()
  expect(asked[3]?.events).toEqual(['b'])
  expect(faults).toHaveLength(2)
})

it('gives up once the lease at the first fault is over, and keeps what was not written', async () => {
  const { clock, asked, writer, gaveUp, say, settle } = setUp({ leaseMs: 100 })
  say('a')
  for (let n = 0; gaveUp() === 0 && n < 10; n++) {
    asked.at(-1)?.fail(fault())
    await settle()
    clock.advance(50)
    await settle()
  }
  expect(gaveUp()).toBe(1)
  const attempts = asked.length
  say('b')
  clock.advance(1_000)
  await settle()
  expect(asked).toHaveLength(attempts)
  expect(await writer.close()).toEqual(['a'])
  expect(clock.waiting).toBe(0)
})

it('gives up at once on a closed store', async () => {
  const { asked, gaveUp, say, settle } = setUp()
  say('a')
  asked[0]?.fail(new StoreFault('storage_closed', 'closed'))
  await settle()
  expect(gaveUp()).toBe(1)
})

it('I12 writes nothing after the store has said that the lease is lost', async () => {
  const { clock, asked, heard, writer, say, settle } = setUp()
  say('a')
  asked[0]?.answer({ type: 'lost' })
  await settle()
  say('b')
  clock.advance(100)
  await settle()
  expect(asked).toHaveLength(1)
  expect(heard).toEqual([{ type: 'lost' }])
  expect(await writer.close()).toEqual([])
})

it('closing waits for the append in flight, cuts a backoff short, and starts nothing new', async () => {
  const inFlight = setUp()
  inFlight.say('a')
  inFlight.say('b')
  const closed = inFlight.writer.close()
  inFlight.asked[0]?.answer(RUNNING)
  expect(await closed).toEqual([])
  expect(inFlight.asked).toHaveLength(1)

  const failing = setUp()
  failing.say('a')
  failing.asked[0]?.fail(fault())
  await failing.settle()
  expect(await failing.writer.close()).toEqual(['a'])
  expect(failing.clock.waiting).toBe(0)

  const failingLate = setUp()
  failingLate.say('a')
  const closedLate = failingLate.writer.close()
  failingLate.asked[0]?.fail(fault())
  expect(await closedLate).toEqual(['a'])
  expect(failingLate.clock.waiting).toBe(0)

  const gathering = setUp()
  gathering.say('a')
  gathering.asked[0]?.answer(RUNNING)
  await gathering.settle()
  gathering.say('b')
  await gathering.settle()
  gathering.asked[1]?.answer(RUNNING)
  await gathering.settle()
  gathering.say('c')
  expect(await gathering.writer.close()).toEqual([])
  expect(gathering.clock.waiting).toBe(0)
})

it('G2 whatever the store answers and when, each event is written once and in order, or returned', async () => {
  const move = fc.oneof(
    fc.record({ type: fc.constant('say' as const) }),
    fc.record({ type: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ type: fc.constant('answer' as const), ok: fc.boolean() }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
      const { clock, asked, writer, say, settle } = setUp({ leaseMs: 1e9 })
      const written: string[] = []
      let said = 0
      let answered = 0
      const answer = async (ok: boolean) => {
        const next = asked[answered]
        if (!next) return
        answered++
        if (ok) written.push(...next.events)
        if (ok) next.answer(RUNNING)
        else next.fail(fault())
        await settle()
      }
      for (const step of moves) {
        if (step.type === 'say') say(`${said++}`)
        else if (step.type === 'advance') clock.advance(step.ms)
        else await answer(step.ok)
        await settle()
        expect(asked.length - answered).toBeLessThanOrEqual(1)
      }
      const closed = writer.close()
      await answer(true)
      written.push(...(await closed))
      expect(written).toEqual(Array.from({ length: written.length }, (_, n) => `${n}`))
      expect(clock.waiting).toBe(0)
    }),
    { numRuns: 60 },
  )
})

/** How a promise stands: the words of its end, or undefined while it is pending. */
function watch(promise: Promise<void>): () => string | undefined {
  let end: string | undefined
  promise.then(
    () => (end = 'written'),
    (error: unknown) => (end = error instanceof Error ? error.message : String(error)),
  )
  return () => end
}

it('writes at once what is asked to be written, and resolves when that is durable and not before', async () => {
  const { clock, writer, asked, say, settle } = setUp()
  say('a')
  asked[0]?.answer(RUNNING)
  await settle()
  const nothing = watch(writer.written())
  say('b')
  const b = watch(writer.written())
  await settle()
  expect(asked.map(({ events }) => events)).toEqual([['a'], ['b']])
  expect([nothing(), b()]).toEqual(['written', undefined])
  const again = watch(writer.written())
  say('c')
  const c = watch(writer.written())
  asked[1]?.answer(RUNNING)
  await settle()
  clock.advance(5)
  expect([b(), again(), c()]).toEqual(['written', 'written', undefined])
  expect(asked[2]?.events).toEqual(['c'])
  asked[2]?.answer(RUNNING)
  await settle()
  expect(c()).toBe('written')
})

it('what is gathered for an interval is written when asked, and the next interval begins then', async () => {
  const { clock, writer, asked, say, settle } = setUp()
  for (const n of [0, 1]) {
    say(`${n}`)
    await settle()
    asked[n]?.answer(RUNNING)
    await settle()
    if (n === 0) clock.advance(20)
  }
  say('gathered')
  await settle()
  expect(asked).toHaveLength(2)
  void writer.written()
  clock.advance(5)
  expect(asked[2]?.events).toEqual(['gathered'])
  asked[2]?.answer(RUNNING)
  await settle()
  say('next')
  clock.advance(14)
  await settle()
  expect(asked).toHaveLength(3)
  clock.advance(1)
  expect(asked[3]?.events).toEqual(['next'])
})

it('rejects a pending written when it is refused, when the lease is lost, and when the writer is closed', async () => {
  for (const [words, stop] of [
    ['stopped', ({ writer }) => writer.refuse(new DOMException('stopped', 'AbortError'))],
    ['The rest of the run cannot be written.', ({ asked }) => asked[0]?.answer({ type: 'lost' })],
    [
      'The run is over.',
      ({ writer, asked }) => {
        void writer.close()
        asked[0]?.answer(RUNNING)
      },
    ],
  ] satisfies [string, (server: ReturnType<typeof setUp>) => void][]) {
    const server = setUp()
    server.say('a')
    const flying = watch(server.writer.written())
    server.say('b')
    const next = watch(server.writer.written())
    stop(server)
    await server.settle()
    const closed = words === 'The run is over.'
    expect([flying(), next()], words).toEqual([closed ? 'written' : words, words])
    if (words !== 'stopped') expect(watch(server.writer.written())()).toBeUndefined()
    await server.settle()
  }
})

it('resolves only after a faulty store has written', async () => {
  const { clock, writer, asked, say, settle } = setUp()
  say('a')
  const end = watch(writer.written())
  asked[0]?.fail(fault())
  await settle()
  clock.advance(1_000)
  await settle()
  expect(end()).toBeUndefined()
  asked[1]?.answer(RUNNING)
  await settle()
  expect(end()).toBe('written')
})
