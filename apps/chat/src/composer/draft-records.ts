/**
 * How drafts are stored for every page of this browser, bounded in number, size and time.
 *
 * Owns: names, format, bounds. Does not know: which page shows which draft. A draft's place is any string that names
 * it.
 */
import type { Shared } from '@holdfast/client'

const PREFIX = 'draft.'
const KEPT = 50
const LONGEST = 100_000
/** Of all together: browsers keep five million characters for an origin. */
const MOST_CHARACTERS = 1_000_000
const HOLDS_MS = 90 * 24 * 60 * 60 * 1_000

/** Text in a draft that was returned because it could not be sent. */
export interface Back {
  readonly runId: string
  readonly text: string
}

export interface DraftRecord {
  readonly id: string
  readonly place: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly back: readonly Back[]
  /** The runs whose text was ever put into it, so that none is put there twice. */
  readonly given: readonly string[]
  /** Its thread was deleted. */
  readonly orphan: boolean
}

export interface DraftRecords {
  read(place: string, id: string): DraftRecord | undefined
  /** Every one that still holds. */
  all(): readonly DraftRecord[]
  /** Other pages see the draft only if the result is `shared`. */
  write(record: DraftRecord): 'shared' | 'too long' | 'refused'
  remove(place: string, id: string): void
  /** What another page has written or removed. */
  subscribe(listener: (change: DraftChange) => void): () => void
}

export interface DraftChange {
  readonly place: string
  readonly id: string
  readonly before: DraftRecord | undefined
  readonly after: DraftRecord | undefined
}

const nameOf = (place: string, id: string) => `${PREFIX}${place}#${id}`

export function createDraftRecords(shared: Shared, now: () => number): DraftRecords {
  function all(): readonly DraftRecord[] {
    return shared.names().flatMap((name) => {
      const of = addressIn(name)
      const record = of && readRecord(of, shared.read(name))
      return record && now() - record.at < HOLDS_MS ? [record] : []
    })
  }

  /** The newest stay. */
  function makeRoom(): void {
    let characters = 0
    const kept = new Set<string>()
    for (const { place, id, text } of all()
      .toSorted((a, b) => b.at - a.at)
      .slice(0, KEPT)) {
      characters += text.length
      if (characters <= MOST_CHARACTERS) kept.add(nameOf(place, id))
    }
    for (const name of shared.names()) if (addressIn(name) && !kept.has(name)) shared.remove(name)
  }

  return {
    read: (place, id) => readRecord({ place, id }, shared.read(nameOf(place, id))),
    all,
    write({ place, id, ...record }) {
      const name = nameOf(place, id)
      if (record.text.length > LONGEST) {
        shared.remove(name)
        return 'too long'
      }
      const isNew = shared.read(name) === undefined
      const written = shared.write(name, JSON.stringify({ v: 2, ...record }))
      // Every keystroke writes. A short draft that existed before needs no more space.
      if (isNew || record.text.length > LONGEST / 10) makeRoom()
      return written ? 'shared' : 'refused'
    },
    remove: (place, id) => shared.remove(nameOf(place, id)),
    subscribe: (listener) =>
      shared.subscribe(({ name, before, after }) => {
        const of = addressIn(name)
        if (of) listener({ ...of, before: readRecord(of, before), after: readRecord(of, after) })
      }),
  }
}

function addressIn(name: string): { readonly place: string; readonly id: string } | undefined {
  const at = name.lastIndexOf('#')
  return name.startsWith(PREFIX) && at > 0
    ? { place: name.slice(PREFIX.length, at), id: name.slice(at + 1) }
    : undefined
}

/** A record of another version, or one written by hand, is ignored. */
function readRecord(
  of: { readonly place: string; readonly id: string },
  kept: string | undefined,
): DraftRecord | undefined {
  if (kept === undefined) return undefined
  try {
    const { v, text, at, back, given, orphan } = JSON.parse(kept) as Readonly<Record<string, unknown>>
    if (v !== 2 || typeof text !== 'string' || text === '' || typeof at !== 'number') return undefined
    if (!Array.isArray(back) || !Array.isArray(given)) return undefined
    return {
      ...of,
      text,
      at,
      back: back.filter((part) => typeof part?.runId === 'string' && typeof part.text === 'string'),
      given: given.filter((runId) => typeof runId === 'string'),
      orphan: orphan === true,
    }
  } catch {
    return undefined
  }
}
