/**
 * Which tab has streams where tabs share no connection. A browser opens six connections to a host over HTTP/1, for all its
 * tabs together, and a tab that streams keeps up to four of them: one tab has streams, the others poll.
 *
 * Owns: who has the place, as far as the tabs hear of each other. Does not know: what is read.
 *
 * Invariants:
 * - A tab that does not even hear itself has no place: where nothing arrives, tabs cannot be counted.
 * - Of two tabs that have the place, the one that had it first keeps it. While no tab reads, nothing is sent (I10).
 */
import type { Clock } from '@holdfast/core'
import type { Line } from '../environment/neighbours.ts'

/** What tabs may take to say that they have it. */
const ANSWER_MS = 300
/** A tab that dies says nothing: who waits asks again. */
const ASK_AGAIN_MS = 5_000

type Word =
  | { readonly type: 'who' | 'gone'; readonly tab: string }
  | { readonly type: 'has'; readonly tab: string; readonly since: number }

export interface StreamPlace {
  readonly free: boolean
  /** Takes part for as long as there is a listener. */
  subscribe(listener: () => void): () => void
}

export interface StreamPlaceOptions {
  /** Opens two lines of one name, because no line hears itself. Undefined where the browser has none. */
  open(): readonly [Line, Line] | undefined
  readonly clock: Clock
  readonly tabId: string
}

export function createStreamPlace({ open, clock, tabId }: StreamPlaceOptions): StreamPlace {
  const listeners = new Set<() => void>()
  let part: Part | undefined

  return {
    get free() {
      return part?.hasPlace ?? false
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      const lines = listeners.size === 1 ? open() : undefined
      if (lines) {
        part = takePart(lines, clock, tabId, () => {
          for (const one of [...listeners]) one()
        })
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        part?.leave()
        part = undefined
      }
    },
  }
}

/** This tab among those that read. */
interface Part {
  readonly hasPlace: boolean
  leave(): void
}

function takePart([out, back]: readonly [Line, Line], clock: Clock, tabId: string, turned: () => void): Part {
  const say = (word: Word) => out.post(word)
  /** When it took the place, while it has it. */
  let since: number | undefined
  let heardSelf = false
  let taken = false
  let undo = () => {}

  function turn(next: number | undefined): void {
    since = next
    turned()
  }

  function ask(): void {
    heardSelf = false
    taken = false
    say({ type: 'who', tab: tabId })
    undo = clock.schedule(ANSWER_MS, () => {
      if (!heardSelf || taken) {
        undo = clock.schedule(ASK_AGAIN_MS, ask)
        return
      }
      const now = clock.now()
      turn(now)
      say({ type: 'has', tab: tabId, since: now })
    })
  }

  function hear(message: unknown): void {
    const word = readWord(message)
    if (!word) return
    if (word.tab === tabId) {
      heardSelf = true
    } else if (word.type === 'who') {
      if (since !== undefined) say({ type: 'has', tab: tabId, since })
    } else if (word.type === 'has') {
      taken = true
      if (since === undefined) return
      if (isBefore(word, { tab: tabId, since })) {
        turn(undefined)
        undo = clock.schedule(ASK_AGAIN_MS, ask)
      } else say({ type: 'has', tab: tabId, since })
    } else if (since === undefined) {
      undo()
      ask()
    }
  }

  // A line does not hear itself: the second line of the same name hears this tab's words too, if anything arrives at all.
  const unlisten = back.listen(hear, () => {})
  ask()
  return {
    get hasPlace() {
      return since !== undefined
    },
    leave() {
      undo()
      unlisten()
      if (since !== undefined) say({ type: 'gone', tab: tabId })
      out.close()
      back.close()
    },
  }
}

interface Claim {
  readonly tab: string
  readonly since: number
}

function isBefore(one: Claim, other: Claim): boolean {
  return one.since !== other.since ? one.since < other.since : one.tab < other.tab
}

function readWord(value: unknown): Word | undefined {
  const { type, tab, since } = Object(value) as Readonly<Record<string, unknown>>
  if (typeof tab !== 'string') return undefined
  if (type === 'who' || type === 'gone') return { type, tab }
  return type === 'has' && typeof since === 'number' ? { type, tab, since } : undefined
}
