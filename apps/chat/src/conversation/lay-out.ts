/**
 * Formats JSON for reading and leaves every token unchanged. Parsing and serialising would change long numbers, drop
 * duplicate names and reorder numeric names.
 */

/** Deeper indentation would be longer than the text that it indents. */
const DEEPEST = 64
/** Line breaks and spaces in front of lines, in all: a few megabytes of brackets would be a hundred of spaces. */
const MOST_ADDED = 500_000
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g

/** Text that is not JSON (yet) stays unchanged. */
export function layOut(text: string): string {
  try {
    JSON.parse(text)
    return laidOut(text) ?? text
  } catch {
    return text
  }
}

function laidOut(json: string): string | undefined {
  let out = ''
  let before = ''
  let depth = 0
  let added = 0
  for (const [token] of json.matchAll(TOKENS)) {
    const closes = token === '}' || token === ']'
    const opened = before === '{' || before === '['
    if (closes) depth -= 1
    // Empty brackets stay together.
    if (closes ? !opened : opened || before === ',') {
      out += `\n${'  '.repeat(depth)}`
      added += 1 + 2 * depth
    }
    out += token === ':' ? ': ' : token
    if (token === '{' || token === '[') depth += 1
    if (depth > DEEPEST || added > MOST_ADDED) return undefined
    before = token
  }
  return out
}
