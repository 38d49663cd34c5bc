/**
 * Joins consecutive deltas, so that many tokens are one event, one seq and one frame.
 *
 * Owns: the one delta event that still grows. Does not know: limits of the run, what is open.
 *
 * Invariants:
 * - Order is kept.
 * - A joined event has at most `maxBytes` of JSON; a single code point may exceed that.
 * - No event ends inside a surrogate pair.
 * - JSON is made once for each event, not for each delta.
 */
import { EventType } from '@ag-ui/core'
import { jsonLength, pieceEnd, utf8Length } from '../json/bytes.ts'
import type { DeltaType, Entity } from './order.ts'

/** A delta's fields beside its text. A delta with metadata is not joined, because readers merge metadata per event. */
export interface DeltaExtras {
  readonly timestamp?: unknown
  readonly metadata?: unknown
}

export interface Coalescer {
  /** Adds a delta whose text has `bytes` bytes as JSON. */
  add(type: DeltaType, entity: Entity, delta: string, bytes: number, extras: DeltaExtras | undefined): void
  /** Emits the event that still grows, if there is one. */
  flush(): void
  /** Bytes of JSON of the event that still grows. */
  growing(): number
}

export function createCoalescer(maxBytes: number, emit: (json: string, bytes: number) => void): Coalescer {
  let type: DeltaType | undefined
  let entity: Entity | undefined
  let head = ''
  let headBytes = 0
  let delta = ''
  let deltaBytes = 0

  function flush(): void {
    if (entity === undefined) return
    entity = undefined
    emit(`${head}${JSON.stringify(delta)}}`, headBytes + deltaBytes)
    delta = ''
    deltaBytes = 0
  }

  function begin(nextType: DeltaType, next: Entity, extras: DeltaExtras | undefined): void {
    type = nextType
    entity = next
    head = headOf(nextType, next, extras)
    headBytes = utf8Length(head) + '""}'.length
  }

  function split(text: string, extras: DeltaExtras | undefined, nextType: DeltaType, next: Entity): void {
    for (let from = 0; from < text.length; ) {
      begin(nextType, next, from === 0 ? extras : undefined)
      const to = pieceEnd(text, from, maxBytes - headBytes)
      delta = text.slice(from, to)
      deltaBytes = jsonLength(delta)
      from = to
      if (from < text.length) flush()
    }
  }

  return {
    add(nextType, next, text, bytes, extras) {
      if (entity === next && type === nextType && !extras?.metadata && headBytes + deltaBytes + bytes <= maxBytes) {
        delta += text
        deltaBytes += bytes
        return
      }
      flush()
      begin(nextType, next, extras)
      if (headBytes + bytes > maxBytes) split(text, extras, nextType, next)
      else {
        delta = text
        deltaBytes = bytes
      }
      if (extras?.metadata) flush()
    },
    flush,
    growing: () => (entity === undefined ? 0 : headBytes + deltaBytes),
  }
}

/** The event's JSON before its delta, which comes last. */
function headOf(type: DeltaType, { id, owner }: Entity, extras: DeltaExtras | undefined): string {
  const named = type === EventType.TOOL_CALL_ARGS ? { toolCallId: id } : { messageId: id }
  const rest = owner === undefined ? named : { ...named, subagentRunId: owner }
  return `${JSON.stringify({ type, ...rest, ...extras }).slice(0, -1)},"delta":`
}
