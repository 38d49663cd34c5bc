/** Runs every example, one after the other; each checks its own result. Exits with 1 at the first that fails. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const directory = import.meta.dirname
const names = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^\d\d-/.test(entry.name))
  .map(({ name }) => name)
  .sort()

for (const [index, name] of names.entries()) {
  console.log(`[${index + 1}/${names.length}] ${name}`)
  const child = spawn(process.execPath, [join(directory, name, 'main.ts')], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code === 0) continue
  console.error(`The example ${name} failed. Again, alone: node examples/${name}/main.ts`)
  process.exit(1)
}
console.log(`${names.length} examples did what they say.`)
