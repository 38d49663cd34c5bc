/**
 * What the log of a thread says, turned into events of its model.
 *
 * Owns: when the content is read, what a paused connection means for the thread. Does not know: what follows from it.
 *
 * Invariants:
 * - A batch of deltas costs the same however long the thread is: the model is asked only when runs or queue change.
 * - Observers are told at most once per frame, and not at all while history is caught up. The start and the end of a run
 *   are told at once.
 */
import type { Envelope, ThreadKey } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import type { Backoff } from '../follow/backoff.ts'
import { createFollower, type Follower } from '../follow/follow.ts'
import type { ConnectionState } from '../follow/state.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import type { Audience } from './audience.ts'
import type { ContentKeeper } from './content.ts'
import { factsOf } from './log.ts'
import type { ThreadStore } from './store.ts'

export interface Following {
  readonly follower: Follower
  readonly isLive: boolean
  /** Reads what the log has brought. */
  settle(): void
  /** The server has said that it has this thread: an answer from before that is out of date. */
  exists(): void
  /** The thread was deleted. */
  vanish(): void
}

export interface FollowingContext {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly backoff: Backoff
  readonly keeper: ContentKeeper
  readonly audience: Audience
  readonly cache?: DeviceCache | undefined
  store(): ThreadStore
  /** Whether the thread has to be followed may have changed. */
  onChange(): void
  onDropped(reason: DropReason, type: string | undefined, key: ThreadKey): void
}

export function createFollowing(context: FollowingContext): Following {
  const { key, transport, environment, backoff, keeper, audience, cache, store, onChange } = context
  let known = false
  let recalling: Promise<void> | undefined

  const isLive = () => follower.state.type === 'live'

  function settle(): void {
    audience.caughtUp()
    if (keeper.stale) read(context, follower)
    store().publish()
  }

  function take(batch: readonly Envelope[]): void {
    keeper.apply(batch)
    const turns = batch.some(({ kind }) => kind === 'control')
    // Also what nobody looks at. While history is caught up, only the end of it matters.
    cache?.note(key, keeper.folded, turns && isLive())
    if (!isLive()) return
    if (turns) settle()
    else audience.soon()
  }

  /** Attempts that follow each other share one reading. */
  function recall(): Promise<void> {
    recalling ??= restore(context).finally(() => {
      recalling = undefined
    })
    return recalling
  }

  /** Whether the server's word that there is no such thread is out of date. */
  function wasKnown(): boolean {
    const before = known
    known = false
    return before
  }

  function changed(connection: ConnectionState): void {
    if (connection.type === 'live') {
      const before = store().state.connection.type
      settle()
      // A run that was no longer followed while nobody looked may still be live.
      if (before !== 'live' && keeper.view) store().dispatch({ type: 'caught-up' })
      return
    }
    if (connection.type === 'paused') {
      const { reasons } = connection
      if (reasons.has('missing') && wasKnown()) follower.resume('missing')
      else if (reasons.has('deleted')) bury(context)
      else if (reasons.has('missing')) forget(context)
      onChange()
    }
    store().publish()
  }

  const follower = createFollower({
    key,
    transport,
    environment,
    backoff,
    sink: {
      get seq() {
        return keeper.seq
      },
      ...(cache && { recall, outdated: () => cache.forget(key) }),
      snapshot(snapshot) {
        keeper.replace(snapshot)
        cache?.note(key, keeper.folded, false)
        settle()
      },
      missing: () => (wasKnown() ? follower.found() : forget(context)),
      envelopes: take,
      changed,
      dropped: (reason, type) => context.onDropped(reason, type, key),
    },
  })

  return {
    follower,
    get isLive() {
      return isLive()
    },
    settle,
    exists() {
      known = true
      follower.found()
    },
    vanish: () => vanish(context, follower),
  }
}

/** Shows what the device has, before the server has said anything. */
async function restore({ key, keeper, cache, store }: FollowingContext): Promise<void> {
  const view = await cache?.read(key)
  if (!view || !keeper.restore(view)) return
  keeper.read()
  store().dispatch({ type: 'read', log: factsOf(view, undefined), restored: true })
  store().publish()
}

function read({ keeper, store }: FollowingContext, follower: Follower): void {
  keeper.read()
  const { content } = keeper
  if (content.type === 'gone') follower.pause('deleted')
  if (content.type !== 'ready') return
  const before = store().model.log
  const log = factsOf(content.view, before)
  if (log !== before) store().dispatch({ type: 'read', log })
}

function bury({ key, keeper, cache, store }: FollowingContext): void {
  cache?.forget(key)
  keeper.bury()
  store().dispatch({ type: 'deleted' })
}

function forget({ key, keeper, cache, store }: FollowingContext): void {
  cache?.forget(key)
  keeper.forget()
  store().dispatch({ type: 'missing' })
}

function vanish(context: FollowingContext, follower: Follower): void {
  follower.pause('deleted')
  if (context.keeper.content.type !== 'gone') bury(context)
  context.onChange()
  context.store().publish()
}
