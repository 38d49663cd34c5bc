/** Many readers over one connection: what each receives, and how many requests that takes. */
import { describe, expect, it, vi } from 'vitest'
import { TransportError } from '../transport/error.ts'
import { faultOf, read } from '../transport/testing/under-test.ts'
import { A, B, C, key, readInbox, settled, setUp } from './testing/read-through.ts'

const until = vi.waitFor

describe('one request', () => {
  it('carries all readers that ask in the same tick, each from its own cursor, and the inbox', async () => {
    const { script, transport, bodies, asked } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const logs = [read(transport, A, 0), read(transport, B, 2)]
    const inbox = readInbox(transport, '6')
    await until(() => expect(logs.map(({ notes }) => notes)).toEqual(Array(2).fill(['open', 'caught-up'])))
    expect(bodies()).toEqual([
      {
        inbox: '6',
        threads: [
          { ...B, after: 2 },
          { ...A, after: 0 },
        ],
      },
    ])
    expect(asked('openLog')).toBe(0)
    expect(logs.map(({ seqs }) => seqs())).toEqual([[1, 2, 3], [3]])
    script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId: 'run' })
    expect(inbox.said()).toEqual(['run'])
    expect(inbox.notes).toEqual(['open'])
  })

  it('is given up when its last reader leaves, and leaves no timer (I10)', async () => {
    const { script, clock, transport, open } = setUp()
    script.addThread(A)
    script.addThread(B)
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    a.stop.abort()
    b.stop.abort()
    expect(faultOf(await a.done)).toEqual({ type: 'aborted' })
    await until(() => expect(open).toMatchObject({ feeds: 0, logs: 0 }))
    expect(clock.waiting).toBe(0)
    expect(script.connections).toBe(0)
  })

  it('is not opened again for a reader that leaves, nor for one that returns to what it still carries', async () => {
    const { script, clock, transport, asked } = setUp()
    const logs = [A, B, C].map((each) => {
      script.startElsewhere(each, 'run', 'Hello')
      return read(transport, each, 0)
    })
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    logs[1]?.stop.abort()
    await settled()
    const back = read(transport, B, 3)
    await until(() => expect(back.notes).toEqual(['open', 'caught-up']))
    script.say(B, 'run', 'more')
    expect(back.seqs()).toEqual([4, 5])
    expect([asked('openFeed'), asked('openLog')]).toEqual([1, 0])
    back.stop.abort()
    await settled()
    script.say(B, 'run', 'unheard')
    const late = read(transport, B, 5)
    await until(() => expect(late.notes).toEqual(['open', 'caught-up']))
    script.say(B, 'run', 'heard')
    expect(late.seqs()).toEqual([6, 7])
    clock.advance(60_000)
    await settled()
    expect([asked('openFeed'), asked('openLog')]).toEqual([1, 1])
    await until(() => expect(script.connections).toBe(3))
  })

  it('S001-15 continues for one of two readers of the same thread when the other leaves', async () => {
    const { script, transport, asked } = setUp()
    script.startElsewhere(A, 'run', 'Hello')
    const one = read(transport, A, 0)
    const other = read(transport, A, 1)
    await until(() => expect(other.notes).toContain('caught-up'))
    one.stop.abort()
    script.say(A, 'run', 'a')
    expect(one.seqs()).toEqual([1, 2, 3])
    expect(other.seqs()).toEqual([2, 3, 4, 5])
    expect(asked('openFeed')).toBe(1)
  })
})

describe('a connection that is lost', () => {
  it('is lost to each of its readers, and those that ask again in one tick share one request', async () => {
    const { script, transport, asked, bodies } = setUp()
    const keys = Array.from({ length: 50 }, (_, n) => key(n))
    for (const each of keys) script.startElsewhere(each, 'run', 'Hello')
    const logs = keys.map((each) => read(transport, each, 0))
    await until(() => expect(logs.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    script.dropFeed()
    for (const log of logs) expect(faultOf(await log.done)).toEqual({ type: 'network' })
    const again = keys.map((each) => read(transport, each, 3))
    await until(() => expect(again.every(({ notes }) => notes.includes('caught-up'))).toBe(true))
    expect([asked('openFeed'), asked('openLog')]).toEqual([2, 0])
    expect(bodies()[1]?.threads?.every(({ after }) => after === 3)).toBe(true)
  })

  it('while the next one opens is not lost to a reader that the next one carries', async () => {
    const { script, clock, transport, open } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    const release = script.hold('openFeed')
    clock.advance(1_000)
    script.dropFeed()
    script.say(A, 'run', 'unheard for a moment')
    release()
    await until(() => expect(a.seqs()).toEqual([1, 2, 3, 4, 5]))
    await until(() => expect(open).toMatchObject({ feeds: 1, logs: 0 }))
  })

  it('that cannot be opened again leaves the old one as it is, and is retried with back-off', async () => {
    const { script, clock, transport, asked, open } = setUp()
    for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
    const a = read(transport, A, 0)
    await until(() => expect(a.notes).toContain('caught-up'))
    const b = read(transport, B, 0)
    await until(() => expect(b.notes).toContain('caught-up'))
    for (const pause of [1_000, 2_000, 4_000]) {
      script.next('openFeed', { type: 'fault', fault: { type: 'network' } })
      const before = asked('openFeed')
      clock.advance(pause - 1)
      expect(asked('openFeed')).toBe(before)
      clock.advance(1)
      await settled()
      expect(asked('openFeed')).toBe(before + 1)
    }
    script.say(A, 'run', 'a')
    script.say(B, 'run', 'b')
    expect([a.seqs(), b.seqs()]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
    expect(open).toMatchObject({ feeds: 1, logs: 1 })
  })
})

describe('a thread that cannot be continued', () => {
  it.each(['cursor_gone', 'cursor_ahead', 'deleted'] as const)(
    'is refused as %s, and no other one with it',
    async (code) => {
      const { script, transport, asked } = setUp()
      for (const each of [A, B]) script.startElsewhere(each, 'run', 'Hello')
      if (code === 'cursor_gone') script.trim(A, 3)
      if (code === 'deleted') script.bury(A)
      const a = read(transport, A, code === 'cursor_ahead' ? 9 : 1)
      const b = read(transport, B, 0)
      expect(faultOf(await a.done)).toMatchObject({ type: 'problem', problem: { code } })
      script.say(B, 'run', 'b')
      await until(() => expect(b.seqs()).toEqual([1, 2, 3, 4, 5]))
      expect(asked('openFeed')).toBe(1)
    },
  )
})

it('nothing but a TransportError ends a reading', async () => {
  const { script, transport } = setUp()
  script.addThread(A)
  const stop = new AbortController()
  stop.abort()
  const refused = await transport
    .open({ type: 'log', key: A, after: 0, handlers: {} as never }, stop.signal)
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TransportError)
})
