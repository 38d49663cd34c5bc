/**
 * What SQLite's result codes mean for the store (https://www.sqlite.org/rescode.html). The only place where they are
 * read; no code reads the text of an error.
 */
import { StoreFault, type StoreFaultCode } from '../fault.ts'

const ERROR = 1
const PERM = 3
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const CONSTRAINT = 19
const MISMATCH = 20
const AUTH = 23
const NOTADB = 26

/** The primary result code of an error of `node:sqlite`; undefined for anything else. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

export const isSqliteError = (error: unknown): boolean => resultCode(error) !== undefined
export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(resultCode(error) ?? -1)
export const isFull = (error: unknown): boolean => resultCode(error) === FULL
export const isNotADatabase = (error: unknown): boolean => resultCode(error) === NOTADB
export const isCorrupt = (error: unknown): boolean => resultCode(error) === CORRUPT
/** A statement that is known to be correct does not fit the tables in the file. */
export const isOddSchema = (error: unknown): boolean => [ERROR, CONSTRAINT, MISMATCH].includes(resultCode(error) ?? -1)
export const isUnwritable = (error: unknown): boolean =>
  [PERM, READONLY, CANTOPEN, AUTH, IOERR].includes(resultCode(error) ?? -1)

const SENTENCE: Record<StoreFaultCode, string> = {
  storage_full: 'The disk that holds the store is full: nothing of this was kept. Free some space and try again.',
  storage_failed: 'The store could not be written or read: nothing of this was kept. Look at the disk, then try again.',
  storage_busy: 'Another process holds the store just now: nothing of this was kept. Try again.',
  storage_closed: 'The store is closed.',
  storage_lost: 'This server has lost its store: nothing more is kept.',
}

export function storeFault(code: StoreFaultCode, cause?: unknown): StoreFault {
  return new StoreFault(code, SENTENCE[code], cause === undefined ? undefined : { cause })
}

/** The fault code that a caller gets for an error in the worker. */
export function faultCode(error: unknown): StoreFaultCode {
  if (error instanceof StoreFault) return error.code
  if (isFull(error)) return 'storage_full'
  return isBusy(error) ? 'storage_busy' : 'storage_failed'
}
