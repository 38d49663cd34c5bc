/** A state of the ringer that is being changed, and the questions and changes that every part of its model needs. */
import { type Ring as RingKind, ringFor, sameKey, type ThreadKey, type Whereabouts } from '@holdfast/core'
import type { Around, Entry, Phase, RingerEffect, RingerState } from './ringer-state.ts'

export interface Draft {
  around: Around
  readonly entries: Map<string, Entry>
  groups: RingerState['groups']
  readonly effects: RingerEffect[]
}

export function become(draft: Draft, id: string, phase: Phase): void {
  const entry = draft.entries.get(id)
  if (entry) draft.entries.set(id, { ...entry, phase })
}

export function phaseOf(draft: Draft, id: string): Phase['type'] | undefined {
  return draft.entries.get(id)?.phase.type
}

/** In the order in which they were heard of. */
export function inPhase<T extends Phase['type']>(
  draft: Draft,
  type: T,
): readonly (Entry & { readonly phase: Extract<Phase, { type: T }> })[] {
  const all = [...draft.entries.values()]
  return all.filter((entry): entry is Entry & { phase: Extract<Phase, { type: T }> } => entry.phase.type === type)
}

export function whereIs({ window, shown }: Around, key: ThreadKey): Whereabouts {
  if (window !== 'focused') return 'away'
  return shown.some((other) => sameKey(other, key)) ? 'here' : 'elsewhere-in-page'
}

/** What the table of core says now, in this window. */
export function ringOf({ around }: Draft, { notice, muted }: Entry, at: number): RingKind {
  const { settings } = around
  return ringFor(notice.kind, whereIs(around, notice), { settings, muted, now: at })
}
