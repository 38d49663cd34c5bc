import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { SINK_BYTES } from '../feed/sink.ts'
import { type Outgoing, openNodeSink } from './node-sink.ts'

function fakeOutgoing() {
  return Object.assign(new EventEmitter(), {
    writeHead: vi.fn(),
    flushHeaders: vi.fn(),
    useChunkedEncodingByDefault: true,
    write: vi.fn(),
    end: vi.fn(),
    writableLength: 0,
    destroyed: false,
    writableEnded: false,
  })
}

const sinkOn = (outgoing: ReturnType<typeof fakeOutgoing>) => openNodeSink(outgoing as unknown as Outgoing)

describe('the sink on node’s res', () => {
  it('G10 is full above a third of 256 kB, and reports when it has room again', () => {
    const outgoing = fakeOutgoing()
    const sink = sinkOn(outgoing)
    const drained = vi.fn()
    sink.onDrain(drained)
    outgoing.writableLength = SINK_BYTES
    expect(sink.write(new Uint8Array(1))).toBe(true)
    outgoing.writableLength++
    expect(sink.write(new Uint8Array(1))).toBe(false)
    outgoing.emit('drain')
    expect(drained).toHaveBeenCalledOnce()
  })

  it('is idle while it holds no bytes', () => {
    const outgoing = fakeOutgoing()
    const sink = sinkOn(outgoing)
    expect(sink.idle()).toBe(true)
    outgoing.writableLength = 1
    expect(sink.idle()).toBe(false)
  })

  it('writes nothing to a closed socket, and calls a late close listener at once', () => {
    const outgoing = fakeOutgoing()
    outgoing.destroyed = true
    const sink = sinkOn(outgoing)
    const closed = vi.fn()
    sink.onClose(closed)
    expect(sink.write(new Uint8Array(1))).toBe(true)
    expect(closed).toHaveBeenCalledOnce()
    expect(outgoing.writeHead).not.toHaveBeenCalled()
    expect(outgoing.write).not.toHaveBeenCalled()
  })

  it('ends once', () => {
    const outgoing = fakeOutgoing()
    const sink = sinkOn(outgoing)
    sink.end()
    outgoing.writableEnded = true
    sink.end()
    expect(outgoing.end).toHaveBeenCalledOnce()
  })
})
