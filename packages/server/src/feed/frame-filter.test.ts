import { type FrameHead, frame } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { runEvents, runEventsIn } from './frame-filter.ts'

const at = '2026-01-01T00:00:00.000Z'
const head = (seq: number, kind: FrameHead['kind'], runId?: string): FrameHead => ({
  roomId: 'r',
  threadId: 't',
  seq,
  at,
  kind,
  ...(runId === undefined ? {} : { runId }),
})

function sliceOf(...frames: string[]) {
  return { firstSeq: 1, lastSeq: frames.length, frames: new TextEncoder().encode(frames.join('')) }
}

const delta = (text: string) => JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: text })

describe('one run filtered out of a log', () => {
  it('keeps only the agent events of that run, byte for byte', () => {
    const slice = sliceOf(
      frame(head(1, 'control', 'a'), '{"type":"run.accepted"}'),
      frame(head(2, 'agui', 'a'), delta('one')),
      frame(head(3, 'agui', 'b'), delta('of b, saying ,"runId":"a","kind":"agui"')),
      frame(head(4, 'control'), '{"type":"thread.changed"}'),
      frame(head(5, 'agui', 'a'), delta('two')),
    )
    const { bytes, last } = runEvents('a')(slice)
    expect(new TextDecoder().decode(bytes)).toBe(`id: 2\ndata: ${delta('one')}\n\nid: 5\ndata: ${delta('two')}\n\n`)
    expect(last).toBe(false)
  })

  it('ends after the terminal event, and not at a text that only mentions one', () => {
    const slice = sliceOf(
      frame(head(1, 'agui', 'a'), delta('"RUN_FINISHED"')),
      frame(head(2, 'agui', 'a'), '{"type":"CUSTOM","name":"RUN_ERROR","value":{"type":"RUN_ERROR"}}'),
      frame(head(3, 'agui', 'a'), '{"runId":"a","type":"RUN_FINISHED"}'),
      frame(head(4, 'control', 'a'), '{"type":"run.ended"}'),
    )
    expect(runEventsIn(slice, 'a')).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }], last: true })
  })

  it('is made once for all its readers', () => {
    const slice = sliceOf(frame(head(1, 'agui', 'a'), delta('one')))
    expect(runEvents('a')(slice).bytes).toBe(runEvents('a')({ ...slice }).bytes)
  })
})
