/**
 * What was asked for here and is not settled yet, kept over a reload of the page, and over the end of the tab for whichever
 * page comes next: a start until the server has accepted it or its words are back, a cancel until it is acknowledged.
 * Sending one again is safe, by however many pages: the run id is the idempotency key.
 *
 * Owns: how a wish is written down, and for how long it holds. Does not know: requests, threads' content.
 *
 * Invariant: no page sends by itself what was asked for, before it came, longer ago than anybody remembers: those words
 * go back, and are any next page's until somebody has them.
 */
import { isId, keyOf, type StartBody, type ThreadKey } from '@holdfast/core'
import type { Keep } from '../environment/port.ts'

export interface Wish {
  readonly key: ThreadKey
  readonly runId: string
  /** Absent: the run had been accepted before. */
  readonly start?: StartBody
  /** The person wants its end. */
  readonly cancel?: { readonly reason?: string }
  /** Milliseconds since 1970: what was asked for first is sent first. */
  readonly at?: number
  /** It did not come about, and its words are not back yet. */
  readonly refused?: true
}

export interface Wishes {
  /** In the place of what was wished of this run before. */
  put(wish: Wish): void
  settle(wish: Pick<Wish, 'key' | 'runId'>): void
  all(): readonly Wish[]
}

const PREFIX = 'wish.'
/** Nothing is sent by itself longer after it was asked for: nobody remembers it. */
export const HOLDS_MS = 24 * 60 * 60 * 1_000

export function createWishes(keep: Keep, now: () => number): Wishes {
  const nameOf = ({ key, runId }: Pick<Wish, 'key' | 'runId'>) => `${PREFIX}${key.roomId}/${key.threadId}/${runId}`

  /** An end is wanted at any age. */
  function heldOrBack(wish: Wish): Wish {
    if (!wish.start || wish.cancel || wish.refused || now() - (wish.at ?? 0) < HOLDS_MS) return wish
    keep.write(nameOf(wish), JSON.stringify({ v: 1, ...wish }), 'next page')
    return { ...wish, refused: true }
  }

  return {
    put(wish) {
      // Words that are to go back to whoever wrote them are this tab's alone.
      const to = wish.refused ? undefined : 'next page'
      keep.write(nameOf(wish), JSON.stringify({ v: 1, ...wish }), to)
    },
    settle: (wish) => keep.remove(nameOf(wish)),
    all: () =>
      keep
        .names()
        .filter((name) => name.startsWith(PREFIX))
        .flatMap((name) => readWish(keep.read(name)) ?? [])
        .map(heldOrBack)
        .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)),
  }
}

/** What another version, or somebody at the console, has left there is not guessed at. */
function readWish(text: string | undefined): Wish | undefined {
  if (text === undefined) return undefined
  let value: Partial<Record<'v' | keyof Wish, unknown>> | null
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const key = keyOf(value?.key)
  if (value?.v !== 1 || !key || !isId(value.runId)) return undefined
  const { runId, start, cancel, at, refused } = value as Wish
  if (start !== undefined && (start.runId !== runId || !Array.isArray(start.messages))) return undefined
  return {
    key,
    runId,
    ...(start && { start }),
    ...(cancel && { cancel }),
    ...(typeof at === 'number' && { at }),
    ...(refused && { refused }),
  }
}
