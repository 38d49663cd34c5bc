/**
 * A room as lines of JSON (docs/OPERATING.md, Export): a header; for each thread one line, one line for each of its
 * runs in the order of acceptance, then its log with every envelope byte for byte; at the end one line that reveals a
 * truncated or changed file. Does not know: files, stores.
 *
 * Never exported: `forwardedProps` (where programs put keys), remembered cancels, leases, and anything else that
 * belongs to the server and not to the room.
 */
import { createHash } from 'node:crypto'
import { isId } from '@holdfast/core'
import { z } from 'zod'
import type { PersonRoom, PersonThread, RoomRow, ThreadRow } from '../decide/facts.ts'
import type { RunRecord, StartRequest } from '../run-record.ts'

const FORMAT = 'holdfast-room'
const VERSION = 1

const Id = z.string().refine(isId)
/** The same limit as in the routes (docs/LIMITS.md). */
const Title = z.string().max(200)
const Time = z.number().int().min(0).max(8.64e15)
const Count = z.number().int().min(0)
// Any date is allowed, including dates long past.
const MutedUntil = z.number().int().min(-8.64e15).max(8.64e15)

/**
 * Two headers of the same room differ only in `exportedAt`: that of an export, and that of the export of its import.
 */
export const Header = z.strictObject({
  type: z.literal('room'),
  format: z.literal(FORMAT),
  v: z.literal(VERSION),
  exportedAt: z.iso.datetime(),
  /** True if all text is masked. */
  redacted: z.boolean(),
  threads: Count,
  records: Count,
  room: z.strictObject({
    roomId: Id,
    ownerId: Id,
    title: Title,
    agentId: Id.optional(),
    createdAt: Time,
    made: z.strictObject({ title: Title, agentId: Id.optional() }).optional(),
    /** What the room is to each person, if it is anything. A redacted file has none. */
    persons: z.array(z.strictObject({ personId: Id, mutedUntil: MutedUntil.optional() })).optional(),
  }),
})

export const ThreadLine = z.strictObject({
  type: z.literal('thread'),
  threadId: Id,
  runs: Count,
  records: Count,
  ownerId: Id,
  title: Title,
  madeTitle: Title.optional(),
  agentId: Id.optional(),
  /** Only in files from before mutes belonged to persons: becomes a mute of the person who imports the file. */
  mutedUntil: MutedUntil.optional(),
  /** What the thread is to each person, if it is anything. Positions are at most `records`. A redacted file has none. */
  persons: z
    .array(
      z.strictObject({
        personId: Id,
        mutedUntil: MutedUntil.optional(),
        readSeq: Count.optional(),
        markedUnread: Count.optional(),
      }),
    )
    .optional(),
  /** Absent: nothing in it is unread. So it is in files from before there were read marks. */
  completedSeq: Count.optional(),
  archived: z.boolean().optional(),
  createdAt: Time,
  updatedAt: Time,
  /** Its log begins here: what was before it has been trimmed. Such a thread cannot be imported. */
  firstSeq: z.number().int().min(2).optional(),
  /** A tombstone: no runs and no records follow, and the thread never comes back. */
  deleted: z.strictObject({ at: Time, seq: Count }).optional(),
})

const Parts = z.array(z.looseObject({}))

export const RunLine = z.strictObject({
  type: z.literal('run'),
  runId: Id,
  ownerId: Id,
  /** The start request: the only part of a run that is not in its log. */
  request: z.strictObject({
    runId: Id,
    messages: z.array(z.looseObject({ id: Id, role: z.string() })),
    parentId: Id.nullable().optional(),
    agentId: Id,
    onBusy: z.enum(['reject', 'enqueue', 'supersede']),
    tools: Parts,
    context: Parts,
    state: z.unknown().optional(),
    resume: Parts.optional(),
  }),
  /** Only for a queued run. */
  afterCrash: z.enum(['fail', 'restart', 'resume']).optional(),
})

export const EndLine = z.strictObject({ type: z.literal('end'), lines: Count, sha256: z.string() })

export type Header = z.infer<typeof Header>
export type ThreadLine = z.infer<typeof ThreadLine>
export type RunLine = z.infer<typeof RunLine>

export function headerOf(
  { tenantId: _, deletedAt: __, ...room }: RoomRow & { readonly deletedAt?: number },
  own: ReadonlyMap<string, PersonRoom>,
  more: Pick<Header, 'exportedAt' | 'redacted' | 'threads' | 'records'>,
): Header {
  const { exportedAt, redacted, threads, records } = more
  const persons = Array.from(own, ([personId, put]) => ({ personId, ...put }))
  const whole = { ...room, ...(persons.length > 0 && { persons }) }
  return { type: 'room', format: FORMAT, v: VERSION, exportedAt, redacted, threads, records, room: whole }
}

export function threadLineOf(
  row: ThreadRow,
  own: ReadonlyMap<string, PersonThread>,
  runs: number,
  { records, firstSeq }: { readonly records: number; readonly firstSeq: number },
): ThreadLine {
  const persons = Array.from(own, ([personId, put]) => ({ personId, ...put }))
  const { threadId, ownerId, title, madeTitle, agentId, archived, createdAt, updatedAt, deleted, completedSeq } = row
  return {
    type: 'thread',
    threadId,
    runs,
    records,
    ownerId,
    title,
    ...(madeTitle !== undefined && { madeTitle }),
    ...(agentId !== undefined && { agentId }),
    ...(persons.length > 0 && { persons }),
    ...(completedSeq > 0 && { completedSeq }),
    archived,
    createdAt,
    updatedAt,
    ...(firstSeq > 1 && { firstSeq }),
    ...(deleted !== undefined && { deleted }),
  }
}

export function runLineOf({ runId, owner, request, afterCrash, status }: RunRecord): RunLine {
  const { messages, parentId, agentId, onBusy, tools, context, state, resume } = request
  const asked = {
    runId,
    messages,
    ...(parentId !== undefined && { parentId }),
    agentId,
    onBusy,
    tools,
    context,
    ...(state !== undefined && { state }),
    ...(resume !== undefined && { resume }),
  }
  return {
    type: 'run',
    runId,
    ownerId: owner.personId,
    // Converted through JSON, as it was stored: the schema knows its parts only as objects.
    request: asked as unknown as RunLine['request'],
    ...(status === 'queued' && afterCrash !== undefined && { afterCrash }),
  }
}

export function requestOf({ request }: RunLine): StartRequest {
  // `RunLine` has checked the fields of the request. Its messages and tools were checked when the run was accepted.
  return request as unknown as StartRequest
}

/** Sums up every line after the header, so that an import detects missing and changed lines. */
export function createSum() {
  const hash = createHash('sha256')
  let lines = 0
  return {
    add(line: string): void {
      hash.update(line).update('\n')
      lines++
    },
    end: () => ({ type: 'end' as const, lines, sha256: hash.digest('hex') }),
  }
}

/** Why a file is refused. `line` counts from 1. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  readonly line: number
  constructor(line: number, sentence: string, options?: ErrorOptions) {
    super(`Line ${line}: ${sentence}`, options)
    this.line = line
  }
}
