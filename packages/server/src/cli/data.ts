/** Opens the data directory of a stopped server, for commands that work on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Archive } from '../store/archive/port.ts'
import { openSqliteArchive, StoreOpenError } from '../store/sqlite/index.ts'
import { CommandError } from './failure.ts'

export function dataDirectory(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return option ?? (env.HOLDFAST_DATA || '.holdfast')
}

export function hasData(directory: string): boolean {
  return existsSync(join(directory, 'holdfast.db'))
}

/** @throws CommandError */
export function openData(directory: string): Archive {
  try {
    return openSqliteArchive(directory)
  } catch (cause) {
    if (!(cause instanceof StoreOpenError)) throw cause
    const sentence =
      cause.code === 'locked' ? `A server is using the data in ${directory}. Stop it and try again.` : cause.message
    throw new CommandError(sentence, undefined, { cause })
  }
}
