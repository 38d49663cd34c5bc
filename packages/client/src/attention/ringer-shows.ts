/**
 * Showing what this window may show: one by one, or a burst as one; and closing what the person has read.
 *
 * Owns: which notices are shown together. Does not know: how a window came to be the one that shows them.
 */
import { sameKey } from '@holdfast/core'
import type { Notice } from './notice.ts'
import { become, type Draft, inPhase, ringOf } from './ringer-draft.ts'
import type { Entry, RingerEvent, RungAs } from './ringer-state.ts'

/** Notices that follow each other within this time belong to one burst. */
export const BURST_MS = 2_000
/** From this number on they are shown as one. */
const MANY = 3

export function showMine(draft: Draft, at: number): void {
  const byRing: Record<RungAs, Notice[]> = { toast: [], os: [] }
  for (const entry of inPhase(draft, 'mine')) {
    const { notice } = entry
    const ring = ringOf(draft, entry, at)
    if (ring === 'toast' || (ring === 'os' && draft.around.mayNotify)) byRing[ring].push(notice)
    // The person has come to the thread meanwhile, or has switched this off.
    else if (ring === 'nothing') settle(draft, [notice])
    // The person has gone elsewhere meanwhile. Where they are now, another window of this profile may show it.
    else {
      become(draft, notice.id, { type: 'held' })
      draft.effects.push({ type: 'unlock', id: notice.id })
    }
  }
  for (const as of ['toast', 'os'] as const) if (byRing[as].length > 0) show(draft, as, byRing[as], at)
}

function settle(draft: Draft, notices: readonly Notice[]): void {
  draft.effects.push({ type: 'record', ids: idsOf(notices) })
  for (const { id } of notices) {
    become(draft, id, { type: 'over' })
    draft.effects.push({ type: 'unlock', id })
  }
}

function show(draft: Draft, as: RungAs, news: readonly Notice[], at: number): void {
  const recent = rungAs(draft, as).filter(({ phase }) => Math.abs(at - phase.at) < BURST_MS)
  const group = draft.groups[as]
  const continues = recent.some(({ notice }) => group.includes(notice.id))
  draft.effects.push({ type: 'record', ids: idsOf(news) })
  if (continues || recent.length + news.length >= MANY) {
    const alone = recent.map(({ notice }) => notice).filter(({ id }) => !group.includes(id))
    const notices = [...membersOf(draft, as), ...alone, ...news]
    if (alone.length > 0) draft.effects.push({ type: 'close', as, ids: idsOf(alone), isGroup: false })
    draft.effects.push({ type: 'ring', as, notices, news: idsOf(news), isGroup: true })
    draft.groups = { ...draft.groups, [as]: idsOf(notices) }
  } else {
    for (const notice of news) {
      draft.effects.push({ type: 'ring', as, notices: [notice], news: [notice.id], isGroup: false })
    }
  }
  for (const { id } of news) {
    become(draft, id, { type: 'rung', as, at })
    draft.effects.push({ type: 'unlock', id })
  }
}

/** Closes what is shown of these, wherever this window shows it. */
export function close(draft: Draft, ids: readonly string[]): void {
  for (const as of ['toast', 'os'] as const) {
    const shown = rungAs(draft, as).flatMap(({ notice: { id } }) => (ids.includes(id) ? [id] : []))
    if (shown.length === 0) continue
    const group = draft.groups[as]
    const alone = shown.filter((id) => !group.includes(id))
    forgetShown(draft, shown)
    if (alone.length > 0) draft.effects.push({ type: 'close', as, ids: alone, isGroup: false })
    if (alone.length === shown.length) continue
    const left = membersOf(draft, as)
    if (left.length === 0) draft.effects.push({ type: 'close', as, ids: group, isGroup: true })
    else draft.effects.push({ type: 'ring', as, notices: left, news: [], isGroup: true })
  }
}

/** The person has dismissed them, or this window has closed them. */
export function forgetShown(draft: Draft, ids: readonly string[]): void {
  const { toast, os } = draft.groups
  const isLeft = (id: string) => !ids.includes(id)
  for (const id of ids) if (draft.entries.get(id)?.phase.type === 'rung') become(draft, id, { type: 'over' })
  draft.groups = { toast: toast.filter(isLeft), os: os.filter(isLeft) }
}

export function isRead({ notice }: Entry, { key, seq }: Extract<RingerEvent, { type: 'read' }>): boolean {
  return sameKey(notice, key) && (seq === undefined || notice.seq === undefined || notice.seq <= seq)
}

function rungAs(draft: Draft, as: RungAs) {
  return inPhase(draft, 'rung').filter(({ phase }) => phase.as === as)
}

function membersOf(draft: Draft, as: RungAs): readonly Notice[] {
  return rungAs(draft, as)
    .map(({ notice }) => notice)
    .filter(({ id }) => draft.groups[as].includes(id))
}

function idsOf(notices: readonly Notice[]): readonly string[] {
  return notices.map(({ id }) => id)
}
