/** What a person reads about a failure: the error's own message. */
export function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
