/**
 * Words and turns of phrase that the project does not use, because they read as translated or as riddles, and what to write
 * instead. `(s|ed)` and the like are alternatives; a space also stands for a line break inside a comment or a paragraph.
 */
export interface Refused {
  readonly words: string
  readonly instead: string
}

export const REFUSED: readonly Refused[] = [
  { words: 'whoever', instead: 'name them: the caller, the reader, the agent, a person' },
  { words: 'whomever', instead: 'name them: the caller, the reader, the agent, a person' },
  { words: 'anew', instead: '“again”, or what it does: retries, regenerates, reloads' },
  { words: 'mend(s|ed|ing)?', instead: '“fix” or “repair”' },
  { words: '(is|are|was|were|be|been|being) told of', instead: 'the verb: gets, receives, is notified of, learns' },
  { words: 'what (only )?waits', instead: 'name it: queued runs, queued messages, pending writes' },
  { words: 'whose turn', instead: 'name it: the next run, the run that starts next' },
  { words: 'somebody (has|is) to', instead: 'who does it, or the passive: must be …' },
  { words: 'nobody (has|is) to', instead: '“must not”, or what happens instead' },
  { words: 'the house', instead: '“module” for code, “the server” for the process' },
  { words: 'thereof', instead: '“of it”, or the noun' },
]

/** What is not checked, and why. Paths, or the beginnings of paths. */
export const EXCLUDED: readonly { readonly path: string; readonly why: string }[] = [
  { path: 'docs/GUARANTEES.md', why: 'a copy of the design documents' },
  { path: 'docs/SCENARIOS.md', why: 'a copy of the design documents' },
  { path: 'journeys/mutants/RESULTS.md', why: 'written by npm run mutants' },
  { path: 'scripts/words/', why: 'the words themselves' },
]

/** Decision records stay as they were written, except those that a newcomer reads first. */
export const DECISIONS_READ_FIRST = /^docs\/decisions\/(?:000[1-7]|006[0-6])/
