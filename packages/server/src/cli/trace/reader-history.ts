/**
 * Who read a run's thread while the run went on, from the lines of `events.jsonl` and its older generations. The file is only a
 * history: a line that cannot be read is passed over, and a directory without the run's lines says that nothing was recorded.
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import type { RunTrace } from './run-trace.ts'

export interface ReaderMoment {
  readonly type: 'reader_joined' | 'reader_left'
  readonly at: string
  /** Since the run's acceptance. */
  readonly ms: number
  /** The cursor it came with, or the last position it was given. */
  readonly seq: number
  /** How many followed the thread then. */
  readonly readers: number
}

export type ReaderHistory =
  | { readonly recorded: false }
  | {
      readonly recorded: true
      /** How many followed the thread when the run was first claimed. */
      readonly atStart?: number
      readonly atEnd?: number
      readonly changes: readonly ReaderMoment[]
    }

const GENERATIONS = ['.4', '.3', '.2', '.1', '']

export async function readersOf(directory: string, trace: RunTrace): Promise<ReaderHistory> {
  const { roomId, threadId, runId, accepted, ended } = trace
  let here = false
  let tenantId: unknown
  let atStart: number | undefined
  let atEnd: number | undefined
  const changes: ReaderMoment[] = []
  for await (const line of linesIn(directory)) {
    if (line.roomId !== roomId || line.threadId !== threadId || typeof line.at !== 'string') continue
    const { type, at, seq, readers } = line
    // A run of another server, or of another tenant, may have the same id: its record is elsewhere.
    if (line.runId === runId && type === 'run_accepted' && (!here || tenantOf(line) === tenantId)) {
      here = seq === accepted.seq && at === accepted.at
      tenantId = tenantOf(line)
    }
    if (!here || tenantOf(line) !== tenantId) continue
    if (line.runId === runId && typeof readers === 'number') {
      if (type === 'run_started') atStart = readers
      if (type === 'run_ended') atEnd = readers
    }
    if (type !== 'reader_joined' && type !== 'reader_left') continue
    if (at < accepted.at || (ended && at > ended.at)) continue
    changes.push({
      type,
      at,
      ms: Date.parse(at) - Date.parse(accepted.at),
      seq: Number(seq),
      readers: Number(readers),
    })
  }
  if (atStart === undefined && atEnd === undefined && changes.length === 0) return { recorded: false }
  return {
    recorded: true,
    ...(atStart !== undefined && { atStart }),
    ...(atEnd !== undefined && { atEnd }),
    changes,
  }
}

/** Lines of before there were several tenants name none. */
const tenantOf = (line: Readonly<Record<string, unknown>>) => line.tenantId ?? LOCAL_PRINCIPAL.tenantId

async function* linesIn(directory: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for (const generation of GENERATIONS) {
    const path = join(directory, `events.jsonl${generation}`)
    if (!existsSync(path)) continue
    try {
      for await (const text of createInterface({ input: createReadStream(path) })) {
        const line = parsed(text)
        if (line) yield line
      }
    } catch {
      // Renamed meanwhile, or not readable: the log is the truth, and this only adds to it.
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
