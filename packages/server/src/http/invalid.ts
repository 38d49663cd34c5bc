/**
 * Turns a schema error into a problem that says where it is. An invalid position in a log or a list has its own code.
 */
import { ProblemError } from './problem-error.ts'

interface Refusal {
  readonly target: string
  readonly success: boolean
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
}

const PLACES: Readonly<Record<string, string>> = { json: 'body', param: 'path', header: 'headers' }

const CURSORS = new Set(['after', 'before', 'last-event-id'])

/** The hook of every validator: lets valid input pass. */
export function refuseInvalid({ target, success, error }: Refusal): void {
  if (success || !error) return
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  const first = issues[0]
  const place = PLACES[target] ?? target
  const where = first?.path ? `“${first.path}” in the ${place}` : `the ${place}`
  const cursor = target !== 'json' && issues.every(({ path }) => CURSORS.has(path))
  throw new ProblemError(cursor ? 'invalid_cursor' : 'invalid', `Correct ${where}: ${first?.message ?? 'invalid'}.`, {
    issues: issues.slice(0, 20),
  })
}
