/**
 * The layout of SSE frames, as text: how a frame is written, and how its parts are read (docs/PROTOCOL.md, SSE; WHATWG
 * HTML 9.2). `frame-bytes.ts` reads the same layout as bytes, `frame-joins.ts` reads it for a fold. No other file knows
 * it.
 *
 * A stored frame is `id: <seq>\ndata: <envelope>\n\n`, LF only. Every reader of `/log` is sent it as it is, and the other
 * streams cut their frames out of it, so the bytes of an event are made once.
 *
 * Invariants:
 * - JSON holds no raw line feed, so a frame ends at the first blank line.
 * - A head holds only ids, numbers and times, so the first `,"event":` of a frame is where its event begins.
 */
import type { ThreadKey } from '../key/thread-key.ts'

/** The layout's fixed parts, for the other files of this module. */
export const ID = 'id: '
export const DATA = 'data: '
export const FRAME_END = '\n\n'
export const SEQ = ',"seq":'
export const EVENT = ',"event":'
const FIRST = '{"v":1,"roomId":"'

type Kind = 'agui' | 'control'

/** The text from the time's closing quote to the event. */
export const kindPart = (kind: Kind) => `","kind":"${kind}"${EVENT}`
const runIdIn = (runId: string) => `,"runId":"${runId}"`

export interface FrameHead extends ThreadKey {
  readonly runId?: string | undefined
  readonly seq: number
  /** ISO 8601 UTC. */
  readonly at: string
  readonly kind: Kind
}

/** One stored frame from a head and the JSON of its event. */
export function frame(head: FrameHead, eventJson: string): string {
  return framesWith(head)(head.seq, eventJson)
}

/** Makes the stored frames of neighbouring records. What they have in common is put together once. */
export function framesWith(head: Omit<FrameHead, 'seq'>): (seq: number, eventJson: string) => string {
  const run = head.runId === undefined ? '' : runIdIn(head.runId)
  const before = `${frameAddress(head)}${run}${SEQ}`
  const behind = `,"at":"${head.at}${kindPart(head.kind)}`
  return (seq, eventJson) => `${ID}${seq}${before}${seq}${behind}${eventJson}}${FRAME_END}`
}

/** What every stored frame of a thread holds right behind its `id` line, that line's line feed included. */
export function frameAddress({ roomId, threadId }: ThreadKey): string {
  return `\n${DATA}${FIRST}${roomId}","threadId":"${threadId}"`
}

/** A run's event as its own stream has it: `id` is the thread's seq, the data is the event alone. */
export function eventFrame(seq: number, eventJson: string): string {
  return `${ID}${seq}\n${DATA}${eventJson}${FRAME_END}`
}

/** The kinds of frames on the feed. */
export type FeedFrameName = 'inbox' | 'log' | 'caught-up' | 'resync'

export function feedFrame(name: FeedFrameName, dataJson: string): string {
  return `${feedFrameLine(name)}${DATA}${dataJson}${FRAME_END}`
}

/** The line before a feed frame's data. A stored frame has its `id` line in that place. */
export const feedFrameLine = (name: FeedFrameName) => `event: ${name}\n`

/** An inbox frame's data, from the JSON of its entry. A cursor is base64url, so nothing in it is escaped. */
export function inboxJson(cursor: string, entryJson: string): string {
  return `{"cursor":"${cursor}",${entryJson.slice(1)}`
}

/** Whole frames at the beginning of a text that still grows, and the part of a frame behind them. */
export function wholeFrames(text: string): { readonly frames: readonly string[]; readonly rest: string } {
  const end = text.lastIndexOf(FRAME_END)
  return end === -1 ? { frames: [], rest: text } : { frames: splitFrames(text), rest: text.slice(end + 2) }
}

/** Cuts text into its frames, each with its closing blank line. A frame that is not whole is left out. */
export function splitFrames(text: string): string[] {
  const frames: string[] = []
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf(FRAME_END, from)
    if (to === -1) break
    frames.push(text.slice(from, to + FRAME_END.length))
    from = to + FRAME_END.length
  }
  return frames
}

export function isComment(frame: string): boolean {
  return frame.startsWith(':')
}

/** The envelope's JSON in a stored frame. */
export function envelopeJson(stored: string): string {
  return stored.slice(stored.indexOf(DATA) + DATA.length, -FRAME_END.length)
}

/** The event's JSON in a stored frame. */
export function eventJson(stored: string): string {
  return eventJsonIn(stored.slice(0, -FRAME_END.length)) ?? ''
}

/** The event's JSON in an envelope's JSON as a store makes it; undefined in a text without one. */
export function eventJsonIn(envelope: string): string | undefined {
  const at = envelope.indexOf(EVENT)
  return at === -1 ? undefined : envelope.slice(at + EVENT.length, -1)
}

/** The JSON of what the agent of the run `runId` said, where a stored frame holds that; else undefined. */
export function agentEventJson(stored: string, runId: string): string | undefined {
  const head = stored.slice(0, stored.indexOf(EVENT) + EVENT.length)
  return head.includes(`${runIdIn(runId)},`) && head.endsWith(kindPart('agui')) ? eventJson(stored) : undefined
}

/** The comment that keeps a quiet connection open and shows a reader that it lives. */
export const HEARTBEAT = ': hb\n\n'

/** The text of the comment that ends the history of a `/log` stream: what follows is live. */
export const CAUGHT_UP_COMMENT = 'caught-up'

export const CAUGHT_UP = `: ${CAUGHT_UP_COMMENT}\n\n`
