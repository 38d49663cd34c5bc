/**
 * What one run did, line by line: its records, with what streams joined to one line a text.
 *
 * Owns: which records make one line, how much is kept. Does not know: where records come from, React.
 */
import type { Envelope } from '@holdfast/core'

export interface LogLine {
  /** Of its first record. */
  readonly seq: number
  /** Milliseconds since 1970: of its first and its last record. */
  readonly from: number
  readonly to: number
  /** How many records it stands for. */
  readonly records: number
  /** A plain word for a person; for what has none, the event's own type. */
  readonly what: string
  /** What was said, or of what: the beginning of it. */
  readonly detail: string
}

/** Lines that a person still reads; of a longer run the newest. */
export const MAX_LINES = 500
const MAX_DETAIL = 160

interface Said {
  readonly what: string
  readonly detail: string
  /** Records in a row with the same are one line. */
  readonly joins?: string
}

export interface RunLog {
  take(batch: readonly Envelope[]): void
  readonly lines: readonly LogLine[]
  /** Lines that were left out at the beginning. */
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
      const { what } = said
      kept.push({ seq: envelope.seq, from: at, to: at, records: 1, what, detail: said.detail.slice(0, MAX_DETAIL) })
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

/** An agent's event is only known to have a type: everything else of it is looked at before it is shown. */
function wordsOf({ kind, event }: Envelope): Said {
  const of = event as unknown as Readonly<Record<string, unknown>>
  const text = (name: string) => (typeof of[name] === 'string' ? of[name] : '')
  if (kind === 'control') return { what: CONTROL[event.type] ?? event.type, detail: reasonOf(of) }
  switch (event.type as string) {
    case 'TEXT_MESSAGE_CONTENT':
      return { what: 'Says', detail: text('delta'), joins: `text ${text('messageId')}` }
    case 'REASONING_MESSAGE_CONTENT':
      return { what: 'Thinks', detail: text('delta'), joins: `thought ${text('messageId')}` }
    case 'TOOL_CALL_ARGS':
      return { what: 'Gives a tool', detail: text('delta'), joins: `call ${text('toolCallId')}` }
    case 'TOOL_CALL_START':
      return { what: 'Calls a tool', detail: text('toolCallName') }
    case 'TOOL_CALL_RESULT':
      return { what: 'A tool answers', detail: text('content') }
    case 'RUN_STARTED':
      return { what: 'Starts', detail: '' }
    case 'RUN_FINISHED':
      return { what: 'Finishes', detail: '' }
    case 'RUN_ERROR':
      return { what: 'Fails', detail: text('message') }
    default:
      return { what: event.type, detail: text('name') || text('stepName') || text('toolCallId') || text('messageId') }
  }
}

const CONTROL: Readonly<Record<string, string>> = {
  'run.accepted': 'Asked',
  'run.status': 'Now',
  'run.cancel-requested': 'Stop asked for',
  'run.ended': 'Ended',
}

function reasonOf(of: Readonly<Record<string, unknown>>): string {
  const { status, by, reason, outcome } = of
  const words = [status, by === undefined ? undefined : `by ${String(by)}`, reason, typeOf(outcome)]
  return words.filter((word) => typeof word === 'string').join(', ')
}

function typeOf(outcome: unknown): unknown {
  return typeof outcome === 'object' && outcome !== null && 'type' in outcome ? outcome.type : undefined
}
