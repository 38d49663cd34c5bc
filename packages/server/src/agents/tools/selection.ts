/** Which tools an agent is given: `send`, or `files/*` for all tools of an MCP server. Pure. */
import type { Tool } from './port.ts'

/** `*` stands for any characters. Each tool comes once, in the order of `tools`. */
export function selectTools<T extends Pick<Tool, 'name'>>(
  tools: readonly T[],
  patterns: readonly string[],
): readonly T[] {
  const chosen = patterns.map(matcherOf)
  return tools.filter(({ name }) => chosen.some((matches) => matches(name)))
}

/** Whether a name fits the pattern. */
export function matcherOf(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern
  const parts = pattern.split('*')
  const [first = ''] = parts
  const last = parts.at(-1) ?? ''
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
    let at = first.length
    const end = name.length - last.length
    for (const part of parts.slice(1, -1)) {
      const found = name.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
