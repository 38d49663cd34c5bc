/** A channel between two ends in one program: requests and streams, each from its beginning to its end. */
import { describe, expect, it, vi } from 'vitest'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { transportContract } from '../transport/transport.contract.ts'
import { KEY, OTHER, openLog, setUp, setUpRaw } from './testing/near-and-far.ts'

const until = vi.waitFor

transportContract('a channel in one program', async () => {
  const { script, transport } = setUp()
  return { script, transport, stop: async () => transport.close() }
})

describe('subscriptions', () => {
  it('S001-15 S001-51 continue when another one is left, and nothing is cancelled', async () => {
    const { script, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    script.startElsewhere(OTHER, 'other', 'Hello')
    const left = read(transport, KEY, 0)
    const kept = read(transport, OTHER, 0)
    await until(() => expect(kept.notes).toContain('caught-up'))
    left.stop.abort()
    expect(faultOf(await left.done)).toEqual({ type: 'aborted' })
    await until(() => expect(script.connections).toBe(1))
    script.say(KEY, 'run', 'unheard')
    script.say(OTHER, 'other', 'heard')
    await until(() => expect(kept.seqs()).toEqual([1, 2, 3, 4, 5]))
    expect(left.seqs()).toEqual([1, 2, 3])
    expect(script.asked.map(({ type }) => type)).toEqual(['openLog', 'openLog'])
  })

  it('S001-15 that race for one log: only the newest survives', async () => {
    const { script, served, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    const letGo = script.hold('openLog')
    const racing = [read(transport, KEY, 0), read(transport, KEY, 0), read(transport, KEY, 0)]
    await until(() => expect(script.asked).toHaveLength(3))
    letGo()
    const [first, second, newest] = racing
    expect(faultOf(await first?.done)).toEqual({ type: 'aborted' })
    expect(faultOf(await second?.done)).toEqual({ type: 'aborted' })
    await until(() => expect(newest?.notes).toEqual(['open', 'caught-up']))
    script.say(KEY, 'run', 'word')
    await until(() => expect(newest?.seqs()).toEqual([1, 2, 3, 4, 5]))
    expect([first?.seen, second?.seen]).toEqual([[], []])
    expect(served.streams).toBe(1)
    expect(script.connections).toBe(1)
  })

  it('S001-15 that are read apart end no other reading of the same log, and are not ended by it', async () => {
    const { script, served, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    const own = read(transport, KEY, 0)
    const apart = read(transport, KEY, 2, 'apart')
    await until(() => expect([own.seqs(), apart.seqs()]).toEqual([[1, 2, 3], [3]]))
    own.stop.abort()
    const again = read(transport, KEY, 0)
    await until(() => expect(again.notes).toContain('caught-up'))
    script.say(KEY, 'run', 'word')
    await until(() => expect([again.seqs().at(-1), apart.seqs().at(-1)]).toEqual([5, 5]))
    expect(served.streams).toBe(2)
  })

  it('S001-15 whose id was used before are refused, and nothing is done', async () => {
    const { script, served, post, of } = setUpRaw()
    script.addThread(KEY)
    script.addThread(OTHER)
    post({ type: 'hello' })
    post(openLog(1))
    await until(() => expect(of('said')).toHaveLength(1))
    post({ type: 'leave', id: 1 })
    post(openLog(1, OTHER))
    post({ type: 'ask', id: 1, verb: 'deleteThread', args: [KEY] })
    await until(() =>
      expect(of('refused')).toEqual([{ holdfast: 1, session: 's', type: 'refused', id: 1 }, expect.anything()]),
    )
    expect(script.asked).toEqual([{ type: 'openLog', key: KEY, after: 0 }])
    expect(served.streams).toBe(0)
    expect(served.dropped).toBe(2)
  })

  it('receive nothing after they were left, even if it was on its way', async () => {
    const { pair, script, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    const log = read(transport, KEY, 3)
    await until(() => expect(log.notes).toContain('caught-up'))
    pair.freeze()
    script.say(KEY, 'run', 'late')
    await until(() => expect(pair.waiting).toBe(1))
    log.stop.abort()
    pair.thaw()
    await log.done
    expect(log.seen).toEqual([])
    expect(transport.dropped).toBe(0)
  })

  it('arrive in batches: everything of one turn crosses in one message', async () => {
    const { script, post, of } = setUpRaw()
    script.startElsewhere(KEY, 'run', 'Hello')
    post({ type: 'hello' })
    post(openLog(1))
    await until(() => expect(of('said')).toHaveLength(1))
    for (let n = 0; n < 500; n += 1) script.say(KEY, 'run', `${n} `)
    await until(() => expect(of('said')).toHaveLength(2))
    expect(of('said')[1]?.items).toMatchObject([{ type: 'envelopes', batch: { length: 501 } }])
  })
})

it('a request that is given up is given up on the other side too', async () => {
  const { script, transport } = setUp()
  script.addThread(KEY)
  const letGo = script.hold('snapshot')
  const stop = new AbortController()
  const asked = transport.ask('snapshot', [KEY], stop.signal).catch((cause: unknown) => cause)
  await until(() => expect(script.asked).toHaveLength(1))
  stop.abort()
  expect(faultOf(await asked)).toEqual({ type: 'aborted' })
  letGo()
  expect(faultOf(await transport.ask('snapshot', [KEY], stop.signal).catch((cause: unknown) => cause))).toEqual({
    type: 'aborted',
  })
  await transport.alive()
  expect(script.asked).toHaveLength(1)
  expect(transport.dropped).toBe(0)
})

it('a reader that throws ends its own stream and no other', async () => {
  const { script, transport } = setUp()
  script.startElsewhere(KEY, 'run', 'Hello')
  script.startElsewhere(OTHER, 'other', 'Hello')
  const kept = read(transport, OTHER, 0)
  const handlers = { onOpen() {}, onCaughtUp() {}, onBytes() {}, onDropped() {} }
  const onEnvelopes = () => {
    throw new Error('the reader’s own')
  }
  const broken = transport.open(
    { type: 'log', key: KEY, after: 0, handlers: { ...handlers, onEnvelopes } },
    new AbortController().signal,
  )
  expect(faultOf(await broken.catch((cause: unknown) => cause))).toEqual({ type: 'network' })
  await until(() => expect(script.connections).toBe(1))
  expect(kept.seqs()).toEqual([1, 2, 3])
})
