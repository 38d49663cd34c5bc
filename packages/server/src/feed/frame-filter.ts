/**
 * Filters what a reader gets of a log: every frame, or one run's events. The result is made once per slice and cached with
 * the slice's bytes, so a thousand readers cost one pass.
 */
import { agentEventJson, asLogFrames, eventFrame, splitFrames } from '@holdfast/core'
import { asBuffer, type Slice } from './slice.ts'

/** `last`: nothing follows; the stream ends after these bytes. */
export type FrameFilter = (slice: Slice) => { readonly bytes: Uint8Array; readonly last: boolean }

/** The stored frames as they are. */
export const allFrames: FrameFilter = (slice) => ({ bytes: slice.frames, last: false })

/** A run's bare AG-UI events. `last`: its terminal event is among them. */
export interface RunEvents {
  /** `seq` is the position of the event's record in the thread. */
  readonly events: readonly { readonly seq: number; readonly json: string }[]
  readonly last: boolean
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)

export function runEventsIn(slice: Slice, runId: string): RunEvents {
  const events: { seq: number; json: string }[] = []
  let seq = slice.firstSeq
  for (const stored of splitFrames(decoder.decode(slice.frames))) {
    const at = seq++
    const json = agentEventJson(stored, runId)
    if (json === undefined) continue
    events.push({ seq: at, json })
    if (isTerminal(json)) return { events, last: true }
  }
  return { events, last: false }
}

const asFeed = new WeakMap<Uint8Array, Uint8Array>()

/** The stored envelopes as `log` frames of the feed. Only the `event:` line before each of them differs. */
export const feedFrames: FrameFilter = (slice) => {
  const known = asFeed.get(slice.frames)
  if (known) return { bytes: known, last: false }
  const { frames } = slice
  const bytes = Buffer.concat(asLogFrames(asBuffer(frames)))
  asFeed.set(frames, bytes)
  return { bytes, last: false }
}

const filtered = new WeakMap<Uint8Array, Map<string, ReturnType<FrameFilter>>>()

/** A run's events as SSE frames, `id:` being the thread's seq. */
export function runEvents(runId: string): FrameFilter {
  return (slice) => {
    const known = filtered.get(slice.frames)
    const made = known?.get(runId)
    if (made) return made
    const { events, last } = runEventsIn(slice, runId)
    const text = events.map(({ seq, json }) => eventFrame(seq, json)).join('')
    const result = { bytes: text === '' ? NOTHING : encoder.encode(text), last }
    if (known) known.set(runId, result)
    else filtered.set(slice.frames, new Map([[runId, result]]))
    return result
  }
}

/** RUN_FINISHED or RUN_ERROR. The text is searched first, because parsing every delta would cost more than all the rest. */
function isTerminal(json: string): boolean {
  if (!json.includes('"RUN_FINISHED"') && !json.includes('"RUN_ERROR"')) return false
  const event: unknown = JSON.parse(json)
  if (typeof event !== 'object' || event === null || !('type' in event)) return false
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR'
}
