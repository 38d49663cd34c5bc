/**
 * A file or directory that was opened, and whether its path still leads to it. Does not know what is in it.
 *
 * Holds it open: closing lets go of every lock that this process has on the file, SQLite's too.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** `unknown`: it could not be looked at. */
export type PlaceState = 'there' | 'gone' | 'replaced' | 'unknown'

export interface Place {
  readonly path: string
  look(): PlaceState
  /** Fills `into` with its bytes from `position` on; how many there were, undefined where they cannot be read. */
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
        // Some file systems give an open file another number.
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

/** Of what was asked for by its path. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ESTALE'].includes(String(error.code))
}
