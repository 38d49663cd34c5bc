/** Whether two values are the same JSON: members in any order, numbers by value. Linear in the smaller value. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((item, at) => sameJson(item, other[at]))
  }
  const members = Object.entries(one)
  if (members.length !== Object.keys(other).length) return false
  return members.every(
    ([name, value]) =>
      Object.hasOwn(other, name) && sameJson(value, (other as Readonly<Record<string, unknown>>)[name]),
  )
}
