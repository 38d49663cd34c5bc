/** From the bytes of a log's stream to envelopes. */
import { CAUGHT_UP, type Envelope, HEARTBEAT } from '@holdfast/core'
import { createLogBuilder } from '@holdfast/core/testing'
import { describe, expect, it } from 'vitest'
import { TransportError } from './error.ts'
import { createLogReader } from './read-log.ts'
import { frameOf, KEY, serve } from './testing/speaking-server.ts'
import { read } from './testing/under-test.ts'

const builder = createLogBuilder(KEY)
builder.accept('run', [{ id: 'm1', role: 'user', content: 'Grüße 👋 \u2028' }])
builder.start('run')
builder.agui('run', { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' })
builder.agui('run', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm2', delta: '漢字 und\n\nAbsätze' })
const FRAMES = builder.envelopes.map(frameOf)
const BYTES = new TextEncoder().encode(`: open\n\n${FRAMES.join(HEARTBEAT)}`)

describe('the bytes of a log', () => {
  function reader() {
    const seen: Envelope[] = []
    const dropped: string[] = []
    /** How many envelopes had come when history ended, each time that it was said to end. */
    const ends: number[] = []
    const handlers = {
      onCaughtUp: () => void ends.push(seen.length),
      onEnvelopes: (batch: readonly Envelope[]) => void seen.push(...batch),
      onDropped: (reason: string) => void dropped.push(reason),
    }
    return { seen, dropped, ends, log: createLogReader(KEY, handlers) }
  }

  it('may be cut anywhere, in the middle of a character too', () => {
    for (let cut = 0; cut <= BYTES.length; cut += 1) {
      const { seen, log } = reader()
      log.take(BYTES.slice(0, cut))
      log.take(BYTES.slice(cut))
      expect(seen).toEqual(builder.envelopes)
    }
  })

  it('say once where history ends, after the envelopes before it, wherever they are cut', () => {
    const text = `${HEARTBEAT}${FRAMES.slice(0, 2).join('')}${CAUGHT_UP}${FRAMES.slice(2).join('')}${CAUGHT_UP}`
    const bytes = new TextEncoder().encode(text)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { seen, ends, log } = reader()
      log.take(bytes.slice(0, cut))
      log.take(bytes.slice(cut))
      expect(ends).toEqual([2])
      expect(seen).toEqual(builder.envelopes)
    }
  })

  it('without that comment are all history: no pause and no heartbeat ends it', () => {
    const { ends, log } = reader()
    for (let times = 0; times < 3; times += 1) log.take(BYTES)
    log.take(new TextEncoder().encode(HEARTBEAT + HEARTBEAT))
    expect(ends).toEqual([])
  })

  it('may come one at a time', () => {
    const { seen, log } = reader()
    for (let at = 0; at < BYTES.length; at += 1) log.take(BYTES.slice(at, at + 1))
    expect(seen).toEqual(builder.envelopes)
  })

  it('G8 S001-29 give no envelope of another thread or room, and nothing malformed: both are dropped and counted', () => {
    const { seen, dropped, log } = reader()
    const [good] = builder.envelopes
    const others = [
      { ...good, roomId: 'other' },
      { ...good, threadId: 'other' },
      { ...good, roomId: undefined },
    ]
    const frames = others.map((each) => `data: ${JSON.stringify(each)}\n\n`)
    log.take(new TextEncoder().encode(`${frames.join('')}data: {"v":1\n\ndata: 7\n\n${FRAMES[0]}`))
    expect(dropped).toEqual(['foreign', 'foreign', 'malformed', 'malformed', 'malformed'])
    expect(seen).toEqual([good])
  })

  it('without an end are refused before they fill the memory', () => {
    const { log } = reader()
    const chunk = new TextEncoder().encode(`data: ${'x'.repeat(1024 * 1024)}`)
    expect(() => {
      for (let megabyte = 0; megabyte < 20; megabyte += 1) log.take(chunk)
    }).toThrow(TransportError)
  })

  it('of a frame that was cut off are no envelope', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end((FRAMES[0] ?? '') + (FRAMES[1] ?? '').slice(0, -1))
    })
    const log = read(server.transport, KEY, 0)
    expect(await log.done).toBe('ended')
    expect(log.seqs()).toEqual([1])
    await server.stop()
  })
})
