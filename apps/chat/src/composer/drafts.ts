/**
 * Unsent text by conversation. It survives switching threads, a reload, and the end of the tab and the browser.
 *
 * Owns: which draft this tab shows in which place. Does not know: React, threads, how drafts are stored
 * (`draft-records.ts`). A draft's place is any string that names it.
 *
 * Invariants:
 * - A draft that one tab sends or clears disappears from every tab that shows it. Text typed in a tab is never changed
 *   or removed by another tab: if both have typed, each continues with a draft of its own.
 * - Returned text is in the draft once. It leaves the draft when it turns out to have been sent, unless it was edited.
 */
import type { Keep, Shared } from '@holdfast/client'
import { type Back, createDraftRecords, type DraftChange, type DraftRecord } from './draft-records.ts'

const PREFIX = 'draft.'
const NONE: readonly string[] = []

export interface Drafts {
  read(place: string): string
  /** What a person has typed; empty when it was sent. */
  write(place: string, text: string): void
  /** Puts text in front of the draft, once for each `source`. */
  giveBackOnce(place: string, source: string, text: string): void
  /** The same, of words that the run was to carry and that were not sent, as far as is known: `withdraw` takes them out. */
  giveBackUnsent(place: string, runId: string, text: string): void
  /** As often as it is called. */
  giveBack(place: string, text: string): void
  /** The runs whose words are in it because they could not be sent. */
  returned(place: string): readonly string[]
  /** These words were sent after all: they leave the draft, unless they were changed. */
  withdraw(place: string, runId: string): void
  /** Its thread or its whole room was deleted: the draft is offered elsewhere. */
  orphan(place: string): void
  /** The places whose thread was deleted; the same reference until something changes. */
  orphans(): readonly string[]
  subscribe(listener: () => void): () => void
  /** The page was not awake for a while: what other tabs have sent meanwhile is gone from it. */
  catchUp(): void
}

export interface DraftsOptions {
  /** This tab's own: which draft it shows, and what other tabs cannot have. */
  readonly keep: Keep
  readonly shared: Shared
  now(): number
  mintId(): string
}

interface Draft extends DraftRecord {
  /** Whether it was changed in this tab since it came from another, or was read. */
  readonly typed: boolean
  /** Other tabs cannot have it. */
  readonly alone: boolean
}

export function createDrafts({ keep, shared, now, mintId }: DraftsOptions): Drafts {
  const records = createDraftRecords(shared, now)
  const drafts = new Map<string, Draft>()
  /** When this tab sent or cleared what it had: older drafts of other tabs do not take its place. */
  const clearedAt = new Map<string, number>()
  const givenBack = new Set<string>()
  const listeners = new Set<() => void>()
  let orphaned: readonly string[] = NONE

  for (const record of records.all()) {
    const shown = drafts.get(record.place)
    if (!shown || shown.at < record.at) adopt(record)
  }
  for (const name of keep.names()) if (name.startsWith(PREFIX)) restore(name.slice(PREFIX.length))
  records.subscribe(follow)
  tell()

  function adopt(record: DraftRecord): void {
    drafts.set(record.place, { ...record, typed: false, alone: false })
    for (const runId of record.given) givenBack.add(runId)
  }

  /** The draft that this tab showed before it was reloaded. */
  function restore(place: string): void {
    const own = readOwn(keep.read(PREFIX + place), mintId)
    if (!own) return
    const { text, ...rest } = own
    const record = text === undefined ? records.read(place, own.id) : { ...rest, text, place }
    // Absent: sent or cleared by another tab meanwhile.
    if (!record) keep.remove(PREFIX + place)
    else {
      adopt(record)
      if (text !== undefined) save({ ...record, typed: false })
    }
  }

  function follow({ place, id, before, after }: DraftChange): void {
    const mine = drafts.get(place)
    if (!mine) {
      if (after && after.at > (clearedAt.get(place) ?? Number.NEGATIVE_INFINITY)) adopt(after)
    } else if (mine.id === id) {
      if (after && (!mine.typed || after.text === withdrawnLike(mine, after))) adopt(after)
      else if (!after && (!mine.typed || before?.text === mine.text)) forget(place)
      else save({ ...mine, id: mintId() })
    } else return
    tell()
  }

  function put(draft: Omit<Draft, 'alone'>): void {
    const { place, id } = draft
    if (draft.text === '') {
      const shown = drafts.get(place)
      // Another text: another tab has typed there since, and keeps it.
      if (shown?.alone || records.read(place, id)?.text === shown?.text) records.remove(place, id)
      forget(place)
    } else save(draft)
    tell()
  }

  function save(draft: Omit<Draft, 'alone'>): void {
    const { typed: _, ...record } = draft
    const { place, id } = draft
    const before = drafts.get(place)
    const written = records.write(record)
    drafts.set(place, { ...draft, alone: written !== 'shared' })
    if (written === 'too long') keep.remove(PREFIX + place)
    else if (written === 'refused') keep.write(PREFIX + place, JSON.stringify({ v: 2, ...record }))
    else if (before?.id !== id || !before.typed) keep.write(PREFIX + place, JSON.stringify({ v: 2, id }))
  }

  function forget(place: string): void {
    drafts.delete(place)
    keep.remove(PREFIX + place)
    clearedAt.set(place, now())
  }

  /** `source` names where the text comes from, so that every tab to which it is returned has the same draft. */
  function giveBack(place: string, words: string, source?: string, unsent = false): void {
    if (words === '' || (source !== undefined && givenBack.has(source))) return
    const { text = '', back = [], given = [], id = source ?? mintId(), orphan = false } = drafts.get(place) ?? {}
    if (source !== undefined) givenBack.add(source)
    put({
      place,
      id,
      text: text === '' ? words : `${words}\n${text}`,
      at: now(),
      back: source !== undefined && unsent ? [...back, { runId: source, text: words }] : back,
      given: source === undefined ? given : [...given, source],
      orphan,
      typed: true,
    })
  }

  function tell(): void {
    const places = [...drafts.values()].filter(({ orphan }) => orphan).map(({ place }) => place)
    if (places.join() !== orphaned.join()) orphaned = places
    for (const listener of [...listeners]) listener()
  }

  return {
    read: (place) => drafts.get(place)?.text ?? '',
    write(place, text) {
      const before = drafts.get(place) ?? { id: mintId(), back: [], given: [], orphan: false }
      put({ ...before, place, text, at: now(), typed: true })
    },
    giveBackOnce: (place, source, text) => giveBack(place, text, source),
    giveBackUnsent: (place, runId, text) => giveBack(place, text, runId, true),
    giveBack: (place, text) => giveBack(place, text),
    returned: (place) => drafts.get(place)?.back.map(({ runId }) => runId) ?? NONE,
    withdraw(place, runId) {
      const draft = drafts.get(place)
      const part = draft?.back.find((each) => each.runId === runId)
      if (!draft || !part) return
      const back = draft.back.filter((each) => each !== part)
      put({ ...draft, back, text: without(draft.text, part) })
    },
    orphan(place) {
      const isIn = (draft: Draft) => draft.place === place || (place.endsWith('/') && draft.place.startsWith(place))
      for (const draft of [...drafts.values()]) if (isIn(draft) && !draft.orphan) put({ ...draft, orphan: true })
    },
    orphans: () => orphaned,
    catchUp() {
      for (const { place, id, typed, alone, text } of [...drafts.values()]) {
        const record = records.read(place, id)
        if (typed || alone || record?.text === text) continue
        if (record) adopt(record)
        else forget(place)
      }
      tell()
    },
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}

/** Only whole lines: edited text belongs to the person. */
function without(text: string, { text: words }: Back): string {
  if (text === words) return ''
  if (text.startsWith(`${words}\n`)) return text.slice(words.length + 1)
  if (text.endsWith(`\n${words}`)) return text.slice(0, -words.length - 1)
  const at = text.indexOf(`\n${words}\n`)
  return at < 0 ? text : text.slice(0, at) + text.slice(at + words.length + 1)
}

/** The draft after a withdrawal. Not typing, so nothing is taken from other tabs. */
function withdrawnLike(mine: DraftRecord, other: DraftRecord): string {
  const gone = mine.back.filter(({ runId }) => !other.back.some((each) => each.runId === runId))
  return gone.reduce(without, mine.text)
}

interface Own extends Omit<DraftRecord, 'place' | 'text'> {
  /** Absent where every tab can have it. */
  readonly text?: string
}

/** A draft that an earlier version left in this tab is read like any other. */
function readOwn(kept: string | undefined, mintId: () => string): Own | undefined {
  if (kept === undefined) return undefined
  try {
    const { v, id, text, at = 0, back = [], given = [], orphan } = JSON.parse(kept)
    if (text === '') return undefined
    const fields = { back: [], given: [], orphan: orphan === true, at: Number(at) }
    if (!Array.isArray(back) || !Array.isArray(given)) return undefined
    if (v === 1 && typeof text === 'string' && typeof at === 'number')
      return { ...fields, id: mintId(), text, given: back }
    if (v !== 2 || typeof id !== 'string') return undefined
    return { ...fields, id, back, given, ...(typeof text === 'string' && { text }) }
  } catch {
    return undefined
  }
}
