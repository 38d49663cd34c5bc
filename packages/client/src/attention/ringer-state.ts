/**
 * What one window knows of notices, what can happen to it, and what it can cause: as data.
 *
 * Owns: the unions. Does not know: what follows from an event (`ringer-model.ts`), how an effect is run (`ringer.ts`).
 */
import type { NotificationSettings, ThreadKey } from '@holdfast/core'
import type { Notice } from './notice.ts'

export type RungAs = 'toast' | 'os'

/** The life of a notice in one window. */
export type Phase =
  /** Windows in front of this one go first. A timer runs. */
  | { readonly type: 'waiting'; readonly until: number }
  /** This window could not show it now: it has no permission to, and not the focus. */
  | { readonly type: 'held' }
  /** Behind other notices of this window, so that those of one burst come to one window. */
  | { readonly type: 'queued' }
  /** The lock of the profile was asked for. */
  | { readonly type: 'locking'; readonly since: number }
  /** The lock is held, and the server was asked for the right to show it. */
  | { readonly type: 'claiming' }
  /** This window is the one to show it, and waits a moment for others of the same burst. */
  | { readonly type: 'mine' }
  | { readonly type: 'rung'; readonly as: RungAs; readonly at: number }
  /** Shown elsewhere, read, or not to be shown. It is kept to recognise it when it is heard of again. */
  | { readonly type: 'over' }

export interface Entry {
  readonly notice: Notice
  /** Its thread or room was muted when it was heard of. */
  readonly muted: boolean
  readonly phase: Phase
}

/** This window, and what the person wants. */
export interface Around {
  readonly window: 'focused' | 'visible' | 'hidden'
  /** The threads that are open in it. */
  readonly shown: readonly ThreadKey[]
  /** The person has allowed notifications of the operating system. */
  readonly mayNotify: boolean
  readonly settings: NotificationSettings
}

export interface RingerState {
  readonly around: Around
  /** By id, in the order in which they were heard of. */
  readonly entries: ReadonlyMap<string, Entry>
  /** Notices that are shown as one, by how. */
  readonly groups: Readonly<Record<RungAs, readonly string[]>>
}

/** `at`: milliseconds since 1970, by the clock of this device. */
export type RingerEvent =
  | { readonly type: 'heard'; readonly notice: Notice; readonly muted: boolean; readonly at: number }
  | { readonly type: 'around'; readonly around: Around; readonly at: number }
  | { readonly type: 'due'; readonly id: string; readonly at: number }
  /** The lock that the first notice of the queue waits for is long in coming. */
  | { readonly type: 'impatient'; readonly at: number }
  /** `rung`: by another window of this profile, before. */
  | { readonly type: 'locked'; readonly id: string; readonly rung: boolean; readonly at: number }
  /** The server has given it to this device; or it gives out none. */
  | { readonly type: 'claimed'; readonly id: string }
  /** Another device has it, or the person has read it. */
  | { readonly type: 'refused'; readonly id: string }
  | { readonly type: 'gathered'; readonly at: number }
  /** The person has read the thread up to here; without a position: all of it. */
  | { readonly type: 'read'; readonly key: ThreadKey; readonly seq?: number }
  /** The person has dismissed what was shown of these. */
  | { readonly type: 'dismissed'; readonly ids: readonly string[] }

export interface Ring {
  readonly as: RungAs
  /** What is shown, the oldest first. More than one: as one note. */
  readonly notices: readonly Notice[]
  /** Those of them that were not shown before. None: it only counts fewer than before, and makes no sound. */
  readonly news: readonly string[]
  readonly isGroup: boolean
}

export type RingerEffect =
  | { readonly type: 'wait'; readonly id: string; readonly ms: number }
  | { readonly type: 'wait-no-more'; readonly id: string }
  | { readonly type: 'be-patient'; readonly ms: number }
  | { readonly type: 'lock'; readonly id: string }
  | { readonly type: 'unlock'; readonly id: string }
  /** Repeated until it is answered. */
  | { readonly type: 'claim'; readonly id: string }
  | { readonly type: 'gather'; readonly ms: number }
  /** The windows of this profile that get the lock later do not show these. Comes before they are shown. */
  | { readonly type: 'record'; readonly ids: readonly string[] }
  | ({ readonly type: 'ring' } & Ring)
  | { readonly type: 'close'; readonly as: RungAs; readonly ids: readonly string[]; readonly isGroup: boolean }
