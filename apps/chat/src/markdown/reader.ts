/** The blocks of one message's text from commit to commit. Holds the last result; the answer does not depend on it. */
import { advance, type Block, EMPTY_DOCUMENT, finish, type MarkdownDocument } from './document.ts'
import { NO_CALLS, NO_NUMBERING, type Note, type NoteCalls, numberNotes } from './notes.ts'

export interface Reading {
  readonly blocks: readonly Block[]
  /** The blocks from this one on may still change. */
  readonly openFrom: number
  readonly callsOf: (block: Block) => NoteCalls
  readonly notes: readonly Note[]
}

export interface Reader {
  /** `streaming`: more text may follow. Unchanged blocks are the same objects as in the last reading. */
  read(text: string, streaming: boolean): Reading
}

export function createReader(): Reader {
  let document = EMPTY_DOCUMENT
  let numbering = NO_NUMBERING
  let last: { text: string; streaming: boolean; reading: Reading } | undefined

  return {
    read(text, streaming) {
      if (last?.text === text && last.streaming === streaming) return last.reading
      document = advance(document, text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
      const shown = streaming ? document : finish(document)
      const blocks = [...shown.settled, ...shown.open]
      numbering = hasNotes(shown) ? numberNotes(blocks, numbering) : NO_NUMBERING
      const { calls, notes } = numbering
      const reading = {
        blocks,
        openFrom: shown.settled.length,
        callsOf: (block: Block) => calls.get(block) ?? NO_CALLS,
        notes,
      }
      last = { text, streaming, reading }
      return reading
    },
  }
}

function hasNotes({ known, open }: MarkdownDocument): boolean {
  return known.notes.size > 0 || open.some(({ source }) => source.includes('[^'))
}
