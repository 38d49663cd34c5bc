/** A progress bar on stderr for long work, if stderr is a terminal. */
import { Presets, SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress {
  /** How much of the total is done. */
  at(done: number): void
  /** Idempotent. */
  end(): void
}

const NONE: Progress = { at: () => {}, end: () => {} }

/** `worthwhile`: below this size there is no bar, because the work is done before it can be read. */
export function createProgress(
  { isPerson }: Pick<Terminal, 'isPerson'>,
  { what, whole, worthwhile }: { readonly what: string; readonly whole: number; readonly worthwhile: number },
): Progress {
  if (!isPerson || whole < worthwhile) return NONE
  const format = `${what} {bar} {percentage} %, {eta_formatted} left`
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  )
  bar.start(whole, 0)
  return { at: (done) => bar.update(done), end: () => bar.stop() }
}
