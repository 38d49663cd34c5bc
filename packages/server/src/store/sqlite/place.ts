/**
 * A file or directory that was opened, and whether its path still leads to it. Does not know: its content.
 *
 * Holds it open: closing it would release every lock that this process has on the file, SQLite's included.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** `unknown`: the check itself failed. */
export type PlaceState = 'there' | 'gone' | 'replaced' | 'unknown'

export interface Place {
  readonly path: string
  look(): PlaceState
  /** Reads bytes from `position` on into `into`. Returns how many were read; undefined if they cannot be read. */
  read(into: Buffer, position: number): number | undefined
  close(): void
}

export function placeOf(path: string): Place {
  const file = openSync(path, 'r')
  let known = identityOf(fstatSync(file, { bigint: true }))

  return {
    path,
    look() {
      try {
        const now = identityOf(statSync(path, { bigint: true }))
        if (now === known) return 'there'
        // Some file systems report another inode number for an open file.
        known = identityOf(fstatSync(file, { bigint: true }))
        return now === known ? 'there' : 'replaced'
      } catch (error) {
        return isAbsence(error) ? 'gone' : 'unknown'
      }
    },
    read(into, position) {
      try {
        return readSync(file, into, 0, into.length, position)
      } catch {
        return undefined
      }
    },
    close: () => closeSync(file),
  }
}

function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`
}

/** Whether the error means that nothing exists at the path. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ESTALE'].includes(String(error.code))
}
