/** An end of a channel that sleeps, is gone, or speaks another version. */
import { describe, expect, it, vi } from 'vitest'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { createChannelTransport } from './ask.ts'
import { createChannelPair } from './testing/channel-pair.ts'
import { KEY, setUp, setUpRaw } from './testing/near-and-far.ts'

const until = vi.waitFor

describe('a receiver that is frozen', () => {
  it('receives what it missed when it wakes up, in few messages, once and in order', async () => {
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

  it('is disconnected before it fills the memory, continues from its cursor, and no run notices', async () => {
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
  it('rejects what is open and what is asked later as a network fault, and the other end drops its subscriptions', async () => {
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

  it('says so if it still can', async () => {
    const { script, served, transport } = setUp()
    script.addThread(KEY)
    const log = read(transport, KEY, 0)
    await until(() => expect(log.notes).toContain('open'))
    served.close()
    expect(faultOf(await log.done)).toEqual({ type: 'network' })
    expect(script.connections).toBe(0)
  })

  it('that starts again, like a window that was reloaded, leaves nothing of its old session open', async () => {
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

  it('and was started again tells a side that asks in a session it has not greeted, so that it does not wait', async () => {
    const { served, post, of } = setUpRaw()
    post({ type: 'ask', id: 1, verb: 'rooms', args: [] })
    await until(() => expect(of('bye')).toEqual([{ holdfast: 1, session: 's', type: 'bye' }]))
    expect(served.dropped).toBe(1)
  })
})

describe('another version', () => {
  it('of the asking side is answered with that', async () => {
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
