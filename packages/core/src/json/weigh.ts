/**
 * What a JSON value would cost on the wire, without making its JSON: in units of text, about the bytes of ASCII JSON.
 * A value may be small in memory and share its parts, and be huge once it is written out: it is weighed as if written.
 */

export interface WeighLimits {
  /** Units of text; beyond, nothing is counted any more. */
  readonly size: number
  /** Levels of nesting; a scalar has none. */
  readonly depth: number
}

/** Units of text, or undefined when the value is larger or deeper than that. Takes no more steps than `size`. */
export function weigh(value: unknown, { size, depth }: WeighLimits): number | undefined {
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value, depth }]
  let units = 0
  for (let next = left.pop(); next; next = left.pop()) {
    const here = next.value
    units += typeof here === 'string' ? here.length + 2 : 1
    if (Array.isArray(here)) {
      // A list as long as what is left cannot fit: it is not walked at all.
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

/** A copy that shares nothing; of a value that was weighed, since it recurses. */
export function cloneJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cloneJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cloneJson(inner)]))
}
