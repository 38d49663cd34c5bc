/**
 * What is being written, by conversation: switching away and back loses no word, nor does a reload of the page.
 *
 * Owns: the texts, and how they are kept. Does not know: React, threads. A draft's place is any string that names it.
 *
 * Invariant: so many drafts are kept over a reload, none of them endless: the oldest makes room, and what is too long is
 * kept for as long as the page lasts.
 */
import type { Keep } from '@holdfast/client'

const KEPT = 50
const LONGEST = 100_000
const PREFIX = 'draft.'

export interface Drafts {
  read(place: string): string
  write(place: string, text: string): void
  /** Puts words that could not be sent back in front of what is written; once for each `runId` that was to carry them. */
  giveBackOnce(place: string, runId: string, text: string): void
  /** The same, each time. */
  giveBack(place: string, text: string): void
  subscribe(listener: () => void): () => void
}

interface Draft {
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Whose words were put back into it. */
  readonly back: readonly string[]
}

export function createDrafts(keep: Keep, now: () => number): Drafts {
  const drafts = new Map<string, Draft>()
  const givenBack = new Set<string>()
  const listeners = new Set<() => void>()
  for (const name of keep.names()) {
    const draft = name.startsWith(PREFIX) ? readDraft(keep.read(name)) : undefined
    if (!draft) continue
    drafts.set(name.slice(PREFIX.length), draft)
    for (const runId of draft.back) givenBack.add(runId)
  }

  function put(place: string, text: string, back: readonly string[]): void {
    if (text === '') drafts.delete(place)
    else drafts.set(place, { text, at: now(), back })
    const draft = drafts.get(place)
    if (!draft || text.length > LONGEST) keep.remove(PREFIX + place)
    else {
      keep.write(PREFIX + place, JSON.stringify({ v: 1, ...draft }))
      makeRoom()
    }
    for (const listener of [...listeners]) listener()
  }

  function makeRoom(): void {
    if (drafts.size <= KEPT) return
    const oldest = [...drafts].toSorted(([, a], [, b]) => a.at - b.at).slice(0, drafts.size - KEPT)
    for (const [place] of oldest) keep.remove(PREFIX + place)
  }

  function giveBack(place: string, words: string, runId?: string): void {
    const { text = '', back = [] } = drafts.get(place) ?? {}
    if (words !== '') put(place, text === '' ? words : `${words}\n${text}`, runId ? [...back, runId] : back)
  }

  const read = (place: string): string => drafts.get(place)?.text ?? ''

  return {
    read,
    write: (place, text) => put(place, text, drafts.get(place)?.back ?? []),
    giveBackOnce(place, runId, text) {
      if (givenBack.has(runId)) return
      givenBack.add(runId)
      giveBack(place, text, runId)
    },
    giveBack: (place, text) => giveBack(place, text),
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}

/** What another version, or somebody at the console, has left there is not guessed at. */
function readDraft(kept: string | undefined): Draft | undefined {
  if (kept === undefined) return undefined
  try {
    const { v, text, at, back } = JSON.parse(kept) as Readonly<Record<string, unknown>>
    if (v !== 1 || typeof text !== 'string' || typeof at !== 'number' || !Array.isArray(back)) return undefined
    return { text, at, back: back.filter((runId) => typeof runId === 'string') }
  } catch {
    return undefined
  }
}
