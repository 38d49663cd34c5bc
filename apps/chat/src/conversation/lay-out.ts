/**
 * JSON, laid out to be read. Every token stands as it came: parsed and written again, a long number would be another one,
 * a name that is there twice would be there once, and names that are numbers would change places.
 */

/** Further in nobody reads, and each line would begin with more than it says. */
const DEEPEST = 64
/** Line breaks and spaces in front of lines, in all: a few megabytes of brackets would be a hundred of spaces. */
const MOST_ADDED = 500_000
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g

/** What is no JSON (yet) stands as it came. */
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
    // Nothing between its brackets: they stand together.
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
