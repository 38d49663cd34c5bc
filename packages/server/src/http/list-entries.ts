/**
 * Counts the entries of all lists in a body, before a schema looks at each of them: reporting a mistake in every one of
 * a hundred thousand takes seconds, and no one reads it. Fields that no schema inspects do not count. The depth is
 * already bounded.
 */
export function listEntries(json: string): number {
  let body: unknown
  try {
    body = JSON.parse(json)
  } catch {
    // Invalid JSON is reported by the parser that follows.
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
