/**
 * Finds the agent's events of a commit that say what tools, sub-agents and model calls do. Most commits have none. Does
 * not know: what the events mean.
 */
import { type AguiEnvelope, type Envelope, envelopeJson, splitFrames } from '@holdfast/core'

/** What the JSON of such an event holds. Within a text its quotes would be escaped. */
const MARKS = ['"type":"TOOL_CALL_', '"type":"SUBAGENT_', '"type":"STEP_', '"name":"holdfast.'].map((mark) =>
  Buffer.from(mark),
)

/** One frame holds one event. Arguments of calls are never read. */
const WANTED = /"type":"(?:TOOL_CALL_START|TOOL_CALL_RESULT|SUBAGENT_|STEP_)|"name":"holdfast\.(?:progress|superseded)"/

const NONE: readonly AguiEnvelope[] = []

/** Called for each commit of each thread. Without such an event it costs a few native searches and no allocation. */
export function activityRecordsIn(frames: Uint8Array): Iterable<AguiEnvelope> {
  return MARKS.some((mark) => Buffer.prototype.indexOf.call(frames, mark) !== -1) ? read(frames) : NONE
}

function* read(frames: Uint8Array): Generator<AguiEnvelope> {
  const text = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength).toString('utf8')
  for (const frame of splitFrames(text)) {
    if (!WANTED.test(frame)) continue
    const envelope = JSON.parse(envelopeJson(frame)) as Envelope
    if (envelope.kind === 'agui') yield envelope
  }
}
