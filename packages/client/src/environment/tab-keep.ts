/**
 * What a page keeps, as strings: in the tab's own storage, so that two tabs do not send each other's words, and a tab that
 * is restored has them again. What that refuses (it is full, or forbidden) is kept for as long as the page lasts.
 *
 * Owns: the names in both storages. Does not know: what is kept, why.
 *
 * Invariant: what the next page is to inherit lies where every tab finds it only while its own page may never be seen
 * again, hidden or left; whichever page comes next takes it away from there. Never so much lies there that whatever else
 * this origin keeps has no room.
 */
import type { Keep } from './port.ts'
import { attempt, namesIn } from './storage.ts'

export interface TabKeepOptions {
  /** What else keeps under another name here neither sees nor takes it; absent for the only one of its origin. */
  readonly keptFor?: string
  /** Both throw where the browser refuses. */
  own(): Storage
  shared(): Storage
  /** Calls back with whether the page is gone or hidden; gives what undoes it. */
  onLeaving(listener: (left: boolean) => void): () => void
}

/** Of all pages that were left: browsers keep five million characters for an origin. */
const MOST_LEFT = 100
const MOST_LEFT_CHARACTERS = 2_000_000

/** Of everything that is kept for a server. Without a dot of its own: else one name would begin like another's. */
export function prefixFor(keptFor: string | undefined): string {
  return keptFor === undefined ? 'holdfast.' : `holdfast@${encodeURIComponent(keptFor).replaceAll('.', '%2E')}.`
}

export function tabKeep({ keptFor, own, shared, onLeaving }: TabKeepOptions): Keep {
  const prefix = prefixFor(keptFor)
  const leftPrefix = `${prefix}left.`
  const here = new Map<string, string>()
  const inherited = new Set<string>()
  let undo: (() => void) | undefined

  function read(name: string): string | undefined {
    return here.get(name) ?? attempt(() => own().getItem(prefix + name)) ?? undefined
  }
  function write(name: string, text: string): void {
    here.set(name, text)
    attempt(() => {
      own().setItem(prefix + name, text)
      here.delete(name)
    })
  }
  function turn(left: boolean): void {
    for (const name of inherited) attempt(() => shared().removeItem(leftPrefix + name))
    if (!left) return
    const others = namesIn(shared, leftPrefix)
    let room = MOST_LEFT - others.length
    let characters = MOST_LEFT_CHARACTERS
    for (const name of others) characters -= attempt(() => shared().getItem(leftPrefix + name)?.length) ?? 0
    for (const name of inherited) {
      const text = read(name)
      if (text === undefined || room < 1 || text.length > characters) continue
      attempt(() => shared().setItem(leftPrefix + name, text))
      room -= 1
      characters -= text.length
    }
  }

  function disinherit(name: string): void {
    if (!inherited.delete(name)) return
    // A hidden page continues, so its entry may exist already.
    attempt(() => shared().removeItem(leftPrefix + name))
    if (inherited.size > 0) return
    undo?.()
    undo = undefined
  }

  for (const left of namesIn(shared, leftPrefix)) {
    const text = attempt(() => shared().getItem(leftPrefix + left))
    attempt(() => shared().removeItem(leftPrefix + left))
    if (typeof text === 'string' && read(left) === undefined) write(left, text)
  }

  return {
    read: (name) => read(name),
    write(name, text, to) {
      write(name, text)
      if (to !== 'next page') {
        disinherit(name)
        return
      }
      inherited.add(name)
      undo ??= onLeaving(turn)
    },
    remove(name) {
      here.delete(name)
      attempt(() => own().removeItem(prefix + name))
      disinherit(name)
    },
    names: () => [...new Set([...namesIn(own, prefix), ...here.keys()])],
  }
}
