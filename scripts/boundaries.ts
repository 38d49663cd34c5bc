/**
 * Checks every import, type imports included, against the table in ARCHITECTURE.md; refuses circles, and whatever reads
 * which thread is on screen without being a view.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { circles, type Doors, type Import, refusals } from './boundaries/arrows.ts'
import { selectionReadings } from './boundaries/selection.ts'
import { readSources } from './boundaries/sources.ts'
import { readTable } from './boundaries/table.ts'

const ROOTS = ['packages', 'apps', 'journeys', 'bench', 'examples', 'scripts'].filter((root) => existsSync(root))

const table = readTable(readFileSync('ARCHITECTURE.md', 'utf8'))
const imports = await allImports()
const refused = refusals(imports, table, doors())
const rings = circles(imports)
const readings = selectionReadings(readSources())

for (const { from, to, why } of refused) console.error(`${from} → ${to}\n  ${why}`)
for (const ring of rings) console.error(`a circle: ${ring.join(' → ')}`)
for (const { path, word } of readings)
  console.error(`${path}: ${word}\n  only the router and its views may know what is selected`)
if (refused.length + rings.length + readings.length > 0) {
  console.error(
    `\n${refused.length} refused imports, ${rings.length} circles, ${readings.length} readings of what is selected. The rules are the table in ARCHITECTURE.md.`,
  )
  process.exit(1)
}
console.log(
  `${imports.length} imports, each an arrow of the table; no circles; what is selected is read by views alone.`,
)

async function allImports(): Promise<Import[]> {
  const { output } = await cruise(ROOTS, {
    tsPreCompilationDeps: true,
    exclude: { path: '(node_modules|/dist/)' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  })
  const { modules } = output as ICruiseResult
  return modules.flatMap((module) =>
    module.dependencies
      .filter((dependency) => !dependency.coreModule && !dependency.couldNotResolve)
      .map((dependency) => ({ from: module.source, to: dependency.resolved })),
  )
}

/** What each package of packages/ exports, from its package.json. */
function doors(): Doors {
  return new Map(
    readdirSync('packages').map((name) => {
      const { exports } = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8')) as {
        exports: Record<string, string>
      }
      return [name, new Set(Object.values(exports).map((file) => join('packages', name, file)))]
    }),
  )
}
