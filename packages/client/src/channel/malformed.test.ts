/** Messages that are not of the language of a channel. */
import type { Envelope } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { createChannelTransport } from './ask.ts'
import { createChannelPair } from './testing/channel-pair.ts'
import { KEY, setUp, setUpRaw } from './testing/near-and-far.ts'

const until = vi.waitFor

describe('a message that is malformed', () => {
  it('from the asking side is dropped and counted, and has no effect', async () => {
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

  it('S001-29 from the serving side is dropped and counted, and valid messages still arrive', async () => {
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
    expect(faultOf(await log.done)).toEqual({ type: 'protocol', detail: 'not a fault' })
  })

  it('because it cannot be cloned is refused where it was made: a request with a function in it', async () => {
    const { script, transport } = setUp()
    const asked = transport.ask('start', [KEY, { runId: 'run', forwardedProps: { act: () => {} } }])
    expect(faultOf(await asked.catch((cause: unknown) => cause))).toMatchObject({ type: 'protocol' })
    await transport.alive()
    expect(script.asked).toEqual([])
  })
})
