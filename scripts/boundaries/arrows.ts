/**
 * Whether each import is an arrow of the table, and whether the imports run in a circle. Knows paths and the table;
 * nothing of how imports were found.
 */
import type { ArrowTable } from './table.ts'

export interface Import {
  readonly from: string
  readonly to: string
}

export interface Refusal extends Import {
  readonly why: string
}

/** Files that a package's package.json exports, by the package's name in the table: `core` → its doors. */
export type Doors = ReadonlyMap<string, ReadonlySet<string>>

export function refusals(imports: readonly Import[], table: ArrowTable, doors: Doors): Refusal[] {
  return imports.flatMap((arrow) => {
    const why = refusal(arrow, table, doors)
    return why === undefined ? [] : [{ ...arrow, why }]
  })
}

function refusal({ from, to }: Import, table: ArrowTable, doors: Doors): string | undefined {
  const source = moduleOf(from, table)
  const target = moduleOf(to, table)
  const sourcePackage = packageOf(from)
  const targetPackage = packageOf(to)
  const inside = sourcePackage === targetPackage
  if (inside && (isDoor(from, doors) || isTest(from))) return undefined
  if (source !== undefined && source === target) return undefined
  if (!inside && isTest(from) && target?.endsWith('/testing') && isDoor(to, doors)) return undefined
  if (source === undefined) return 'this file is in no module of the table'
  const allowed = table.get(source) ?? new Set()
  if (target !== undefined && allowed.has(target) && (inside || isOpen(to, doors))) return undefined
  if (!inside && allowed.has(targetPackage)) {
    return isDoor(to, doors) ? undefined : `${source} may use ${targetPackage} only through its doors`
  }
  return `${source} may not import ${target ?? targetPackage}`
}

/** The innermost module of the table that holds the file. */
export function moduleOf(file: string, table: ArrowTable): string | undefined {
  let path = file.replace(/^packages\/([^/]+)\/src\//, '$1/').replace(/^packages\//, '')
  while (path.includes('/')) {
    path = path.slice(0, path.lastIndexOf('/'))
    if (table.has(path)) return path
  }
  return undefined
}

function packageOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'packages' ? second : first === 'apps' ? `${first}/${second}` : first
}

function isDoor(file: string, doors: Doors): boolean {
  return doors.get(packageOf(file))?.has(file) ?? false
}

/** Code outside packages, such as scripts, has no entry points to respect. */
function isOpen(file: string, doors: Doors): boolean {
  return isDoor(file, doors) || !doors.has(packageOf(file))
}

function isTest(file: string): boolean {
  return /\.(test|contract)\.tsx?$/.test(file) || file.includes('/testing/')
}

/** One cycle per strongly connected group, as the files along it; empty if there is none. */
export function circles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const found: string[][] = []

  function visit(file: string, trail: string[]): void {
    const seen = trail.indexOf(file)
    if (seen !== -1) {
      found.push([...trail.slice(seen), file])
      return
    }
    if (done.has(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }

  for (const file of next.keys()) visit(file, [])
  return found
}
