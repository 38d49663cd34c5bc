/**
 * `npm run check -- commits`: the subjects of commits have at most 72 characters, as git and its front ends show them. Commits
 * from before the rule are left alone. Looks at the commits that are there: a shallow clone has fewer, an exported tree none.
 */
import { execFileSync } from 'node:child_process'

export const MOST = 72
/** When the rule began. */
const SINCE = '2026-12-01T00:00:00Z'

/** Those of `log` (a hash, a space and the subject a line) that are too long. */
export function tooLong(log: string): readonly string[] {
  return log.split('\n').filter((line) => [...line.slice(line.indexOf(' ') + 1)].length > MOST)
}

function logSince(time: string): string | undefined {
  const args = ['log', '--no-merges', `--since-as-filter=${time}`, '--format=%h %s', 'HEAD']
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trimEnd()
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const log = logSince(SINCE)
  if (log === undefined) {
    console.log('There is no git history here: no subjects to check.')
    process.exit(0)
  }
  const long = tooLong(log)
  for (const line of long) console.error(`more than ${MOST} characters: ${line}`)
  if (long.length > 0) {
    console.error('\nShorten them (git rebase -i, reword); the body of the message has room for the rest.')
    process.exit(1)
  }
  console.log(`${log === '' ? 0 : log.split('\n').length} commits, each with a subject of at most ${MOST} characters.`)
}
