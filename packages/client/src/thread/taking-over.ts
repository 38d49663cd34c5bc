/**
 * What a page that is gone has left, however it ended, is taken over: by the next page, or by one that is open.
 *
 * Owns: when a page counts as gone. Does not know: what a command is.
 *
 * Invariant: another page's commands are taken over only by the page that holds its lock, which is free once the page has
 * died. One that sleeps keeps its lock and its commands.
 */
import type { Clock } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { type Outbox, PREFIX } from './outbox.ts'

/** A tab that is being reloaded gets its commands back first. */
const GRACE_MS = 3_000
/** A lock that is granted so soon was free: its page died earlier. */
const AT_ONCE_MS = 500

const lockOf = (page: string) => `holdfast outbox ${page}`

/** `taken` is called with the texts of the commands. */
export async function takeOver(
  outbox: Outbox,
  environment: Environment,
  closed: AbortSignal,
  taken: (texts: readonly string[]) => void,
): Promise<void> {
  const { shared, clock } = environment
  const locks = await environment.locks?.()
  if (!locks || !shared || closed.aborted) return
  const watched = new Set([outbox.pageId])
  const over = new Promise<void>((resolve) => closed.addEventListener('abort', () => resolve()))
  const signal = { signal: closed }
  const held = locks.hold
  void held(lockOf(outbox.pageId), signal, () => over)

  /** `mayReturn`: the page was there a moment ago. */
  async function watch(page: string, mayReturn: boolean): Promise<void> {
    watched.add(page)
    const asked = clock.now()
    await held(lockOf(page), signal, async () => {
      if (mayReturn || clock.now() - asked > AT_ONCE_MS) await Promise.race([over, later(clock)])
      if (closed.aborted) return
      const entries = outbox.take(page)
      if (entries.length > 0) taken(entries.map(([, text]) => text))
    })
    watched.delete(page)
  }

  function look(mayReturn: boolean): void {
    const pages = outbox.of(PREFIX).map(([rest]) => rest.split('/')[0] ?? '')
    for (const page of pages) if (!watched.has(page)) void watch(page, mayReturn)
  }

  look(false)
  void over.then(shared.subscribe(() => look(true)))
}

function later(clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.schedule(GRACE_MS, resolve))
}
