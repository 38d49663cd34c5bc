/** What a schema refused, as a problem that says where. A bad position in a log or a list has a code of its own. */
import { ProblemError } from './problem-error.ts'

interface Refusal {
  readonly target: string
  readonly success: boolean
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
}

const PLACES: Readonly<Record<string, string>> = { json: 'body', param: 'path', header: 'headers' }

const CURSORS = new Set(['after', 'before', 'last-event-id'])

/** The hook of every validator: lets the good pass. */
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
