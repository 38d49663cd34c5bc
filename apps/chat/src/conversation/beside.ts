/**
 * The second pane, as the address names it: `?beside=room/thread`. A reload, a link and the back button therefore keep
 * it, and it may show the same thread.
 *
 * Owns: the format, and when there is space for a second pane. Does not know: what a pane shows.
 */
import { keyOf, keyString, paths, type ThreadKey } from '@holdfast/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'

export interface BesideSearch {
  readonly beside?: string | undefined
}

/** Any other value is ignored. */
export function readBeside({ beside }: { readonly beside?: unknown }): BesideSearch {
  return typeof beside === 'string' && parse(beside) ? { beside } : {}
}

function parse(text: string): ThreadKey | undefined {
  const [roomId, threadId, ...more] = text.split('/')
  return more.length === 0 ? keyOf({ roomId, threadId }) : undefined
}

/** What the second pane shows, as the address has it. */
export function besideIn({ beside }: BesideSearch): ThreadKey | undefined {
  return beside === undefined ? undefined : parse(beside)
}

/** Whether one of the panes shows this thread. An id alone is not enough: two rooms may have the same thread id. */
export function isShown(
  location: { readonly pathname: string; readonly search: BesideSearch },
  key: ThreadKey,
): boolean {
  const { pathname } = location
  // One character of an id may appear in an address both encoded and not.
  const isFirst = pathname.replaceAll(/%3a/gi, ':') === paths.page(key).replaceAll('%3A', ':')
  return isFirst || location.search.beside === keyString(key)
}

/** Split view needs the width of two conversations. */
const WIDE = '(width >= 64rem)'

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export interface Beside {
  /** Undefined if there is no second pane, or no space for it. */
  readonly key: ThreadKey | undefined
  readonly possible: boolean
  open(key: ThreadKey): void
  close(): void
}

export function useBeside(): Beside {
  const { beside } = useSearch({ strict: false })
  const possible = useSyncExternalStore(subscribe, () => window.matchMedia(WIDE).matches)
  const navigate = useNavigate()
  const key = useMemo(() => besideIn({ beside }), [beside])
  const go = (next: string | undefined) => void navigate({ to: '.', search: { beside: next } })
  return {
    key: possible ? key : undefined,
    possible,
    open: (wanted) => go(keyString(wanted)),
    close: () => go(undefined),
  }
}
