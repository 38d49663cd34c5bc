/**
 * One thread as the registry keeps it: its content, its connection and its commands, joined to one observable state.
 *
 * Owns: the wiring. Does not know: other threads, handles of runs, how many connections there may be (`registry.ts` says
 * when to follow).
 *
 * Invariant: the end of an observation sends no request.
 */
import type { ThreadKey } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import type { Backoff } from '../follow/backoff.ts'
import type { FollowCounters } from '../follow/port.ts'
import { isConnected } from '../follow/state.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import { type Actions, createActions } from './actions.ts'
import { type Activity, isBusy } from './activity.ts'
import { createAudience } from './audience.ts'
import { createContentKeeper, type Folding } from './content.ts'
import { createEffects } from './effects.ts'
import type { ThreadEvent } from './event.ts'
import { createFollowing } from './following.ts'
import type { GivenUp } from './given-up.ts'
import type { News, StartRefused } from './lifecycle.ts'
import type { ThreadState } from './port.ts'
import { hasStarts, pendingTextOf } from './state.ts'
import { createStore } from './store.ts'
import type { StoredCommands } from './stored-commands.ts'

export interface Thread extends Actions {
  readonly key: ThreadKey
  readonly activity: Activity
  readonly counters: FollowCounters
  /** Whether it is observed, has been a moment ago, or something of it is on its way or running. */
  readonly need: 'observed' | 'running' | 'lingering' | 'none'
  readonly connected: boolean
  /** It is followed, and its content would have to be loaded again otherwise. */
  readonly warm: boolean
  /** The text of the oldest start on its way: the title of a thread that no list contains yet. */
  readonly pendingText: string
  snapshot(): ThreadState
  subscribe(listener: () => void): () => void
  follow(wanted: boolean): void
  dispatch(event: Extract<ThreadEvent, { type: 'dismiss' | 'given-up-elsewhere' }>): void
  /** Loads its content again. */
  refresh(): void
  /** The person has to sign in: nothing is requested until then. */
  expire(): void
  /** The person has signed in, or does not want to wait for the next attempt. */
  resume(): void
  /** It was deleted. */
  vanish(): void
  close(): void
}

/** What a thread tells the registry, in the order in which it happens. */
export type ThreadNotice = (
  | News
  | StartRefused
  | { readonly type: 'ThreadEvent'; readonly event: ThreadEvent }
  | { readonly type: 'ActivityChanged'; readonly activity: Activity }
) &
  ThreadKey

export interface ThreadOptions {
  readonly key: ThreadKey
  readonly folding: Folding
  readonly transport: RunTransport
  readonly environment: Environment
  /** Aborted when the registry is closed. */
  readonly closed: AbortSignal
  /** Need or activity may have changed. */
  onChange(): void
  onDropped(reason: DropReason, type: string | undefined, key: ThreadKey): void
  /** Shared by all threads, which share their connection. */
  readonly backoff: Backoff
  emit(notice: ThreadNotice): void
  readonly stored: StoredCommands
  readonly givenUp: GivenUp
  readonly access: Access
  /** What the device keeps of threads. */
  readonly cache?: DeviceCache | undefined
}

export function createThread(options: ThreadOptions): Thread {
  const { key, folding, environment, onChange, emit } = options
  const keeper = createContentKeeper(key, folding)
  const audience = createAudience({ environment, read: () => following.settle(), onChange })
  const following = createFollowing({ ...options, keeper, audience, store: () => store })
  const { follower } = following
  const effects = createEffects({
    ...options,
    model: () => store.model,
    dispatch: (event) => store.dispatch(event),
    announce: (news) => emit({ ...news, ...key }),
    exists: following.exists,
  })
  const store = createStore({
    key,
    content: () => keeper.content,
    connection: () => follower.state,
    run: effects.run,
    changed(event, before) {
      const { activity } = store.model
      emit({ type: 'ThreadEvent', ...key, event })
      if (activity !== before.activity) emit({ type: 'ActivityChanged', ...key, activity })
      onChange()
    },
    tell: audience.tell,
  })
  const actions = createActions({ ...options, store, effects, view: () => keeper.view, isLive: () => following.isLive })

  return {
    ...actions,
    key,
    get activity() {
      return store.model.activity
    },
    counters: follower.counters,
    get need() {
      if (audience.looks) return 'observed'
      if (isBusy(store.model.activity) || hasStarts(store.model)) return 'running'
      return audience.lingers ? 'lingering' : 'none'
    },
    get connected() {
      return isConnected(follower.state)
    },
    get warm() {
      return follower.state.type !== 'idle' && keeper.content.type !== 'loading'
    },
    get pendingText() {
      return pendingTextOf(store.model)
    },
    snapshot() {
      // What arrived while nobody observed was not read yet. A new observer sees all of it.
      if (!audience.looks && following.isLive) following.settle()
      return store.state
    },
    subscribe(listener) {
      // A thread that did not exist at the last look may have been created elsewhere since.
      if (!audience.looks) follower.resume('missing')
      const undo = audience.add(listener)
      if (keeper.stale && following.isLive) audience.soon()
      onChange()
      return undo
    },
    follow(wanted) {
      if (!wanted) follower.close()
      else if (keeper.content.type !== 'gone') follower.open()
    },
    dispatch: store.dispatch,
    refresh: follower.refresh,
    expire: () => follower.pause('unauthorized'),
    resume() {
      follower.resume('unauthorized')
      follower.wake()
    },
    vanish: following.vanish,
    close() {
      audience.close()
      follower.close()
    },
  }
}
