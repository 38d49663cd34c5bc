/** `holdfast import`: imports an exported room into a data directory, all or nothing. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { ArchiveError } from '../../store/archive/format.ts'
import { dataDirectory, openData } from '../data.ts'
import { CommandError } from '../failure.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export interface ImportOptions {
  readonly file: string
  readonly data: string | undefined
  /** The tenant that gets the room. Absent: the tenant of a server without authentication. */
  readonly tenantId: string | undefined
}

const CHUNK = 1024 * 1024
/** UTF-16 units. No record of a server is nearly as long. */
const LONGEST_LINE = 64 * 1024 * 1024

export function importRoom(terminal: Terminal, { file, data, tenantId }: ImportOptions): void {
  const directory = dataDirectory(data, terminal.env)
  const { handle, size } = openFile(file)
  try {
    const archive = openData(directory)
    const progress = createProgress(terminal, { what: 'Importing', whole: size, worthwhile: 16 * CHUNK })
    try {
      const answer = archive.import(linesOf(handle, progress.at), tenantId === undefined ? {} : { tenantId })
      progress.end()
      if (answer.type === 'room_taken') {
        throw new CommandError(
          answer.why === 'deleted'
            ? `This room was deleted in ${directory}, and deleted rooms cannot be restored there. Choose another directory with --data.`
            : `This room already exists in ${directory} and has threads. Choose another directory with --data.`,
        )
      }
      terminal.err(`Imported room ${answer.roomId} with ${answer.records} record(s) into ${directory}.`)
    } catch (cause) {
      if (cause instanceof ArchiveError) {
        throw new CommandError(`${file}: ${cause.message} Nothing was imported.`, undefined, { cause })
      }
      throw cause
    } finally {
      progress.end()
      archive.close()
    }
  } finally {
    closeSync(handle)
  }
}

/** @throws CommandError */
function openFile(file: string): { readonly handle: number; readonly size: number } {
  try {
    const handle = openSync(file, 'r')
    const found = fstatSync(handle)
    if (!found.isDirectory()) return { handle, size: found.size }
    closeSync(handle)
  } catch (cause) {
    throw new CommandError(`Cannot read ${file}. Does it exist?`, undefined, { cause })
  }
  throw new CommandError(`${file} is a directory. Pass an exported file.`)
}

function* linesOf(handle: number, at: (bytes: number) => void): Generator<string> {
  const decoder = new StringDecoder('utf8')
  const chunk = Buffer.alloc(CHUNK)
  let rest = ''
  let done = 0
  let number = 0
  for (let size = readSync(handle, chunk); size > 0; size = readSync(handle, chunk)) {
    done += size
    at(done)
    const lines = (rest + decoder.write(chunk.subarray(0, size))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE)
      throw new ArchiveError(number + lines.length + 1, 'the line is longer than any record.')
    for (const line of lines) {
      number++
      yield line
    }
  }
  rest += decoder.end()
  if (rest !== '') yield rest
}
