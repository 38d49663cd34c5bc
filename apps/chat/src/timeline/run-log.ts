/**
 * What one run did, line by line: its records, with the deltas of one text joined to a line.
 *
 * Owns: which records make one line, how many are kept. Does not know: their names (`run-words.ts`), where they come
 * from, React.
 */
import type { Envelope } from '@holdfast/core'
import { wordsOf } from './run-words.ts'

export interface LogLine {
  /** Of its first record. */
  readonly seq: number
  /** Milliseconds since 1970: of its first and its last record. */
  readonly from: number
  readonly to: number
  /** How many records it stands for. */
  readonly records: number
  /** In plain words: what happens. */
  readonly what: string
  /** What the protocol calls it: of its first record. */
  readonly type: string
  /** The start of the text or object. */
  readonly detail: string
}

/** Lines that a person still reads; of a longer run the newest. */
export const MAX_LINES = 500
const MAX_DETAIL = 160

export interface RunLog {
  take(batch: readonly Envelope[]): void
  readonly lines: readonly LogLine[]
  /** Lines that were dropped at the start. */
  readonly dropped: number
  /** The run's last record is there. */
  readonly ended: boolean
}

export function createRunLog(runId: string): RunLog {
  let lines: readonly LogLine[] = []
  let joining: string | undefined
  let dropped = 0
  let ended = false

  function add(envelope: Envelope, kept: LogLine[]): void {
    const said = wordsOf(envelope)
    const at = Date.parse(envelope.at)
    const last = kept.at(-1)
    if (last && said.joins !== undefined && said.joins === joining) {
      const detail = (last.detail + said.detail).slice(0, MAX_DETAIL)
      kept[kept.length - 1] = { ...last, to: at, records: last.records + 1, detail }
    } else {
      const detail = said.detail.slice(0, MAX_DETAIL)
      const { seq, event } = envelope
      kept.push({ seq, from: at, to: at, records: 1, what: said.what, type: event.type, detail })
    }
    joining = said.joins
    ended ||= envelope.kind === 'control' && envelope.event.type === 'run.ended'
  }

  return {
    take(batch) {
      const kept = [...lines]
      for (const envelope of batch) if (envelope.runId === runId) add(envelope, kept)
      const over = Math.max(0, kept.length - MAX_LINES)
      dropped += over
      lines = kept.slice(over)
    },
    get lines() {
      return lines
    },
    get dropped() {
      return dropped
    },
    get ended() {
      return ended
    },
  }
}
