/**
 * The commands of all pages of this browser that are on their way, each under the page that sends it.
 *
 * Owns: which page a command belongs to. Does not know: what a command is, requests, when another page is gone
 * (`taking-over.ts`).
 *
 * Invariant: a command is stored before it is sent, and for as long as it is not settled.
 */
import type { Environment, Keep, Shared } from '../environment/port.ts'

type Entry = readonly [name: string, text: string]

export interface Outbox {
  readonly pageId: string
  /** False where the browser refuses: it is full. */
  write(name: string, text: string): boolean
  /** From every page: a copy of a tab has the commands of the tab. */
  remove(name: string): void
  /** What belongs to this page. */
  own(): readonly Entry[]
  /** Everything whose name begins so, without that beginning. */
  of(begin: string): readonly Entry[]
  /** What is another page's is this page's from now on. */
  take(page: string): readonly Entry[]
}

/** Undefined where pages share nothing, or cannot know of each other whether they live. */
export function outboxOf({ keep, shared, locks, mintId }: Environment): Outbox | undefined {
  return shared && locks && createOutbox(keep, shared, mintId())
}

export const PREFIX = 'outbox.'
/** Names the page before a reload. */
const PAGE = 'outbox-page'

function createOutbox(keep: Keep, shared: Shared, pageId: string): Outbox {
  const mine = `${PREFIX}${pageId}/`

  function of(begin: string): readonly Entry[] {
    const names = shared.names().filter((name) => name.startsWith(begin))
    return names.map((name) => [name.slice(begin.length), shared.read(name) ?? ''])
  }

  function take(page: string): readonly Entry[] {
    const theirs = `${PREFIX}${page}/`
    return of(theirs).filter(([name, text]) => {
      if (!shared.write(mine + name, text)) return false
      shared.remove(theirs + name)
      return true
    })
  }

  // A page that is reloaded has its own back at once.
  const before = keep.read(PAGE)
  if (before !== undefined) take(before)
  keep.write(PAGE, pageId)

  return {
    pageId,
    write: (name, text) => shared.write(mine + name, text),
    remove(name) {
      for (const [rest] of of(PREFIX)) if (rest.endsWith(`/${name}`)) shared.remove(PREFIX + rest)
    },
    own: () => of(mine),
    of,
    take,
  }
}
