/** The table "Who may import whom" of ARCHITECTURE.md, read as data. Knows nothing of files. */

/** Module → the modules it may import. */
export type ArrowTable = ReadonlyMap<string, ReadonlySet<string>>

const HEADING = '## Who may import whom'

/** @throws Error when the page has no such table: a check that reads nothing must not pass. */
export function readTable(markdown: string): ArrowTable {
  const section = markdown.split(HEADING)[1]?.split('\n## ')[0]
  if (section === undefined) throw new Error(`ARCHITECTURE.md has no section "${HEADING}"`)
  const table = new Map<string, ReadonlySet<string>>()
  for (const line of section.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim())
    if (cells.length !== 4 || cells[1] === 'module' || /^-+$/.test(cells[1] ?? '')) continue
    table.set(
      cells[1] ?? '',
      new Set(
        (cells[2] ?? '')
          .split(',')
          .map((module) => module.trim())
          .filter(Boolean),
      ),
    )
  }
  if (table.size === 0) throw new Error('The table of ARCHITECTURE.md is empty')
  for (const [module, targets] of table) {
    for (const target of targets) {
      if (!table.has(target) && !isPackage(target, table))
        throw new Error(`${module} may import ${target}, which is no module`)
    }
  }
  return table
}

/** A package's name stands for its public entry points (the files its package.json exports). */
function isPackage(name: string, table: ArrowTable): boolean {
  return [...table.keys()].some((module) => module.startsWith(`${name}/`))
}
