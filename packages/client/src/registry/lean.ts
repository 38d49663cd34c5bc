/**
 * All threads and runs this device knows, by ThreadKey. A plain object owned by the application: it outlives every view,
 * and needs no UI framework.
 *
 * Owns: the assembly of threads, lists and inbox behind one interface, the stream of events. Does not know: React, HTTP,
 * what a thread contains.
 *
 * Invariants:
 * - Every question and every check is by (room, thread): nothing here is global.
 * - I5: only `cancel` sends a cancel. Unsubscribing, evicting and closing end observation.
 */
import type { ThreadKey } from '@holdfast/core'
import { type Access, createAccess } from '../access/access.ts'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import { createBackoff } from '../follow/backoff.ts'
import type { FollowCounters } from '../follow/port.ts'
import { createInbox, type Inbox } from '../lists/inbox.ts'
import { learningFrom } from '../marks/learning.ts'
import { createMarks } from '../marks/marks.ts'
import { createReading } from '../marks/reading.ts'
import { createListeners, undoAll } from '../observable/observable.ts'
import type { Folding } from '../thread/content.ts'
import { createGivenUp } from '../thread/given-up.ts'
import { outboxOf } from '../thread/outbox.ts'
import type { RunRef, ThreadObservation } from '../thread/port.ts'
import { unknownThread } from '../thread/store.ts'
import { createStoredCommands, type StoredCommand } from '../thread/stored-commands.ts'
import { createThread } from '../thread/thread.ts'
import type { DropReason, RunTransport } from '../transport/port.ts'
import { type ActiveRuns, createActiveRuns } from './active-runs.ts'
import { cacheListener } from './cached.ts'
import { createCatalogue } from './catalogue.ts'
import type { RegistryEvent } from './events.ts'
import { lifecycleOf } from './lifecycle-stream.ts'
import type { RegistryDiagnostics, RunRegistry } from './port.ts'
import { createThreads, type Threads } from './threads.ts'

export interface LeanRunRegistryOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  /** Is called only once content has arrived, so that a page may load it later than the registry. */
  readonly folding: Folding
  /** What the device keeps of threads and lists (`@holdfast/client/cache`). Absent: nothing outlives the page. */
  readonly cache?: DeviceCache
}

export function createLeanRunRegistry({
  environment,
  folding,
  cache,
  ...options
}: LeanRunRegistryOptions): RunRegistry {
  const access = createAccess()
  const marks = createMarks()
  const transport = learningFrom(access.watch(options.transport), marks)
  const events = createListeners<[RegistryEvent]>()
  const closing = new AbortController()
  const closed = closing.signal
  const backoff = createBackoff(environment)
  const stored = createStoredCommands(environment.keep, environment.clock.now, outboxOf(environment))
  const givenUp = createGivenUp(environment.shared, environment.clock.now)
  const dropped: FollowCounters['dropped'] = { malformed: 0, foreign: 0 }

  function emit(event: RegistryEvent): void {
    if (!closed.aborted) events.tell(event)
  }
  function onDropped(reason: DropReason, type = 'unreadable', key?: ThreadKey): void {
    dropped[reason] += 1
    emit({ type: 'InputDropped', diagnostic: { type, reason, ...(key && { key }) } })
  }

  const onChange = () => threads.balance()
  const shared = { transport, environment, backoff, cache, onChange, onDropped, emit, marks }
  const inbox = createInbox(shared)
  const active = createActiveRuns(() => emit({ type: 'ActiveRunsChanged' }))
  const threads = createThreads({
    make: (key) => createThread({ ...shared, key, folding, closed, stored, givenUp, access }),
    isAnythingObserved: () => inbox.wanted,
    evicted: (key) => emit({ type: 'ThreadEvicted', ...key }),
    balanced: active.update,
    closed,
  })
  const lifecycle = lifecycleOf(events)
  const titleOf = (key: ThreadKey) => threads.find(key)?.pendingText ?? ''
  function deleted(isDeleted: (key: ThreadKey) => boolean): void {
    for (const each of threads.all()) if (isDeleted(each.key)) each.vanish()
  }
  const catalogue = createCatalogue({ ...shared, active, lifecycle, inbox, closed, titleOf, deleted })
  const reading = createReading({ ...shared, access, closed })
  const parts = { threads, inbox, access, active, emit }
  const undo = undoAll(
    watchAccess(parts),
    events.add(cacheListener(cache, threads, transport)),
    givenUp.subscribe((key, runId) => threads.find(key)?.dispatch({ type: 'given-up-elsewhere', runId })),
  )
  const restore = (command: StoredCommand) => threads.of(command.key).restore(command)
  stored.all().forEach(restore)
  // Without its code, the next page takes over.
  stored.takeOver(environment, closed, restore).catch(() => {})

  return {
    ...commandsOf(threads, environment),
    ...observablesOf(parts),
    ...catalogue.actions,
    ...reading,
    marks: { of: marks.of, subscribe: (listener) => marks.subscribe(listener) },
    lifecycle,
    events: { subscribe: events.add },
    ask: transport.ask,
    open: transport.open,
    resume() {
      access.grant()
      goOn(parts)
      inbox.refresh()
      catalogue.refresh()
    },
    get activeKeys() {
      return active.snapshot().map(({ key }) => key)
    },
    get diagnostics() {
      return diagnosticsOf(parts, dropped)
    },
    close() {
      if (closed.aborted) return
      emit({ type: 'Closed' })
      closing.abort()
      events.clear()
      undo()
      threads.close()
      inbox.close()
      catalogue.close()
      active.close()
    },
  }
}

interface Parts {
  readonly threads: Threads
  readonly inbox: Inbox
  readonly access: Access
  readonly active: ActiveRuns
  emit(event: RegistryEvent): void
}

function goOn({ threads, inbox }: Parts): void {
  for (const each of threads.all()) each.resume()
  inbox.resume()
}

function watchAccess(parts: Parts): () => void {
  const { threads, inbox, access, emit } = parts
  return access.subscribe(() => {
    const state = access.snapshot()
    emit({ type: 'AccessChanged', access: state })
    if (state === 'granted') {
      goOn(parts)
      return
    }
    for (const each of threads.all()) each.expire()
    inbox.expire()
  })
}

type Commands =
  | 'start'
  | 'retry'
  | 'continueFrom'
  | 'answer'
  | 'cancel'
  | 'cancelSubagent'
  | 'editQueued'
  | 'reorderQueue'
  | 'pauseQueue'
  | 'resumeQueue'
  | 'sendNow'
  | 'mintKey'
  | 'dismissFailedStart'
  | 'refresh'

function commandsOf(threads: Threads, { mintId }: Environment): Pick<RunRegistry, Commands> {
  const { of, find } = threads
  return {
    start: (key, intent) => of(key).start(intent),
    retry: (key, runId, agentId) => of(key).retry(runId, agentId),
    continueFrom: (key, messageId) => of(key).continueFrom(messageId),
    answer: (key, answers) => of(key).answer(answers),
    async cancel(target, reason) {
      const { key, runId } = isRunRef(target) ? target : { key: target, runId: undefined }
      await of(key).cancel(runId, reason)
    },
    cancelSubagent: async (key, subagentRunId) => of(key).cancelSubagent(subagentRunId),
    editQueued: async (key, runId, text) => of(key).editQueued(runId, text),
    reorderQueue: async (key, order) => of(key).changeQueue({ type: 'order', order }),
    pauseQueue: async (key) => of(key).changeQueue({ type: 'paused', paused: true }),
    resumeQueue: async (key) => of(key).changeQueue({ type: 'paused', paused: false }),
    sendNow: async (key, runId) => of(key).changeQueue({ type: 'now', runId }),
    mintKey: (roomId) => ({ roomId, threadId: mintId() }),
    dismissFailedStart: (key) => find(key)?.dispatch({ type: 'dismiss' }),
    refresh: (key) => find(key)?.refresh(),
  }
}

type Observables = 'observe' | 'access' | 'overview' | 'delivery' | 'connection' | 'inbox' | 'active'

function observablesOf({ threads, inbox, access, active }: Parts): Pick<RunRegistry, Observables> {
  function observe(key: ThreadKey): ThreadObservation {
    // Reading a thread does not keep it: only subscribing does, so that rendering stays without effect.
    const unknown = unknownThread(key)
    return {
      snapshot: () => threads.find(key)?.snapshot() ?? unknown,
      subscribe: (listener) => threads.of(key).subscribe(listener),
    }
  }
  return {
    observe,
    access: { snapshot: access.snapshot, subscribe: access.subscribe },
    overview: inbox.overview,
    delivery: inbox.delivery,
    connection: inbox.connection,
    inbox: {
      subscribe: (listener) => inbox.listen((news) => news.type === 'entries' && news.batch.forEach(listener)),
    },
    active: { snapshot: active.snapshot, subscribe: active.subscribe },
  }
}

function diagnosticsOf({ threads, inbox }: Parts, dropped: FollowCounters['dropped']): RegistryDiagnostics {
  const all = threads.all()
  const sum = (of: 'duplicates' | 'gaps') => all.reduce((count, { counters }) => count + counters[of], 0)
  return {
    threads: all.length,
    ...(inbox.delivery.snapshot() === 'polls' && { delivery: 'polls' as const }),
    connections: all.filter(({ connected }) => connected).length,
    counters: { duplicates: sum('duplicates'), gaps: sum('gaps'), dropped: { ...dropped } },
  }
}

function isRunRef(target: ThreadKey | RunRef): target is RunRef {
  return 'key' in target
}
