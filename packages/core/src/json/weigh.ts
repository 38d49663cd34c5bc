/**
 * The size of a value's JSON without serialising it, in units of text (about bytes of ASCII JSON). A value that shares its
 * parts may be small in memory and huge as JSON; it is weighed as JSON.
 */

export interface WeighLimits {
  /** Units of text; counting stops there. */
  readonly size: number
  /** Levels of nesting. A scalar has none. */
  readonly depth: number
}

/** Units of text, or undefined if the value is larger or deeper than the limits. Takes at most `size` steps. */
export function weigh(value: unknown, { size, depth }: WeighLimits): number | undefined {
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value, depth }]
  let units = 0
  for (let next = left.pop(); next; next = left.pop()) {
    const here = next.value
    units += typeof here === 'string' ? here.length + 2 : 1
    if (Array.isArray(here)) {
      // A list with more members than units are left cannot fit, so it is not walked.
      if (next.depth <= 0 || here.length > size - units) return undefined
      for (const inner of here) left.push({ value: inner, depth: next.depth - 1 })
    } else if (typeof here === 'object' && here !== null) {
      if (next.depth <= 0) return undefined
      for (const key of Object.keys(here)) {
        units += key.length + 3
        if (units > size) return undefined
        left.push({ value: (here as Record<string, unknown>)[key], depth: next.depth - 1 })
      }
    }
    if (units > size) return undefined
  }
  return units
}

/** A deep copy. It recurses, so weigh the value first. */
export function cloneJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cloneJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cloneJson(inner)]))
}
