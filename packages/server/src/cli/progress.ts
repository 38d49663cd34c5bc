/** A bar on stderr for work that takes a while, where a person looks at it. */
import { Presets, SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress {
  /** How much of the whole is done. */
  at(done: number): void
  /** Twice is harmless. */
  end(): void
}

const NONE: Progress = { at: () => {}, end: () => {} }

/** `worthwhile`: a smaller whole is done before anyone has read the bar. */
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
