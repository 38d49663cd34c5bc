/** Finds refused words in a text. Pure. Does not know which files are read. */
import type { Refused } from './list.ts'

export interface Found {
  /** From 1. */
  readonly line: number
  /** As they stand there. */
  readonly words: string
  readonly instead: string
}

export type Finder = (text: string) => readonly Found[]

/** A blank, or a line break with what begins a line of a comment or a quotation. */
const SPACE = '\\s+(?:(?:[*#>]|//)\\s+)?'

export function finderOf(refused: readonly Refused[]): Finder {
  const patterns = refused.map(({ words, instead }) => ({
    instead,
    // Its parts are those of `list.ts`: none of them repeats.
    pattern: new RegExp(`(?<![\\w-])(?:${words.replaceAll(' ', SPACE)})(?![\\w-])`, 'gi'),
  }))
  return (text) =>
    patterns
      .flatMap(({ pattern, instead }) =>
        [...text.matchAll(pattern)].map(({ 0: words, index }) => ({
          line: text.slice(0, index).split('\n').length,
          words: words.replaceAll(/\s+/g, ' '),
          instead,
        })),
      )
      .sort((a, b) => a.line - b.line)
}

export function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path.startsWith(place))
}
