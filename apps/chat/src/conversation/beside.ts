/**
 * The second pane, as the address names it: `?beside=room/thread`. So a reload, a link and going back keep it, and it
 * may be the same thread once more.
 *
 * Owns: how it is written and when there is room for it. Does not know: what a pane shows.
 */
import { keyOf, keyString, paths, type ThreadKey } from '@holdfast/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'

export interface BesideSearch {
  readonly beside?: string | undefined
}

/** Anything else that stands there is no pane. */
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

/** Whether one of the panes shows this very thread: an id alone may stand in two rooms. */
export function isShown(
  location: { readonly pathname: string; readonly search: BesideSearch },
  key: ThreadKey,
): boolean {
  const { pathname } = location
  // An id has one character that may stand in an address as it is, and otherwise.
  const isFirst = pathname.replaceAll(/%3a/gi, ':') === paths.page(key).replaceAll('%3A', ':')
  return isFirst || location.search.beside === keyString(key)
}

/** Two conversations beside each other need the width of two. */
const WIDE = '(width >= 64rem)'

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export interface Beside {
  /** Undefined where there is none, or no room for it. */
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
