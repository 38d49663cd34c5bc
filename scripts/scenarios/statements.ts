/**
 * Which promises there are: docs/SCENARIOS.md, read.
 *
 * Owns: the file's shape. Does not know: tests.
 */
export interface Document {
  /** `000`. */
  readonly id: string
  readonly title: string
  /** Whether the check fails while a statement is not shown. */
  readonly finished: boolean
  readonly statements: readonly Statement[]
}

export interface Statement {
  /** `S000-33`, `S004-C6`. */
  readonly id: string
  /** `process`: the check itself shows it. `later`: it belongs to a part that is not built yet. */
  readonly due: 'now' | 'process' | 'later'
  readonly text: string
}

const HEADING = /^## (\d{3}) (.+?)( \*finished\*)?$/
const STATEMENT = /^- (S(\d{3})-C?\d+)(?: \*(process|later)\*)? (.+)$/

/** Throws if an id occurs twice or outside its document, or if a line is not a statement. */
export function readStatements(markdown: string): readonly Document[] {
  const documents: (Document & { statements: Statement[] })[] = []
  const seen = new Set<string>()
  for (const line of markdown.split('\n')) {
    const heading = HEADING.exec(line)
    if (heading) {
      const [, id = '', title = '', finished] = heading
      documents.push({ id, title, finished: finished !== undefined, statements: [] })
    }
    if (!line.startsWith('- S')) continue
    const [, id = '', of, due, text = ''] = STATEMENT.exec(line) ?? []
    const document = documents.at(-1)
    if (!document || document.id !== of) throw new Error(`Not a statement of the document it stands in: ${line}`)
    if (seen.has(id)) throw new Error(`${id} stands twice.`)
    seen.add(id)
    document.statements.push({ id, due: due === 'process' || due === 'later' ? due : 'now', text })
  }
  return documents
}
