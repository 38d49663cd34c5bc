import { frame } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createRing } from './ring.ts'
import { SINK_BYTES } from './sink.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function commit(firstSeq: number, lastSeq: number, padding = '') {
  let frames = ''
  for (let seq = firstSeq; seq <= lastSeq; seq++) {
    const at = '2026-01-01T00:00:00.000Z'
    frames += frame({ roomId: 'r', threadId: 't', runId: 'x', seq, at, kind: 'agui' }, JSON.stringify({ seq, padding }))
  }
  return { firstSeq, lastSeq, frames: new TextEncoder().encode(frames) }
}

/** A thread's frames as a slice of a buffer that holds a commit of many threads. */
function inGroup({ firstSeq, lastSeq, frames }: ReturnType<typeof commit>) {
  const group = new Uint8Array(frames.byteLength + 60_000)
  group.set(frames, 30_000)
  return { firstSeq, lastSeq, frames: group.subarray(30_000, 30_000 + frames.byteLength) }
}

describe('the ring of a thread that is read', () => {
  it('gives every reader at the same cursor the same buffer', () => {
    const ring = createRing()
    ring.told(commit(1, 3))
    ring.told(commit(4, 6))
    const one = ring.after(3, 1e6)
    const other = ring.after(3, 1e6)
    expect(one.type === 'slice' && other.type === 'slice' && one.frames === other.frames).toBe(true)
  })

  it('slices inside a commit, and continues with the commits after it', () => {
    const ring = createRing()
    ring.told(commit(1, 3))
    ring.told(commit(4, 6))
    const recent = ring.after(2, 1e6)
    expect(recent).toMatchObject({ type: 'slice', firstSeq: 3, lastSeq: 3 })
    expect(recent.type === 'slice' && text(recent.frames)).toBe(text(commit(3, 3).frames))
    expect(ring.after(3, 1e6)).toMatchObject({ firstSeq: 4, lastSeq: 6 })
  })

  it('gives adjacent small commits together, also from the middle of one, and gives the next reader the same bytes', () => {
    const ring = createRing()
    for (const firstSeq of [1, 3]) ring.told(inGroup(commit(firstSeq, firstSeq + 1)))
    const recent = ring.after(1, 1e6)
    expect(recent).toMatchObject({ type: 'slice', firstSeq: 2, lastSeq: 4 })
    expect(recent.type === 'slice' && text(recent.frames)).toBe(text(commit(2, 4).frames))
    expect(ring.after(1, 1e6)).toBe(recent)
    ring.told(inGroup(commit(5, 5)))
    expect(ring.after(1, 1e6)).toMatchObject({ firstSeq: 2, lastSeq: 5 })
  })

  it('gives whole commits up to the limit, and always at least one', () => {
    const ring = createRing()
    ring.told(commit(1, 3))
    ring.told(commit(4, 6))
    expect(ring.after(0, 1)).toMatchObject({ firstSeq: 1, lastSeq: 3 })
  })

  it('never gives records across a hole: after a missed notice the store answers', () => {
    const ring = createRing()
    ring.told(commit(1, 3))
    ring.told(commit(6, 7))
    expect(ring.after(3, 1e6)).toEqual({ type: 'unknown' })
    expect(ring.after(5, 1e6)).toMatchObject({ firstSeq: 6, lastSeq: 7 })
  })

  it('tolerates repeated, late and bare notices', () => {
    const ring = createRing()
    ring.told(commit(4, 6))
    ring.told(commit(1, 3))
    ring.told(commit(4, 6))
    expect(ring.after(3, 1e6)).toMatchObject({ firstSeq: 4, lastSeq: 6 })
    ring.told({ firstSeq: 7, lastSeq: 8 })
    expect(ring.after(6, 1e6)).toEqual({ type: 'unknown' })
    expect(ring.after(8, 1e6)).toEqual({ type: 'current' })
  })

  it('passes a commit on unchanged if no reader is behind, and holds nothing afterwards', () => {
    const ring = createRing()
    ring.told(commit(1, 3))
    const passed = inGroup(commit(4, 6))
    ring.pass(passed, () => {
      const recent = ring.after(3, 1e6)
      expect(recent).toMatchObject({ type: 'slice', firstSeq: 4, lastSeq: 6 })
      expect(recent.type === 'slice' && text(recent.frames)).toBe(text(passed.frames))
      expect(recent.type === 'slice' && recent.frames.buffer).toBe(passed.frames.buffer)
      expect(ring.after(3, 1e6)).toBe(recent)
    })
    expect(ring.bytes()).toBe(0)
    for (const cursor of [0, 3]) expect(ring.after(cursor, 1e6)).toEqual({ type: 'unknown' })
    expect(ring.after(6, 1e6)).toEqual({ type: 'current' })
    ring.told(commit(7, 8))
    expect(ring.after(6, 1e6)).toMatchObject({ firstSeq: 7, lastSeq: 8 })
  })

  it('G10 holds a commit that is too large to write at once, so that it is read in steps', () => {
    const passed = commit(1, 3, 'x'.repeat(100))
    const ring = createRing({ passedBytes: passed.frames.byteLength })
    ring.pass(passed, () => expect(ring.bytes()).toBe(0))
    const larger = commit(4, 6, 'x'.repeat(101))
    ring.pass(larger, () => expect(ring.after(3, 1e6)).toMatchObject({ firstSeq: 4, lastSeq: 6 }))
    expect(ring.bytes()).toBe(larger.frames.byteLength)
  })

  it('G10 passes a small slice of a very large buffer as a copy', () => {
    const ring = createRing()
    const { frames } = commit(1, 1)
    const group = new Uint8Array(SINK_BYTES + 1)
    group.set(frames)
    ring.pass({ firstSeq: 1, lastSeq: 1, frames: group.subarray(0, frames.byteLength) }, () => {
      const recent = ring.after(0, 1e6)
      expect(recent.type === 'slice' && text(recent.frames)).toBe(text(frames))
      expect(recent.type === 'slice' && recent.frames.buffer).not.toBe(group.buffer)
    })
  })

  it('G10 holds no more than its bound, and no larger buffer for a small slice of it', () => {
    const ring = createRing({ maxBytes: 2_000 })
    for (let seq = 1; seq <= 100; seq++) ring.told(commit(seq, seq, 'x'.repeat(100)))
    expect(ring.bytes()).toBeLessThanOrEqual(2_000)
    expect(ring.after(98, 1e6)).toMatchObject({ firstSeq: 99, lastSeq: 99 })
    expect(ring.after(99, 1e6)).toMatchObject({ firstSeq: 100, lastSeq: 100 })
    expect(ring.after(1, 1e6)).toEqual({ type: 'unknown' })
    ring.told(commit(101, 101, 'x'.repeat(3_000)))
    expect(ring.bytes()).toBe(0)

    const group = new Uint8Array(1_000_000)
    const { frames } = commit(102, 102)
    group.set(frames)
    ring.told({ firstSeq: 102, lastSeq: 102, frames: Buffer.from(group.buffer, 0, frames.byteLength) })
    const recent = ring.after(101, 1e6)
    expect(recent.type === 'slice' && text(recent.frames)).toBe(text(frames))
    expect(recent.type === 'slice' && recent.frames.buffer.byteLength).toBeLessThanOrEqual(1024)
  })

  it('G10 gives small slices of large buffers unchanged, and keeps hardly more bytes than they have', () => {
    const ring = createRing({ maxBytes: 40_000 })
    const buffers = new Set<ArrayBufferLike>()
    for (let seq = 1; seq <= 400; seq++) {
      const { frames } = commit(seq, seq, `${seq} `.repeat((seq % 7) + 1))
      ring.told(inGroup(commit(seq, seq, `${seq} `.repeat((seq % 7) + 1))))
      const recent = ring.after(seq - 1, 1e6)
      expect(recent.type === 'slice' && text(recent.frames)).toBe(text(frames))
    }
    for (let seq = 400; seq > 0; seq--) {
      const recent = ring.after(seq - 1, 1)
      if (recent.type !== 'slice') break
      expect(text(recent.frames)).toBe(text(commit(seq, seq, `${seq} `.repeat((seq % 7) + 1)).frames))
      buffers.add(recent.frames.buffer)
    }
    const kept = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(buffers.size).toBeGreaterThan(1)
    expect(kept).toBeLessThanOrEqual((9 / 8) * ring.bytes() + 2 * 16 * 1024)
  })
})
