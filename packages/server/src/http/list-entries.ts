/**
 * How many entries the lists of a body have together: asked before a schema looks at each of them, since what is wrong
 * with every one of a hundred thousand takes seconds to find out, and nobody reads it. What no schema looks into does not
 * count. The depth is known to be bounded.
 */
export function listEntries(json: string): number {
  let body: unknown
  try {
    body = JSON.parse(json)
  } catch {
    // Whoever reads it will say so.
    return 0
  }
  if (!isObject(body) || Array.isArray(body)) return entriesIn(body)
  const { state: _, forwardedProps: __, ...looked } = body
  return entriesIn(looked)
}

function entriesIn(value: unknown): number {
  if (!isObject(value)) return 0
  let entries = Array.isArray(value) ? value.length : 0
  for (const inner of Object.values(value)) entries += entriesIn(inner)
  return entries
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
