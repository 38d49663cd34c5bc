/**
 * Which promises were shown by which tests.
 *
 * Invariants: an id counts only in the title of a test that passed; a title that claims more than three shows nothing
 * and is a fault, as is an id that its document does not have.
 */
import type { Document, Statement } from './statements.ts'

/** A test that shows more than this many statements shows none of them in particular. */
const MAX_IDS = 3
const ID = /\bS(\d{3})-C?\d+\b/g

export interface Judgement {
  readonly documents: readonly {
    readonly document: Document
    /** How many of those that are due now were shown. */
    readonly shown: number
    readonly due: number
    readonly missing: readonly Statement[]
  }[]
  /** Sentences. */
  readonly faults: readonly string[]
}

export function judge(documents: readonly Document[], titles: readonly string[]): Judgement {
  const known = new Set(documents.flatMap(({ statements }) => statements.map(({ id }) => id)))
  const listed = new Set(documents.map(({ id }) => id))
  const shown = new Set<string>()
  const faults: string[] = []
  for (const title of titles) {
    const ids = [...title.matchAll(ID)]
    if (ids.length > MAX_IDS) {
      faults.push(`More than ${MAX_IDS} ids in one title: ${title}`)
      continue
    }
    for (const [id, document = ''] of ids) {
      if (listed.has(document) && !known.has(id)) faults.push(`No such scenario: ${id} in ${title}`)
      shown.add(id)
    }
  }
  return {
    documents: documents.map((document) => {
      const due = document.statements.filter((statement) => statement.due === 'now')
      const missing = due.filter(({ id }) => !shown.has(id))
      return { document, due: due.length, shown: due.length - missing.length, missing }
    }),
    faults,
  }
}

/** Whether the check may pass. */
export function isFine({ documents, faults }: Judgement): boolean {
  return faults.length === 0 && documents.every(({ document, missing }) => !document.finished || missing.length === 0)
}
