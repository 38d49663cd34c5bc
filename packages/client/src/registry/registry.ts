/**
 * All runs this device knows, by ThreadKey. A plain object owned by whoever composes the application: it outlives every
 * view, and needs no UI framework.
 *
 * Owns: which threads are kept, which are followed, the active runs, the lifecycle stream. Does not know: React, HTTP,
 * what a thread contains.
 *
 * Invariants:
 * - Every question and every guard is by (room, thread): nothing here is global.
 * - I5: only `cancel` sends a cancel. Unsubscribing, evicting and closing end observation.
 * - I10: nothing looked at and nothing running means no socket, no timer, no listener.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import type { FeedCounters } from '../feed/feed.ts'
import { IDLE } from '../feed/state.ts'
import type { RunTransport } from '../transport/port.ts'
import { createAccess } from './access.ts'
import { isBusy, QUIET } from './activity.ts'
import { createRunHandles, type OnRunCompleted } from './handles.ts'
import { createRoomList, createThreadList } from './lists.ts'
import { createListeners } from './observable.ts'
import type { ActiveRun, RunRef, RunRegistry, ThreadObservation, ThreadState } from './port.ts'
import { NOTHING_WAITS } from './queue.ts'
import { RegistryError } from './registry-error.ts'
import { createThread, type Thread } from './thread.ts'
import { createWishes } from './wishes.ts'

/** Browsers allow six connections to a host over HTTP/1.1; two are left for commands and lists. */
const MAX_CONNECTIONS = 4
/** Threads whose fold is kept after nobody needs it any more. */
const MAX_KEPT = 50

export interface RunRegistryOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly onRunCompleted?: OnRunCompleted
}

export function createRunRegistry(options: RunRegistryOptions): RunRegistry {
  const { environment, onRunCompleted } = options
  const access = createAccess()
  const transport = access.watch(options.transport)
  const wishes = createWishes(environment.keep)
  /** The least recently used first. */
  const threads = new Map<string, Thread>()
  const handles = createRunHandles(onRunCompleted)
  const activeListeners = createListeners()
  const closing = new AbortController()
  let active: readonly ActiveRun[] = []
  let balancing = false
  let unbalanced = false

  function thread(key: ThreadKey): Thread {
    if (closing.signal.aborted) throw new RegistryError('closed', 'This registry is closed.')
    const id = keyString(key)
    const kept = threads.get(id)
    if (kept) {
      threads.delete(id)
      threads.set(id, kept)
      return kept
    }
    const { roomId, threadId } = key
    const made = createThread({
      key: { roomId, threadId },
      transport,
      environment,
      closed: closing.signal,
      onChange: balance,
      handles,
      wishes,
      access,
    })
    threads.set(id, made)
    return made
  }

  /** Gives the connections to those who need them most and forgets whom nobody needs. Told of a change meanwhile, again. */
  function balance(): void {
    unbalanced = true
    if (balancing || closing.signal.aborted) return
    balancing = true
    while (unbalanced) {
      unbalanced = false
      const followed = whomToFollow([...threads.values()])
      for (const each of threads.values()) if (!followed.has(each)) each.follow(false)
      for (const each of followed) each.follow(true)
      evict()
      updateActive()
    }
    balancing = false
  }

  function evict(): void {
    for (const [id, { need, key }] of threads) {
      if (threads.size <= MAX_KEPT) return
      if (need !== 'none') continue
      threads.delete(id)
      void handles.remove(key)
    }
  }

  function updateActive(): void {
    const next: ActiveRun[] = []
    for (const { key, activity } of threads.values()) {
      if (isBusy(activity)) next.push({ key, runId: activity.runId, activity: activity.type })
    }
    const before = new Map(active.map((run, at) => [`${keyString(run.key)}/${run.runId}`, { run, at }]))
    const known = (run: ActiveRun) => before.get(`${keyString(run.key)}/${run.runId}`)
    next.sort((a, b) => (known(a)?.at ?? active.length) - (known(b)?.at ?? active.length))
    const merged = next.map((run) => {
      const same = known(run)?.run
      return same?.activity === run.activity ? same : run
    })
    if (merged.length === active.length && merged.every((run, at) => run === active[at])) return
    active = merged
    activeListeners.tell()
  }

  const activeRuns = {
    snapshot: () => active,
    subscribe: (listener: () => void) => activeListeners.add(listener),
  }
  const lists = {
    transport,
    environment,
    active: activeRuns,
    lifecycle: handles.lifecycle,
    titleOf: (key: ThreadKey) => threads.get(keyString(key))?.pendingText ?? '',
    closed: closing.signal,
  }
  const roomList = createRoomList(lists)
  const threadLists = new Map<string, ReturnType<typeof createThreadList>>()

  function observe(key: ThreadKey): ThreadObservation {
    // Looking at a thread does not make an entry of it: only subscribing does, so that rendering stays without effect.
    const unknown: ThreadState = {
      key,
      content: { type: 'loading' },
      pending: [],
      queue: NOTHING_WAITS,
      activity: QUIET,
      connection: IDLE,
    }
    return {
      snapshot: () => threads.get(keyString(key))?.snapshot() ?? unknown,
      subscribe: (listener) => thread(key).subscribe(listener),
    }
  }

  const undoAccess = access.subscribe(() => {
    if (access.snapshot() === 'signed-out') for (const each of threads.values()) each.expire()
  })
  for (const wish of wishes.all()) thread(wish.key).restore(wish)

  return {
    observe,
    start: (key, intent) => thread(key).start(intent),
    retry: (key, runId) => thread(key).retry(runId),
    continueFrom: (key, messageId) => thread(key).continueFrom(messageId),
    async cancel(target, reason) {
      const { key, runId } = isRunRef(target) ? target : { key: target, runId: undefined }
      await thread(key).cancel(runId, reason)
    },
    editQueued: async (key, runId, text) => thread(key).queue.edit(runId, text),
    reorderQueue: async (key, order) => thread(key).queue.reorder(order),
    pauseQueue: async (key) => thread(key).queue.pause(true),
    resumeQueue: async (key) => thread(key).queue.pause(false),
    sendNow: async (key, runId) => thread(key).queue.sendNow(runId),
    mintKey: (roomId) => ({ roomId, threadId: environment.mintId() }),
    dismissFailedStart: (key) => threads.get(keyString(key))?.dismissFailedStart(),
    access: { snapshot: access.snapshot, subscribe: access.subscribe },
    refresh: (key) => threads.get(keyString(key))?.refresh(),
    async changeThread(key, change) {
      await transport.changeThread(key, change)
      threadLists.get(key.roomId)?.refresh()
    },
    async deleteThread(key, how) {
      await transport.deleteThread(key, how)
      threads.get(keyString(key))?.vanish()
      threadLists.get(key.roomId)?.drop(key)
    },
    resume() {
      access.grant()
      for (const each of threads.values()) each.resume()
      roomList.refresh()
      for (const list of threadLists.values()) list.refresh()
    },
    observeThreads(roomId) {
      const kept = threadLists.get(roomId)
      if (kept) return kept
      const made = createThreadList(roomId, lists)
      threadLists.set(roomId, made)
      return made
    },
    observeRooms: () => roomList,
    async createRoom(body) {
      const room = await transport.createRoom(body)
      roomList.refresh()
      return room
    },
    active: activeRuns,
    get activeKeys() {
      return active.map(({ key }) => key)
    },
    lifecycle: handles.lifecycle,
    handles,
    get diagnostics() {
      const all = [...threads.values()]
      return {
        threads: all.length,
        connections: all.filter(({ connected }) => connected).length,
        counters: all.map(({ counters }) => counters).reduce(sum, noCounters()),
      }
    },
    close() {
      if (closing.signal.aborted) return
      closing.abort()
      undoAccess()
      for (const each of threads.values()) each.close()
      handles.close()
      roomList.close()
      for (const list of threadLists.values()) list.close()
      threads.clear()
      threadLists.clear()
      activeListeners.clear()
      active = []
    },
  }
}

/** Whoever is looked at is always followed; then what runs, then what was just looked at, while connections last. */
function whomToFollow(threads: readonly Thread[]): ReadonlySet<Thread> {
  const newestFirst = threads.toReversed()
  const of = (need: Thread['need']) => newestFirst.filter((each) => each.need === need)
  const observed = of('observed')
  return new Set([
    ...observed,
    ...[...of('running'), ...of('lingering')].slice(0, Math.max(0, MAX_CONNECTIONS - observed.length)),
  ])
}

function isRunRef(target: ThreadKey | RunRef): target is RunRef {
  return 'key' in target
}

function noCounters(): FeedCounters {
  return { duplicates: 0, gaps: 0, dropped: { malformed: 0, foreign: 0 } }
}

function sum(a: FeedCounters, b: FeedCounters): FeedCounters {
  return {
    duplicates: a.duplicates + b.duplicates,
    gaps: a.gaps + b.gaps,
    dropped: {
      malformed: a.dropped.malformed + b.dropped.malformed,
      foreign: a.dropped.foreign + b.dropped.foreign,
    },
  }
}
