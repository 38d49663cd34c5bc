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
import { createAccess } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import { createBackoff } from '../follow/backoff.ts'
import type { FollowCounters } from '../follow/follow.ts'
import { IDLE } from '../follow/state.ts'
import { createInbox } from '../lists/inbox.ts'
import { createRoomList, createThreadList } from '../lists/lists.ts'
import { createListeners } from '../observable/observable.ts'
import { isBusy, QUIET } from '../thread/activity.ts'
import { createGivenUp } from '../thread/given-up.ts'
import type { ActiveRun, RunRef, ThreadObservation, ThreadState } from '../thread/port.ts'
import { NOTHING_WAITS } from '../thread/queue.ts'
import { RegistryError } from '../thread/registry-error.ts'
import { createThread, type Thread } from '../thread/thread.ts'
import { createWishes } from '../thread/wishes.ts'
import { isUnanswered, problemOf, transportError } from '../transport/error.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import { createAnnouncer } from './announcer.ts'
import { createRunHandles, type OnRunCompleted } from './handles.ts'
import type { Diagnostic, RunRegistry } from './port.ts'
import type { Settled } from './settle.ts'

/** The warm set: threads that are kept, and followed for as long as anybody looks at anything. */
const WARM = 50

export interface RunRegistryOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly onRunCompleted?: OnRunCompleted
  /** Told of everything that came and was dropped. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void
}

export function createRunRegistry(options: RunRegistryOptions): RunRegistry {
  const { environment, onRunCompleted, onDiagnostic } = options
  const access = createAccess()
  const transport = access.watch(options.transport)
  const wishes = createWishes(environment.keep, environment.clock.now)
  const givenUp = createGivenUp(environment.shared, environment.clock.now)
  /** The least recently used first. */
  const threads = new Map<string, Thread>()
  const handles = createRunHandles(onRunCompleted)
  const activeListeners = createListeners()
  const closing = new AbortController()
  let active: readonly ActiveRun[] = []
  let balancing = false
  let unbalanced = false
  const backoff = createBackoff(environment)
  const dropped: FollowCounters['dropped'] = { malformed: 0, foreign: 0 }

  function onDropped(reason: DropReason, type = 'unreadable', key?: ThreadKey): void {
    dropped[reason] += 1
    onDiagnostic?.({ type, reason, ...(key && { key }) })
  }

  const inbox = createInbox({ transport, environment, backoff, onChange: balance, onDropped })

  function thread({ roomId, threadId }: ThreadKey): Thread {
    if (closing.signal.aborted) throw new RegistryError('closed', 'This registry is closed.')
    const key = { roomId, threadId }
    const id = keyString(key)
    const kept = threads.get(id)
    if (kept) {
      threads.delete(id)
      threads.set(id, kept)
      return kept
    }
    const made = createThread({
      key,
      transport,
      environment,
      closed: closing.signal,
      onChange: balance,
      onDropped,
      backoff,
      announcerOf: (thread) => createAnnouncer({ key, handles, closed: closing.signal, thread }),
      // Nothing was written to the log, whatever the reason. Outcomes have a code only for a missing agent.
      onRefused(error) {
        const code = problemOf(error)?.code === 'unknown_agent' ? 'agent_unknown' : 'store_failed'
        handles.notifyCompletion(key, { type: 'failed', code, message: error.message })
      },
      wishes,
      givenUp,
      access,
    })
    threads.set(id, made)
    return made
  }

  /** Follows those who need it most and forgets whom nobody needs. Told of a change meanwhile, again. */
  function balance(): void {
    unbalanced = true
    if (balancing || closing.signal.aborted) return
    balancing = true
    while (unbalanced) {
      unbalanced = false
      const followed = whomToFollow([...threads.values()], inbox.wanted)
      for (const each of threads.values()) if (!followed.has(each)) each.follow(false)
      for (const each of followed) each.follow(true)
      evict()
      updateActive()
    }
    balancing = false
  }

  /** A lost answer is no failure where the server shows that the change was made. */
  async function settle<T>(asked: Promise<T>, find: (settled: Settled) => Promise<T | undefined>): Promise<T> {
    try {
      return await asked
    } catch (cause) {
      if (!isUnanswered(transportError(cause))) throw cause
      const found = await import('./settle.ts')
        .then(({ settledBy }) => find(settledBy(transport, closing.signal)))
        .catch(() => undefined)
      if (found === undefined) throw cause
      return found
    }
  }

  function evict(): void {
    for (const [id, each] of threads) {
      if (threads.size <= WARM) return
      if (each.need !== 'none') continue
      threads.delete(id)
      each.follow(false)
      void handles.remove(each.key)
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
    inbox,
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

  function goOn(): void {
    for (const each of threads.values()) each.resume()
    inbox.resume()
  }
  const undoAccess = access.subscribe(() => {
    if (access.snapshot() === 'granted') {
      goOn()
      return
    }
    for (const each of threads.values()) each.expire()
    inbox.expire()
  })
  const undoGivenUp = givenUp.subscribe((key, runId) => threads.get(keyString(key))?.letGo(runId))

  for (const wish of wishes.all()) thread(wish.key).restore(wish)

  return {
    observe,
    start: (key, intent) => thread(key).start(intent),
    retry: (key, runId, agentId) => thread(key).retry(runId, agentId),
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
    ask: transport.ask,
    open: transport.open,
    refresh: (key) => threads.get(keyString(key))?.refresh(),
    async changeThread(key, change) {
      const thread = await settle(transport.ask('changeThread', [key, change]), (settled) =>
        settled.changeThread(key, change),
      )
      threadLists.get(key.roomId)?.put(thread)
    },
    async deleteThread(key, how) {
      await settle<unknown>(transport.ask('deleteThread', [key, how]), (settled) => settled.deleteThread(key))
      threads.get(keyString(key))?.vanish()
      threadLists.get(key.roomId)?.drop(key)
    },
    resume() {
      access.grant()
      goOn()
      inbox.refresh()
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
    overview: inbox.overview,
    delivery: inbox.delivery,
    connection: inbox.connection,
    inbox: {
      subscribe: (listener) => inbox.listen((news) => news.type === 'entries' && news.batch.forEach(listener)),
    },
    async createRoom(body) {
      const room = await transport.ask('createRoom', [body])
      roomList.refresh()
      return room
    },
    async changeRoom(roomId, change) {
      roomList.put(
        await settle(transport.ask('changeRoom', [roomId, change]), (settled) => settled.changeRoom(roomId, change)),
      )
    },
    async deleteRoom(roomId, how) {
      await settle<unknown>(transport.ask('deleteRoom', [roomId, how]), (settled) => settled.deleteRoom(roomId))
      for (const each of threads.values()) if (each.key.roomId === roomId) each.vanish()
      roomList.drop(roomId)
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
        ...(inbox.delivery.snapshot() === 'polls' && { delivery: 'polls' as const }),
        connections: all.filter(({ connected }) => connected).length,
        counters: {
          duplicates: all.reduce((count, { counters }) => count + counters.duplicates, 0),
          gaps: all.reduce((count, { counters }) => count + counters.gaps, 0),
          dropped: { ...dropped },
        },
      }
    },
    close() {
      if (closing.signal.aborted) return
      closing.abort()
      undoAccess()
      undoGivenUp()
      for (const each of threads.values()) each.close()
      handles.close()
      inbox.close()
      roomList.close()
      for (const list of threadLists.values()) list.close()
      threads.clear()
      threadLists.clear()
      activeListeners.clear()
      active = []
    },
  }
}

/**
 * Whoever is looked at is always followed; then what runs, what was just looked at, and, for as long as anybody looks at
 * anything, those who were followed before, so that going back and forth asks nothing.
 */
function whomToFollow(threads: readonly Thread[], anybodyLooks: boolean): ReadonlySet<Thread> {
  const newestFirst = threads.toReversed()
  const of = (need: Thread['need']) => newestFirst.filter((each) => each.need === need)
  const observed = of('observed')
  const needed = [...observed, ...of('running'), ...of('lingering')]
  const warm = anybodyLooks || needed.length > 0 ? of('none').filter((each) => each.warm) : []
  return new Set([...observed, ...[...needed, ...warm].slice(0, WARM)])
}

function isRunRef(target: ThreadKey | RunRef): target is RunRef {
  return 'key' in target
}
