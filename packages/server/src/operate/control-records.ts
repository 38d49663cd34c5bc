/** Finds the control records of a commit. Most commits have none. Does not know: what the records mean. */
import { CONTROL_MARK, type ControlRecord, controlRecords } from '@holdfast/core'

const NONE: readonly ControlRecord[] = []

/** Called for each commit of each thread. Without a control record it costs one native search and no allocation. */
export function controlRecordsIn(frames: Uint8Array): Iterable<ControlRecord> {
  if (Buffer.prototype.indexOf.call(frames, CONTROL_MARK) === -1) return NONE
  return controlRecords(Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength))
}
