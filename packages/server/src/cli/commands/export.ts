/** `holdfast export`: a room as lines of JSON, to a file or to stdout. A file is complete or does not exist. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dataDirectory, hasData, openData } from '../data.ts'
import { CommandError } from '../failure.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export interface ExportOptions {
  readonly roomId: string
  /** Absent: the only tenant that has a room with this id. */
  readonly tenantId: string | undefined
  /** Absent: stdout. */
  readonly file: string | undefined
  readonly data: string | undefined
  readonly redact: boolean
  readonly force: boolean
}

const STDOUT = 1
const CHUNK = 256 * 1024

export function exportRoom(terminal: Terminal, options: ExportOptions): void {
  const { roomId, tenantId, file, data, redact, force } = options
  const directory = dataDirectory(data, terminal.env)
  if (!hasData(directory))
    throw new CommandError(`There is no Holdfast data in ${directory}. Pass its directory with --data.`)
  if (file !== undefined && !force && existsSync(file)) {
    throw new CommandError(`${file} already exists. Choose another file, or overwrite it with --force.`)
  }
  const archive = openData(directory)
  try {
    const rooms = archive.rooms()
    const [room, ...others] = rooms.filter(
      (known) => known.roomId === roomId && known.tenantId === (tenantId ?? known.tenantId),
    )
    if (room && others.length > 0) {
      const tenants = [room, ...others].map((known) => known.tenantId).join(', ')
      throw new CommandError(`Several tenants have a room ${roomId}: choose one with --tenant, of ${tenants}.`)
    }
    const lines = room && archive.export(room, { exportedAt: new Date().toISOString(), redact })
    if (!lines) {
      const known = rooms.map((some) => some.roomId).join(', ')
      throw new CommandError(`There is no room ${roomId} in ${directory}. Rooms: ${known || 'none'}.`)
    }
    const progress = createProgress(terminal, { what: 'Exporting', whole: room.records, worthwhile: 50_000 })
    try {
      write(file, counted(lines, progress.at))
    } catch (cause) {
      // The reader may close the pipe early: `holdfast export … | head`.
      if (file === undefined && codeOf(cause) === 'EPIPE') return
      throw cause
    } finally {
      progress.end()
    }
    if (room.withheld > 0) {
      terminal.err(
        `${room.withheld} queued run(s) have forwardedProps, which are never exported. They will start without them.`,
      )
    }
    terminal.err(
      `Exported ${room.threads} thread(s) with ${room.records} record(s)${redact ? ', with all text masked' : ''}.`,
    )
  } finally {
    archive.close()
  }
}

function* counted(lines: Iterable<string>, at: (done: number) => void): Generator<string> {
  let done = 0
  for (const line of lines) {
    yield line
    if (++done % 1_000 === 0) at(done)
  }
}

/** @throws CommandError when the file cannot be written; no part of it is left then */
function write(file: string | undefined, lines: Iterable<string>): void {
  if (file === undefined) {
    writeAll(STDOUT, lines)
    return
  }
  const partial = `${file}.partial`
  try {
    const handle = openSync(partial, 'w', 0o600)
    try {
      writeAll(handle, lines)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(partial, file)
  } catch (cause) {
    rmSync(partial, { force: true })
    if (cause instanceof Error && 'syscall' in cause) {
      throw new CommandError(`Could not write ${file}: ${cause.message}.`, undefined, { cause })
    }
    throw cause
  }
}

function writeAll(handle: number, lines: Iterable<string>): void {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < CHUNK) continue
    writeWhole(handle, text)
    text = ''
  }
  writeWhole(handle, text)
}

/** A full pipe takes only a part, or nothing for a moment. */
function writeWhole(handle: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(handle, bytes, at)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
