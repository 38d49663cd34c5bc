/**
 * What tools are called towards a model: `[A-Za-z0-9_-]{1,64}`, as providers require, ending in server and tool:
 * `files/read_file` becomes `files__read_file`. Pure.
 *
 * A name that is too long, or that two tools would share, begins with a hash of the tool's own name instead. So a name
 * depends on the tools of the list, never on their order.
 */
import { createHash } from 'node:crypto'
import type { Tool } from './port.ts'

const MAX_LENGTH = 64
const HASH_LENGTH = 8

/** The tools by the names that a model may call. */
export function byModelName<T extends Pick<Tool, 'name'>>(tools: readonly T[]): ReadonlyMap<string, T> {
  const sharing = new Map<string, T[]>()
  for (const tool of tools) {
    const plain = plainName(tool.name)
    sharing.set(plain, [...(sharing.get(plain) ?? []), tool])
  }
  const named = new Map<string, T>()
  const rest: (readonly [T, string])[] = []
  for (const [plain, all] of sharing)
    for (const tool of all) {
      const isFree = plain.length <= MAX_LENGTH && (all.length === 1 || tool.name === plain) && !named.has(plain)
      if (isFree) named.set(plain, tool)
      else rest.push([tool, plain])
    }
  for (const [tool, plain] of rest) {
    let name = hashedName(tool.name, plain)
    // Somebody may have named a tool like a hash on purpose.
    while (named.has(name)) name = hashedName(name, plain)
    named.set(name, tool)
  }
  return named
}

function plainName(name: string): string {
  return name.replaceAll('/', '__').replace(/[^A-Za-z0-9_-]/g, '_') || '_'
}

function hashedName(name: string, plain: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  return `${hash}_${plain.slice(HASH_LENGTH + 1 - MAX_LENGTH)}`
}
