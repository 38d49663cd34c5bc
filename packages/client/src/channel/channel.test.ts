/** A port between two ends in one program: what crosses, what does not, and what is left when one end is gone. */
import type { Envelope, ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { faultOf, read, transportContract } from '../transport/transport.contract.ts'
import { createChannelTransport } from './ask.ts'
import { CHANNEL_VERSION } from './messages.ts'
import { serveChannel } from './serve.ts'
import { createChannelPair } from './testing/channel-pair.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const OTHER: ThreadKey = { roomId: 'default', threadId: 'T2' }
const until = vi.waitFor

function setUp() {
  const pair = createChannelPair()
  const script = createScriptedTransport()
  const served = serveChannel(pair.far, script)
  return { pair, script, served, transport: createChannelTransport(pair.near) }
}

/** The near end without a transport: it says what it likes, and hears everything. */
function setUpRaw() {
  const { pair, script, served } = setUpFar()
  const heard: Record<string, unknown>[] = []
  pair.near.listen(
    (message) => void heard.push(message as Record<string, unknown>),
    () => {},
  )
  const post = (message: object, session = 's') => pair.near.post({ holdfast: CHANNEL_VERSION, session, ...message })
  const of = (type: string) => heard.filter((message) => message.type === type)
  return { pair, script, served, heard, post, of }
}

function setUpFar() {
  const pair = createChannelPair()
  const script = createScriptedTransport()
  return { pair, script, served: serveChannel(pair.far, script) }
}

const openLog = (id: number, key: ThreadKey = KEY) => ({ type: 'open', id, source: { type: 'log', key, after: 0 } })

transportContract('a port in one program', async () => {
  const { script, transport } = setUp()
  return { script, transport, stop: async () => transport.close() }
})

describe('subscriptions', () => {
  it('S001-15 S001-51 leaving one does not touch the other, and cancels nothing', async () => {
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

  it('S001-15 of those that race for one log only the newest lives', async () => {
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

  it('S001-15 one that is read apart ends no other reading of its log, and is ended by none', async () => {
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

  it('S001-15 an id that was used is refused, and nothing is done', async () => {
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

  it('hear nothing after they were left, though it was on its way', async () => {
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

  it('come in batches: what was said in one turn crosses in one message', async () => {
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

describe('a receiver that sleeps', () => {
  it('gets what it missed when it wakes, in few messages, once and in order', async () => {
    const { pair, script, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    const log = read(transport, KEY, 0)
    await until(() => expect(log.notes).toContain('caught-up'))
    pair.freeze()
    for (let n = 0; n < 100; n += 1) {
      script.say(KEY, 'run', `${n} `)
      await Promise.resolve()
    }
    expect(pair.waiting).toBe(4)
    pair.thaw()
    await until(() => expect(log.seen).toEqual(script.log(KEY)))
  })

  it('is let go before it fills the memory, goes on from its cursor, and no run notices', async () => {
    const { pair, script, transport } = setUp()
    script.startElsewhere(KEY, 'run', 'Hello')
    const log = read(transport, KEY, 0)
    await until(() => expect(log.notes).toContain('caught-up'))
    pair.freeze()
    const megabyte = 'x'.repeat(1024 * 1024)
    for (let n = 0; n < 40 && script.connections > 0; n += 1) {
      script.say(KEY, 'run', megabyte)
      await Promise.resolve()
    }
    expect(script.connections).toBe(0)
    expect(pair.waiting).toBe(4)
    pair.thaw()
    expect(faultOf(await log.done)).toEqual({ type: 'network' })
    const rest = read(transport, KEY, log.seqs().at(-1) ?? 0)
    await until(() => expect([...log.seen, ...rest.seen]).toEqual(script.log(KEY)))
    expect(script.asked.every(({ type }) => type === 'openLog')).toBe(true)
  })
})

describe('an end that is gone', () => {
  it('rejects what is open and what is asked later as the network’s, and the other end drops its subscriptions', async () => {
    const { pair, script, served, transport } = setUp()
    script.addThread(KEY)
    const log = read(transport, KEY, 0)
    await until(() => expect(log.notes).toContain('open'))
    script.hold('rooms')
    const asked = transport.ask('rooms', []).catch((cause: unknown) => cause)
    await until(() => expect(script.asked).toHaveLength(2))
    pair.far.close()
    expect(faultOf(await log.done)).toEqual({ type: 'network' })
    expect(faultOf(await asked)).toEqual({ type: 'network' })
    expect(faultOf(await transport.ask('agents', []).catch((cause: unknown) => cause))).toEqual({ type: 'network' })
    expect(faultOf(await read(transport, KEY, 0).done)).toEqual({ type: 'network' })
    expect(served.streams).toBe(0)
    expect(script.connections).toBe(0)
  })

  it('says so, where it still can', async () => {
    const { script, served, transport } = setUp()
    script.addThread(KEY)
    const log = read(transport, KEY, 0)
    await until(() => expect(log.notes).toContain('open'))
    served.close()
    expect(faultOf(await log.done)).toEqual({ type: 'network' })
    expect(script.connections).toBe(0)
  })

  it('that begins anew, as a window that was reloaded, leaves nothing of its old life open', async () => {
    const { pair, script, served, transport } = setUp()
    script.addThread(KEY)
    const before = read(transport, KEY, 0)
    await until(() => expect(before.notes).toContain('open'))
    const after = createChannelTransport(pair.near)
    await after.alive()
    expect(served.streams).toBe(0)
    expect(script.connections).toBe(0)
    expect(faultOf(await before.done)).toEqual({ type: 'network' })
    expect(faultOf(await transport.ask('rooms', []).catch((cause: unknown) => cause))).toEqual({ type: 'network' })
    expect((await after.ask('rooms', [])).items).toHaveLength(1)
  })

  it('and was begun anew knows nobody: who asks of a session it has not greeted is told, and does not wait', async () => {
    const { served, post, of } = setUpRaw()
    post({ type: 'ask', id: 1, verb: 'rooms', args: [] })
    await until(() => expect(of('bye')).toEqual([{ holdfast: 1, session: 's', type: 'bye' }]))
    expect(served.dropped).toBe(1)
  })
})

describe('another version', () => {
  it('of the asking side is told so', async () => {
    const { script, served, pair, of } = setUpRaw()
    pair.near.post({ holdfast: 2, session: 'new', type: 'hello' })
    await until(() => expect(of('unfit')).toEqual([{ holdfast: 1, session: 'new', type: 'unfit' }]))
    expect(script.asked).toEqual([])
    expect(served.dropped).toBe(1)
  })

  it.each([
    { holdfast: 1, type: 'unfit' },
    { holdfast: 2, type: 'welcome' },
  ])('of the serving side is a clear error, now and later: %o', async (answer) => {
    const pair = createChannelPair()
    pair.far.listen(
      (message) => pair.far.post({ ...answer, session: (message as { session: string }).session }),
      () => {},
    )
    const transport = createChannelTransport(pair.near)
    for (let time = 0; time < 2; time += 1) {
      expect(faultOf(await transport.ask('rooms', []).catch((cause: unknown) => cause))).toEqual({
        type: 'protocol',
        detail: 'the other side of the channel speaks another version than 1',
      })
    }
  })
})

describe('what is malformed', () => {
  it('from the asking side is dropped and counted, and does nothing', async () => {
    const { pair, script, served, post, of } = setUpRaw()
    const hostile = [undefined, null, 7, 'text', [], {}, { holdfast: '1' }, { holdfast: 1, session: 3, type: 'hello' }]
    for (const message of hostile) pair.near.post(message)
    post({ type: 'hello' })
    post({ type: 'ask', id: 1, verb: 'rooms', args: [] }, 'foreign')
    for (const message of [
      { type: 'toString' },
      { type: 'ask', id: -1, verb: 'rooms', args: [] },
      { type: 'ask', id: 0.5, verb: 'rooms', args: [] },
      { type: 'leave' },
      { type: 'ask', id: 1, verb: 'constructor', args: [] },
      { type: 'ask', id: 2, verb: 'openLog', args: [KEY, 0] },
      { type: 'ask', id: 3, verb: 'rooms' },
      { type: 'ask', id: 4, verb: 'start', args: ['T1', {}] },
      { type: 'ask', id: 5, verb: 'cancelRun', args: [KEY, { runId: 'run' }] },
      { type: 'ask', id: 6, verb: 'deleteRoom', args: ['../rooms'] },
      { type: 'ask', id: 7, verb: 'start', args: [{ ...KEY, roomId: '' }, {}] },
      { type: 'ask', id: 8, verb: 'start', args: [KEY, null] },
      { type: 'open', id: 9 },
      { type: 'open', id: 10, source: { type: 'log', key: KEY, after: -1 } },
      { type: 'open', id: 11, source: { type: 'log', key: { threadId: 'T1' }, after: 0 } },
      { type: 'open', id: 12, source: { type: 'inbox', cursor: 7 } },
    ]) {
      post(message)
    }
    post({ type: 'ask', id: 13, verb: 'alive', args: [] })
    await until(() => expect(of('answer')).toHaveLength(1))
    expect(served.dropped).toBe(hostile.length + 1 + 16)
    expect(of('fault').map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(script.asked).toEqual([])
    expect(served.streams).toBe(0)
  })

  it('S001-29 from the serving side is dropped and counted, and what is sound still comes', async () => {
    const pair = createChannelPair()
    const asked: { session: string; id: number; type: string }[] = []
    pair.far.listen(
      (message) => void asked.push(message as (typeof asked)[number]),
      () => {},
    )
    const transport = createChannelTransport(pair.near)
    const log = read(transport, KEY, 0)
    await until(() => expect(asked).toHaveLength(2))
    const { session = '', id = 0 } = asked[1] ?? {}
    const say = (message: object) => pair.far.post({ holdfast: 1, session, id, ...message })
    const sound = { v: 1, ...KEY, seq: 1, at: '', kind: 'control', event: { type: 'thread.deleted' } }
    for (const message of [7, { holdfast: 1 }]) pair.far.post(message)
    say({ type: 'said', items: [], session: 'another' })
    say({ type: 'said', items: 'none' })
    say({ type: 'said', id: 99, items: [] })
    say({ type: 'answer', id: '1' })
    say({ type: 'constructor' })
    say({ type: 'said', items: [null, { type: 'toString' }, { type: 'envelopes' }, { type: 'dropped', reason: 'x' }] })
    const batch = [
      { ...sound, threadId: 'T2' },
      { ...sound, roomId: undefined },
      { ...sound, threadId: null },
      7,
      sound,
    ]
    say({ type: 'said', items: [{ type: 'opened' }, { type: 'envelopes', batch }] })
    await until(() => expect(log.seen).toEqual([sound as unknown as Envelope]))
    expect(log.dropped).toEqual(['foreign', 'malformed', 'malformed', 'malformed'])
    expect(transport.dropped).toBe(10)
    say({ type: 'said', items: [{ type: 'ended', fault: { type: 'made up' } }] })
    expect(faultOf(await log.done)).toEqual({ type: 'protocol', detail: 'a fault that is none' })
  })

  it('cannot be cloned: a request with a function in it is refused where it was made', async () => {
    const { script, transport } = setUp()
    const asked = transport.ask('start', [KEY, { runId: 'run', forwardedProps: { act: () => {} } }])
    expect(faultOf(await asked.catch((cause: unknown) => cause))).toMatchObject({ type: 'protocol' })
    await transport.alive()
    expect(script.asked).toEqual([])
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
