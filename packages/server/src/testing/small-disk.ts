/**
 * Disks of a few MiB for tests of what happens when they are full, fail or lose their power: real file systems, mounted
 * for the test. Needs rights that not every machine gives: `whyNoDisks` says what is missing.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly path: string
  /** Takes all the room that is left; `free` gives it back. */
  fill(): void
  free(): void
  unmount(): void
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'pipe' })
}

function mounted(...args: readonly string[]): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-disk-'))
  run('mount', ...args, path)
  const filler = join(path, 'filler')
  return {
    path,
    fill() {
      const file = openSync(filler, 'a')
      for (const piece of [1 << 16, 1 << 12, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(piece))
        } catch {
          // Full, for pieces of this size.
        }
      }
      // An open file would keep the room after it is gone.
      closeSync(file)
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      run('umount', '--lazy', path)
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** In memory: an `fsync` costs nothing, and a full one answers ENOSPC. */
export function mountTmpfs(mebibytes: number): SmallDisk {
  return mounted('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs')
}

/** An ext4 file system in the file `image`, made if `fresh`: the file is what a real disk would hold at each moment. */
export function mountImage(image: string, fresh?: { readonly mebibytes: number }): SmallDisk {
  if (fresh) {
    writeFileSync(image, '')
    truncateSync(image, fresh.mebibytes << 20)
    run('mkfs.ext4', '-q', image)
  }
  return mounted('-o', 'loop', image)
}

/** What the disk would hold after a power failure now. Nothing may write to it meanwhile. */
export function copyImage(image: string, to: string): void {
  copyFileSync(image, to)
}

/** Why there can be no such disks here; undefined: there can. */
export function whyNoDisks(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-image-'))
  try {
    mountTmpfs(1).unmount()
    mountImage(join(directory, 'image'), { mebibytes: 4 }).unmount()
    return undefined
  } catch (error) {
    return `no file system can be mounted here (${error instanceof Error ? error.message.split('\n')[0] : error})`
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
