/**
 * Whether an answer has the shape it should have: a proxy, another program or another version may have answered for the
 * server. Checked is what the client relies on; what a newer server adds is let through.
 *
 * Owns: the language of shapes. Does not know: which answer has which shape (`verbs.ts`), how an answer arrives.
 */

type Primitive = 'string' | 'number' | 'boolean'
/** A list of one shape; an object with at least these fields, of which those with `?` may be missing. */
export type Shape = Primitive | readonly [Shape] | { readonly [field: string]: Shape }

export function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return typeof value === shape
  if (isList(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(shape).every(([field, wanted]) => {
    const name = field.replace('?', '')
    const own = (value as Readonly<Record<string, unknown>>)[name]
    return (own === undefined && name !== field) || fits(own, wanted)
  })
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
