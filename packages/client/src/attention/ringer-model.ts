/**
 * Decides in one window which notices it shows: a pure function from a state and an event to the next state and effects.
 *
 * Owns: the order of waiting, lock, claim and showing. Does not know: timers, locks, requests, which notices are shown as
 * one (`ringer-shows.ts`), what a notification looks like.
 *
 * Invariants (G14):
 * - A window shows a notice only under the profile's lock, after it has looked at the record of the profile, and with the
 *   server's claim where there is one. The record is written before anything is shown.
 * - One notice is shown by one window at most, and by none where the table of core says nothing.
 * - A window that dies gives up its lock. The next one claims as the same device, and so shows what the first could not.
 */
import { become, type Draft, inPhase, phaseOf, ringOf, whereIs } from './ringer-draft.ts'
import { BURST_MS, close, forgetShown, isRead, showMine } from './ringer-shows.ts'
import type { Around, RingerEffect, RingerEvent, RingerState } from './ringer-state.ts'

/** How long a window waits for those that are more in front. All far below the 5 s after which the server sends a push. */
const DELAY_MS: Readonly<Record<Around['window'], number>> = { focused: 0, visible: 300, hidden: 1_000 }
/** After this the next notice no longer waits for the lock of the one before. */
const PATIENCE_MS = 2_000
/** For others of the same burst. */
const GATHER_MS = 200
/** Notices that are remembered, to recognise them. */
const MOST = 500

export interface Step {
  readonly state: RingerState
  readonly effects: readonly RingerEffect[]
}

export function ringerStart(around: Around): RingerState {
  return { around, entries: new Map(), groups: { toast: [], os: [] } }
}

export function stepRinger(state: RingerState, event: RingerEvent): Step {
  if (event.type === 'heard' && state.entries.has(event.notice.id)) return { state, effects: [] }
  const draft: Draft = { ...state, entries: new Map(state.entries), effects: [] }
  take(draft, event)
  if ('at' in event) contend(draft, event.at)
  forgetOldest(draft)
  const { effects, ...next } = draft
  return { state: next, effects }
}

function take(draft: Draft, event: RingerEvent): void {
  switch (event.type) {
    case 'heard':
      hear(draft, event)
      return
    case 'around':
      comeTo(draft, event)
      return
    case 'due':
      if (phaseOf(draft, event.id) === 'waiting') become(draft, event.id, { type: 'queued' })
      return
    case 'impatient':
      return
    case 'locked':
      hold(draft, event)
      return
    case 'claimed':
      if (phaseOf(draft, event.id) === 'claiming') beMine(draft, event.id)
      else finish(draft, event.id)
      return
    case 'refused':
      finish(draft, event.id)
      return
    case 'gathered':
      showMine(draft, event.at)
      return
    case 'read':
      read(draft, event)
      return
    case 'dismissed':
      forgetShown(draft, event.ids)
  }
}

function hear(draft: Draft, { notice, muted, at }: Extract<RingerEvent, { type: 'heard' }>): void {
  draft.entries.set(notice.id, { notice, muted, phase: { type: 'held' } })
  review(draft, notice.id, at)
}

function comeTo(draft: Draft, { around, at }: Extract<RingerEvent, { type: 'around' }>): void {
  draft.around = around
  for (const type of ['held', 'waiting', 'queued'] as const) {
    for (const { notice } of inPhase(draft, type)) review(draft, notice.id, at)
  }
}

/** What this window does about a notice of which nothing was asked of others yet. */
function review(draft: Draft, id: string, at: number): void {
  const entry = draft.entries.get(id)
  if (!entry) return
  const { around } = draft
  const ring = ringOf(draft, entry, at)
  if (ring === 'nothing') {
    giveUp(draft, id)
    // The person sees the thread here, so no other window of this profile has anything to show.
    if (whereIs(around, entry.notice) === 'here') draft.effects.push({ type: 'record', ids: [id] })
  } else if (ring === 'os' && !around.mayNotify) {
    giveUp(draft, id)
    become(draft, id, { type: 'held' })
  } else if (entry.phase.type !== 'queued') {
    wait(draft, id, hasJustRung(draft, at) ? 0 : DELAY_MS[around.window], at)
  }
}

function giveUp(draft: Draft, id: string): void {
  if (phaseOf(draft, id) === 'waiting') draft.effects.push({ type: 'wait-no-more', id })
  become(draft, id, { type: 'over' })
}

/** A wait that has begun is only ever made shorter. */
function wait(draft: Draft, id: string, ms: number, at: number): void {
  const phase = draft.entries.get(id)?.phase
  if (phase?.type === 'waiting' && phase.until <= at + ms) return
  if (phase?.type === 'waiting') draft.effects.push({ type: 'wait-no-more', id })
  become(draft, id, ms === 0 ? { type: 'queued' } : { type: 'waiting', until: at + ms })
  if (ms > 0) draft.effects.push({ type: 'wait', id, ms })
}

/** A window that shows a burst shows the rest of it, too. */
function hasJustRung(draft: Draft, at: number): boolean {
  return inPhase(draft, 'rung').some(({ phase }) => Math.abs(at - phase.at) < BURST_MS)
}

/** Asks for the lock of the next notice; one at a time, so that a burst comes to the window that gets its first one. */
function contend(draft: Draft, at: number): void {
  const isBusy = inPhase(draft, 'locking').some(({ phase }) => Math.abs(at - phase.since) < PATIENCE_MS)
  const [next] = inPhase(draft, 'queued')
  if (isBusy || !next) return
  const { id } = next.notice
  become(draft, id, { type: 'locking', since: at })
  draft.effects.push({ type: 'lock', id }, { type: 'be-patient', ms: PATIENCE_MS })
}

function hold(draft: Draft, { id, rung }: Extract<RingerEvent, { type: 'locked' }>): void {
  const entry = draft.entries.get(id)
  if (entry?.phase.type !== 'locking' || rung) finish(draft, id)
  else if (entry.notice.scope === 'profile') beMine(draft, id)
  else {
    become(draft, id, { type: 'claiming' })
    draft.effects.push({ type: 'claim', id })
  }
}

function beMine(draft: Draft, id: string): void {
  become(draft, id, { type: 'mine' })
  draft.effects.push({ type: 'gather', ms: GATHER_MS })
}

/** The lock is held, and there is nothing to show. */
function finish(draft: Draft, id: string): void {
  const phase = phaseOf(draft, id)
  if (phase === 'locking' || phase === 'claiming') become(draft, id, { type: 'over' })
  draft.effects.push({ type: 'unlock', id })
}

function read(draft: Draft, event: Extract<RingerEvent, { type: 'read' }>): void {
  const all = [...draft.entries.values()].filter((entry) => isRead(entry, event))
  for (const { notice, phase } of all) {
    const { id } = notice
    // While its lock or its claim is on the way it is over at once; the lock is given back with the answer.
    if (phase.type === 'rung' || phase.type === 'over') continue
    if (phase.type === 'mine') draft.effects.push({ type: 'record', ids: [id] }, { type: 'unlock', id })
    giveUp(draft, id)
  }
  close(
    draft,
    all.map(({ notice }) => notice.id),
  )
}

/** Those first of which nothing more can come. The thread is unread all the same. */
function forgetOldest(draft: Draft): void {
  for (const type of ['over', 'rung', 'held'] as const) {
    const many = draft.entries.size - MOST
    if (many <= 0) return
    for (const { notice } of inPhase(draft, type).slice(0, many)) draft.entries.delete(notice.id)
  }
}
