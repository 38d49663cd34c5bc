/**
 * SSE frames of a log, as text. A stored frame is `id: <seq>\ndata: <envelope>\n\n`, LF only, and goes as it is to every
 * reader of `/log`; the other streams cut their own frames out of the same text, so the bytes of an event are made once
 * (docs/PROTOCOL.md, SSE; WHATWG HTML 9.2).
 *
 * The head holds only ids, numbers and times, so the first `,"event":` in a frame is where the event begins.
 */
import type { ThreadKey } from '../key/thread-key.ts'

const EVENT = ',"event":'
const DATA = '\ndata: '
const FIRST = '{"v":1,"roomId":"'

export interface FrameHead extends ThreadKey {
  readonly runId?: string | undefined
  readonly seq: number
  /** ISO 8601 UTC. */
  readonly at: string
  readonly kind: 'agui' | 'control'
}

/** One stored frame from a head and the JSON of its event. */
export function frame(head: FrameHead, eventJson: string): string {
  return framesWith(head)(head.seq, eventJson)
}

/** Makes the stored frames of neighbouring records: what they have in common is put together once. */
export function framesWith(head: Omit<FrameHead, 'seq'>): (seq: number, eventJson: string) => string {
  const run = head.runId === undefined ? '' : `,"runId":"${head.runId}"`
  const before = `${frameAddress(head)}${run},"seq":`
  const behind = `,"at":"${head.at}","kind":"${head.kind}"${EVENT}`
  return (seq, eventJson) => `id: ${seq}${before}${seq}${behind}${eventJson}}\n\n`
}

/** What every stored frame of a thread has in front of everything else, behind its first line. */
export function frameAddress({ roomId, threadId }: ThreadKey): string {
  return `${DATA}${FIRST}${roomId}","threadId":"${threadId}"`
}

/** Cuts stored text into its frames, each with its closing blank line. */
export function splitFrames(text: string): string[] {
  const frames: string[] = []
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf('\n\n', from)
    if (to === -1) break
    frames.push(text.slice(from, to + 2))
    from = to + 2
  }
  return frames
}

/** The envelope's JSON in a stored frame. */
export function envelopeJson(stored: string): string {
  return stored.slice(stored.indexOf(DATA) + DATA.length, -2)
}

/** The event's JSON in a stored frame. */
export function eventJson(stored: string): string {
  return stored.slice(stored.indexOf(EVENT) + EVENT.length, -3)
}

/** The comment that keeps a quiet connection open and lets a reader see that it lives. */
export const HEARTBEAT = ': hb\n\n'
