/**
 * Storage of a browser that may refuse: it is full, or forbidden.
 *
 * Owns: what a refusal becomes. Does not know: what is kept.
 */

/** Undefined where the browser refuses. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Of everything that is kept under this prefix, without it. */
export function namesIn(storage: () => Storage, prefix: string): readonly string[] {
  const names = attempt(() => Object.keys(storage())) ?? []
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}
