/** Reads the sources of the product. Does not know: what is searched in them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from './selection.ts'

const ROOTS = ['packages', 'apps']

export function readSources(): readonly Source[] {
  return ROOTS.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
  )
    .filter((path) => /\/src\/.*\.tsx?$/.test(path) && !/node_modules|\/dist\//.test(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}
