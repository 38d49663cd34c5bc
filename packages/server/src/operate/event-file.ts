/**
 * `events.jsonl`: one JSON line for each change in the life of a run, beside the store. It is for looking up later what
 * happened. The server never reads it, and it is not the truth: the log is.
 *
 * Owns: the file, its size, its older generations (`events.jsonl.1` is the newest of them). Does not know: what a line
 * means. A new kind of line is one more arm of `EventLine`.
 *
 * Invariants: recording a line never waits and never fails; a file that cannot be written is reported once until it can be
 * written again; the number of pending lines is bounded.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActivityLine, LeftOut } from './activity-lines.ts'

export type EventLine =
  /** `readers`: how many streams follow the thread. Present where a run begins or ends. */
  | (ActivityLine & { readonly readers?: number })
  /** Changes of tools and sub-agents of this run that were too many to be written. */
  | LeftOut
  /** While a run of the thread is live. `seq`: the cursor it came with, or the last position it was given. */
  | {
      readonly type: 'reader_joined' | 'reader_left'
      readonly at: string
      readonly tenantId: string
      readonly roomId: string
      readonly threadId: string
      readonly seq: number
      /** How many streams follow the thread now. */
      readonly readers: number
    }
  /** Runs of an earlier process were ended on its behalf, or made ready to be resumed. */
  | { readonly type: 'orphans_settled'; readonly at: string; readonly count: number }
  /** A stopping process left the run for the next one. */
  | {
      readonly type: 'run_released'
      readonly at: string
      readonly tenantId: string
      readonly roomId: string
      readonly threadId: string
      readonly runId: string
    }
  | { readonly type: 'mcp_server_ready'; readonly at: string; readonly server: string; readonly tools: number }
  | { readonly type: 'mcp_server_lost'; readonly at: string; readonly server: string; readonly reason: string }
  /** Retention has trimmed old records from logs. */
  | { readonly type: 'logs_trimmed'; readonly at: string; readonly records: number }
  /** This many lines before this one could not be written. */
  | { readonly type: 'lines_lost'; readonly at: string; readonly count: number }

export interface EventFile {
  record(line: EventLine): void
  /** Writes the pending lines. Idempotent. */
  close(): Promise<void>
}

export interface EventFileOptions {
  readonly directory: string
  readonly now: () => number
  /** Called once when the file cannot be written, and again only after it could be written in between. */
  readonly onFault: (error: unknown) => void
  /** A file of this many bytes becomes `.1`. Default 16 MiB. */
  readonly maxBytes?: number
  /** Older generations that are kept, at least 1. Default 4. */
  readonly keep?: number
  /** Pending lines. Default 10,000. */
  readonly maxWaiting?: number
  /**
   * Milliseconds for which lines are gathered before a write: a write for each commit would cost more than its lines. A
   * process that is killed loses the lines of this time. Default 100.
   */
  readonly gatherMs?: number
}

const NAME = 'events.jsonl'

export function createEventFile(options: EventFileOptions): EventFile {
  const {
    directory,
    now,
    onFault,
    maxBytes = 16 * 1024 * 1024,
    keep = 4,
    maxWaiting = 10_000,
    gatherMs = 100,
  } = options
  const path = join(directory, NAME)
  let waiting: string[] = []
  let lost = 0
  let file: { readonly handle: FileHandle; bytes: number } | undefined
  let writing: Promise<void> | undefined
  let failing = false
  let closed = false
  let stopGathering = () => {}

  function gathered(): Promise<void> {
    if (closed || gatherMs === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      stopGathering = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function textOf(line: EventLine): string {
    return `${JSON.stringify(line)}\n`
  }

  async function openFile() {
    const handle = await open(path, 'a')
    return { handle, bytes: (await handle.stat()).size }
  }

  async function rotate(): Promise<void> {
    await file?.handle.close()
    file = undefined
    await rm(`${path}.${keep}`, { force: true })
    for (let generation = keep - 1; generation >= 1; generation--) await moved(generation)
    await rename(path, `${path}.1`)
  }

  async function moved(generation: number): Promise<void> {
    try {
      await rename(`${path}.${generation}`, `${path}.${generation + 1}`)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }

  /** As much as fits into the file, and at least one line. */
  function take(room: number): string {
    let bytes = 0
    let lines = 0
    for (const line of waiting) {
      bytes += Buffer.byteLength(line)
      if (lines > 0 && bytes > room) break
      lines++
    }
    return waiting.splice(0, lines).join('')
  }

  async function write(): Promise<void> {
    while (waiting.length > 0 || lost > 0) {
      await gathered()
      const told = lost
      const notice = told > 0 ? textOf({ type: 'lines_lost', at: new Date(now()).toISOString(), count: told }) : ''
      let text = ''
      try {
        file ??= await openFile()
        if (file.bytes > 0 && file.bytes + Buffer.byteLength(notice || (waiting[0] ?? '')) > maxBytes) {
          await rotate()
          continue
        }
        // The notice is written alone: if it cannot be written, it does not count as a lost line.
        if (notice === '') text = take(maxBytes - file.bytes)
        await file.handle.appendFile(notice + text)
        file.bytes += Buffer.byteLength(notice + text)
        lost -= told
        failing = false
      } catch (error) {
        await giveUp(error, text)
        break
      }
    }
    // In the same turn as the last check of `waiting`: a later line starts a new write.
    writing = undefined
  }

  /** The next line that is recorded tries again. */
  async function giveUp(error: unknown, text: string): Promise<void> {
    // A line counts as lost even if a part of it may be in the file.
    lost += waiting.length + text.split('\n').length - 1
    waiting = []
    await file?.handle.close().catch(() => {})
    file = undefined
    if (!failing) onFault(error)
    failing = true
    // Lines recorded since then stay pending until the next one: retrying at once could fail for ever.
  }

  function poke(): void {
    writing ??= write()
  }

  return {
    record(line) {
      if (closed) return
      if (waiting.length >= maxWaiting) lost++
      else waiting.push(textOf(line))
      poke()
    },
    async close() {
      closed = true
      stopGathering()
      await writing
      await file?.handle.close().catch(() => {})
      file = undefined
    },
  }
}
