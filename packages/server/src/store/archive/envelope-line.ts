/** Reads one line of an archive as the record of a thread. Does not know: what the record says. */
import { type Envelope, envelopeJson, eventJsonIn, frame, isId, keyOf, type ThreadKey } from '@holdfast/core'

/** Whether it is the record at this position of this thread. */
export function isEnvelopeOf(value: Envelope, key: ThreadKey, seq: number): boolean {
  if (typeof value !== 'object' || value === null || value.v !== 1 || value.seq !== seq) return false
  const found = keyOf(value)
  if (found?.roomId !== key.roomId || found.threadId !== key.threadId) return false
  if (typeof value.at !== 'string' || !isTime(value.at)) return false
  if (typeof value.event !== 'object' || value.event === null || typeof value.event.type !== 'string') return false
  if (value.kind === 'agui') return isId(value.runId)
  return value.kind === 'control' && (value.runId === undefined || isId(value.runId))
}

function isTime(text: string): boolean {
  const at = Date.parse(text)
  return Number.isFinite(at) && new Date(at).toISOString() === text
}

/** The event's own bytes if the line is exactly what a store would write; otherwise undefined. */
export function eventJsonOf({ roomId, threadId, runId, seq, at, kind }: Envelope, line: string): string | undefined {
  const json = eventJsonIn(line)
  if (json === undefined) return undefined
  const made = frame({ roomId, threadId, ...(runId !== undefined && { runId }), seq, at, kind }, json)
  if (envelopeJson(made) !== line) return undefined
  try {
    // Throws if this is not exactly one JSON value.
    JSON.parse(json)
    return json
  } catch {
    return undefined
  }
}
