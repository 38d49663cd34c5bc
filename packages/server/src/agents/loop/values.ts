/** Reading values of unknown shape. Pure. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in a field, or an empty one. */
export function recordIn(value: unknown, field: string): Record<string, unknown> {
  const found = isRecord(value) ? value[field] : undefined
  return isRecord(found) ? found : {}
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
