/** What a person is told of what went wrong: an error's own words. */
export function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
