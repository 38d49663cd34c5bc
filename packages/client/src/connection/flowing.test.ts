/** Reading where streams do not come through. */
import { describe, expect, it } from 'vitest'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { createOneConnection } from './one-connection.ts'
import { createPlaces, setUp } from './testing/flow-through.ts'
import { A, B, NOBODY, settled } from './testing/read-through.ts'
import type { Weather } from './testing/weather.ts'

const HELD: readonly Weather[] = ['held', 'first-byte', 'empty', 'html']

describe('a stream that does not come through', () => {
  it.each(HELD)('%s: what is said is there within some seconds all the same, by polls, and says so', async (kind) => {
    const { script, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    weather.turn(kind)
    const feed = follow([{ ...A, after: 0 }])
    await pass(4_000)
    expect(feed.seen).toEqual(script.log(A))
    expect(feed.notes).toEqual(['open', `caught-up ${A.roomId}`])
    expect(feed.delivery).toBe('polls')
    script.say(A, 'run', 'while it is written')
    await pass(2_000)
    expect(feed.seen).toEqual(script.log(A))
    expect(feed.entries.map(({ cursor }) => Number(cursor))).toEqual(feed.entries.map((_, at) => at + 1))
    feed.stop.abort()
    await settled()
    expect(faultOf(feed.ended)).toEqual({ type: 'aborted' })
  })

  it.each(HELD)('%s: streams are used again as soon as they flow, and nothing is told twice', async (kind) => {
    const { script, clock, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    weather.turn(kind)
    const feed = follow([{ ...A, after: 0 }])
    await pass(60_000)
    expect(feed.delivery).toBe('polls')
    weather.turn('flows')
    await pass(50_000)
    expect(feed.delivery).toBe('streams')
    const { polls } = weather.count
    script.say(A, 'run', 'by a stream')
    await settled()
    expect(feed.seen).toEqual(script.log(A))
    await pass(10_000)
    expect(weather.count.polls).toBe(polls)
    feed.stop.abort()
    await settled()
    expect([clock.waiting, weather.count.open]).toEqual([0, 0])
  })

  it('polls come less often while there is nothing new, and often again once there is', async () => {
    const { script, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    weather.turn('held')
    const feed = follow([{ ...A, after: 0 }])
    await pass(30_000)
    const polls = () => weather.count.polls
    const quiet = polls()
    await pass(20_000)
    expect(polls() - quiet).toBeLessThanOrEqual(12)
    script.say(A, 'run', 'news')
    await pass(2_000)
    expect(feed.seen).toEqual(script.log(A))
    script.say(A, 'run', 'more')
    await pass(600)
    expect(feed.seen).toEqual(script.log(A))
    feed.stop.abort()
  })

  it('held back after its history: heartbeats are missed, and what comes then is polled', async () => {
    const { script, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    const feed = follow([{ ...A, after: 0 }])
    await pass(1_000)
    expect(feed.notes).toContain(`caught-up ${A.roomId}`)
    // From here on nothing comes through, not even heartbeats.
    weather.turn('held')
    await pass(25_000)
    expect(feed.delivery).toBe('polls')
    script.say(A, 'run', 'more')
    await pass(2_000)
    expect(feed.seen).toEqual(script.log(A))
    expect(feed.ended).toBeUndefined()
  })

  it('tries a stream at most every 5 s, later every 30 s, and one at a time', async () => {
    const { weather, follow, pass } = setUp()
    weather.turn('held')
    follow([{ ...A, after: 0 }])
    follow([{ ...B, after: 0 }])
    await pass(300_000)
    expect(weather.count.opened).toBeLessThan(2 + 14)
    expect(weather.count.opened).toBeGreaterThan(2 + 5)
    expect(weather.count.open).toBeLessThanOrEqual(1)
  })

  it('cut after half a minute again and again: opened again at once, without a word', async () => {
    const { script, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    const feed = follow([{ ...A, after: 0 }])
    for (const how of ['broken', 'ended', 'broken'] as const) {
      await pass(15_000)
      weather.cut(how)
      await settled()
      script.say(A, 'run', how)
      await settled()
      expect(feed.seen).toEqual(script.log(A))
    }
    expect(feed.notes).toEqual(['open', `caught-up ${A.roomId}`])
    expect(feed.delivery).toBe('streams')
    expect(weather.count.polls).toBe(0)
  })
})

describe('what polling does not hide', () => {
  it('a server that is out of reach ends the attempt, by stream and by poll', async () => {
    const { weather, follow, pass } = setUp()
    weather.turn('down')
    const first = follow([{ ...A, after: 0 }])
    await settled()
    expect(faultOf(first.ended)).toEqual({ type: 'network' })
    weather.turn('held')
    const second = follow([{ ...A, after: 0 }])
    await pass(5_000)
    expect(second.delivery).toBe('polls')
    weather.turn('down')
    await pass(3_000)
    expect(faultOf(second.ended)).toEqual({ type: 'network' })
  })

  it.each([{ type: 'unauthorized' } as const, { type: 'problem', problem: PROBLEM } as const])(
    'a refusal ($type) is the caller’s to hear, and is not asked for again by other means',
    async (fault) => {
      const { script, weather, follow, pass } = setUp()
      script.always({ type: 'fault', fault }, ['openFeed'])
      const feed = follow([])
      await pass(1_000)
      expect(feed.ended).toMatchObject({ fault })
      expect(weather.count.polls).toBe(0)
    },
  )

  it('as many streams as the server keeps are open: it is polled', async () => {
    const { script, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    const problem = { ...PROBLEM, status: 503, code: 'too_many_streams' } as const
    script.always({ type: 'fault', fault: { type: 'problem', problem } }, ['openFeed'])
    const feed = follow([{ ...A, after: 0 }])
    await pass(1_000)
    expect([feed.delivery, feed.seen]).toEqual(['polls', script.log(A)])
  })

  it('one thread’s lost cursor and deletion are told once, and it is not asked for again', async () => {
    const { script, weather, follow, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    script.startElsewhere(B, 'run', 'Hello')
    weather.turn('held')
    const feed = follow([
      { ...A, after: 99 },
      { ...B, after: 0 },
    ])
    await pass(5_000)
    expect(feed.notes.filter((note) => note.endsWith(A.roomId))).toEqual([`cursor_ahead ${A.roomId}`])
    script.bury(B)
    await pass(5_000)
    expect(feed.notes.filter((note) => note.startsWith('deleted'))).toEqual([`deleted ${B.roomId}`])
    expect(script.asked.findLast(({ type }) => type === 'pollFeed')).toMatchObject({ body: { threads: [] } })
  })
})

describe('one log', () => {
  it('is polled where its stream is held back, also one that is made only later', async () => {
    const { script, weather, source, pass } = setUp()
    weather.turn('held')
    const log = read(source, NOBODY, 0)
    await pass(4_000)
    expect(log.notes).toEqual(['open', 'caught-up'])
    script.startElsewhere(NOBODY, 'run', 'Hello')
    await pass(2_500)
    expect(log.seen).toEqual(script.log(NOBODY))
    log.stop.abort()
    expect(faultOf(await log.done)).toEqual({ type: 'aborted' })
  })

  it('ends with what is wrong with it, as by a stream', async () => {
    const { script, weather, source, pass } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    weather.turn('held')
    const log = read(source, A, 99)
    await pass(4_000)
    expect(faultOf(await log.done)).toMatchObject({ type: 'problem', problem: { code: 'cursor_ahead' } })
  })
})

it('G3 one connection that polls asks for each thread from where its reader is, and hands on nothing twice', async () => {
  const { script, clock, weather, source, pass } = setUp()
  script.startElsewhere(A, 'run', 'Hello')
  script.startElsewhere(B, 'run', 'Hello')
  const transport = createOneConnection({ source, clock })
  const logs = [read(transport, A, 0), read(transport, B, 1)]
  await pass(1_000)
  weather.turn('held')
  weather.cut('broken')
  await pass(5_000)
  script.say(A, 'run', 'by a poll')
  await pass(5_000)
  const polled = script.asked.flatMap((each) => (each.type === 'pollFeed' ? [each.body.threads] : []))
  expect(polled.at(-1)).toEqual([B, A].map((key) => ({ ...key, after: script.log(key).length })))
  expect(logs.map(({ seen }) => seen)).toEqual([script.log(A), script.log(B).slice(1)])
  for (const { stop } of logs) stop.abort()
  await settled()
  expect(clock.waiting).toBe(0)
})

describe('a browser that has no connection left for a stream', () => {
  it('polls from the start, opens no stream, and streams once there is room', async () => {
    const places = createPlaces(false)
    const { script, weather, follow, pass, clock } = setUp(places)
    script.startElsewhere(A, 'run', 'Hello')
    const feed = follow([{ ...A, after: 0 }])
    await pass(100_000)
    expect(weather.count.opened).toBe(0)
    expect([feed.delivery, feed.seen]).toEqual(['polls', script.log(A)])
    places.turn(true)
    await settled()
    expect([feed.delivery, weather.count.open]).toEqual(['streams', 1])
    places.turn(false)
    script.say(A, 'run', 'more')
    await pass(2_000)
    expect([feed.delivery, weather.count.open, feed.seen]).toEqual(['polls', 0, script.log(A)])
    feed.stop.abort()
    await settled()
    expect([clock.waiting, places.listeners.size]).toEqual([0, 0])
  })
})

const PROBLEM = { type: 'about:blank', title: 'No', status: 403, code: 'foreign_host', detail: 'No.' } as const
