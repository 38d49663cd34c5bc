/**
 * The lists of rooms and threads: what the server says, under what this device knows better because it has just
 * happened here.
 *
 * Owns: pages, the overlay of local intent, stable references. Does not know: when to ask (`polled.ts`), logs.
 */
import {
  type InboxFrame,
  keyString,
  type List,
  type RoomInfo,
  sameKey,
  type ThreadInfo,
  type ThreadKey,
} from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import type { ActiveRun } from '../thread/port.ts'
import type { TransportError } from '../transport/error.ts'
import { transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Inbox, InboxNews } from './inbox.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { createPoll, type Poll } from './polled.ts'
import type { ListNotice, ListState, ThreadListObservation, ThreadListState } from './port.ts'

const PAGE = 100
/** What a new thread is called until the server gives it its title. In characters. */
const MAX_TITLE = 80

export interface ListOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly active: Observable<readonly ActiveRun[]>
  emit(notice: ListNotice): void
  /** Tells in which thread a run started or ended. */
  readonly lifecycle: { subscribe(listener: (event: ThreadKey) => void): () => void }
  readonly inbox: Inbox
  /** The words with which a thread begins that no list knows yet. */
  titleOf(key: ThreadKey): string
}

export interface Refreshable {
  refresh(): void
  close(): void
}

export interface RoomList extends Observable<ListState<RoomInfo>>, Refreshable {
  /** The room is so now. */
  put(room: RoomInfo): void
  drop(roomId: string): void
}

export function createRoomList({ transport, environment, inbox, emit }: ListOptions): RoomList {
  const listeners = createListeners()
  /** Deleted from here: an answer that was on its way does not bring them back. */
  const dropped = new Set<string>()
  let state: ListState<RoomInfo> = { items: undefined }

  function update(next: ListState<RoomInfo>): void {
    if (next.items === state.items && next.error === state.error) return
    state = next
    emit({ type: 'ListChanged', list: 'rooms' })
    listeners.tell()
  }

  const poll = createPoll<List<RoomInfo>>({
    environment,
    intervalMs: inbox.intervalMs,
    ask: () => transport.ask('rooms', []),
    onAnswer({ items }) {
      const left = items.filter(({ roomId }) => !dropped.has(roomId))
      update({ items: keepSame(state.items, left, ({ roomId }) => roomId) })
    },
    onError: (error) => update({ items: state.items, error: keepSameError(state.error, error) }),
  })

  return {
    snapshot: () => state,
    subscribe: (listener) =>
      undoAll(
        listeners.add(listener),
        poll.retain(),
        inbox.listen((news) => follow(poll, news, ({ type }) => type === 'RoomChanged' || type === 'RoomDeleted')),
      ),
    refresh: poll.refresh,
    put(room) {
      update({ ...state, items: state.items?.map((item) => (item.roomId === room.roomId ? room : item)) })
      poll.refresh()
    },
    drop(roomId) {
      dropped.add(roomId)
      update({ ...state, items: state.items?.filter((item) => item.roomId !== roomId) })
      poll.refresh()
    },
    close: poll.close,
  }
}

export interface ThreadList extends ThreadListObservation, Refreshable {
  /** The thread is so now. */
  put(thread: ThreadInfo): void
  drop(key: ThreadKey): void
}

export function createThreadList(roomId: string, options: ListOptions): ThreadList {
  const { transport, environment, active, lifecycle, inbox, titleOf, emit } = options
  const listeners = createListeners()
  /** The first page, as last answered, and the older ones, as they were when they were asked for, but for what was told since. */
  let first: List<ThreadInfo> | undefined
  let older: readonly ThreadInfo[] = []
  let oldest: string | undefined
  /** Deleted: an answer that was on its way does not bring them back (I8). */
  const dropped = new Set<string>()
  let error: TransportError | undefined
  let state: ThreadListState = { items: undefined, more: false }

  function update(): void {
    const items = keepSame(state.items, merged(), keyString)
    const more = next() !== undefined
    if (items === state.items && more === state.more && error === state.error) return
    state = { items, more, ...(error && { error }) }
    emit({ type: 'ListChanged', list: 'threads', roomId })
    listeners.tell()
  }

  function merged(): readonly ThreadInfo[] | undefined {
    const here = active.snapshot().filter(({ key }) => key.roomId === roomId)
    if (!first && here.length === 0) return undefined
    const listed = (first?.items ?? []).filter((item) => !dropped.has(keyString(item)))
    const seen = new Set([...listed.map(keyString), ...dropped])
    for (const item of older) {
      if (seen.has(keyString(item))) continue
      seen.add(keyString(item))
      listed.push(item)
    }
    const unlisted = here.filter(({ key }) => !listed.some((item) => sameKey(item, key)))
    return [...unlisted.map(({ key }) => brandNew(key)), ...listed.map((item) => withIntent(item, here))]
  }

  /** What the newest page has no room for any more is the first of the older ones: else it would be on neither. */
  function join({ items, next: more }: List<ThreadInfo>): void {
    const before = first?.items ?? []
    if (older.length === 0 || before.length === 0) return
    const known = new Set(items.map(keyString))
    const last = items.at(-1)
    if (!last || (more !== undefined && !before.some((item) => known.has(keyString(item))))) {
      // Nobody can say what lies between.
      older = []
      return
    }
    // What is missing among the newer ones was deleted.
    const pushedOut = before.filter((item) => !known.has(keyString(item)) && isOlder(item, last))
    if (more !== undefined) older = [...pushedOut, ...older]
  }

  const next = () => (older.length > 0 ? oldest : first?.next)

  async function loadMore(): Promise<void> {
    for (let before = next(); before !== undefined; ) {
      try {
        const page = await transport.ask('threads', [roomId, { before, limit: PAGE }])
        const now = next()
        if (now !== before) {
          // What is listed has another end meanwhile, and this page does not follow on it.
          before = now
          continue
        }
        older = [...older, ...page.items]
        oldest = page.next
        error = undefined
      } catch (cause) {
        error = transportError(cause)
      }
      break
    }
    update()
  }

  function brandNew(key: ThreadKey): ThreadInfo {
    const known = state.items?.find((item) => sameKey(item, key))
    const [line = ''] = titleOf(key).trim().split('\n')
    return {
      ...key,
      title: known?.title || line.slice(0, MAX_TITLE),
      status: 'working',
      unread: false,
      archived: false,
      lastSeq: 0,
      updatedAt: known?.updatedAt ?? new Date(environment.clock.now()).toISOString(),
    }
  }

  /** Whoever follows asks for the first page again; the older ones are changed here. */
  function hear(news: InboxNews): void {
    if (news.type === 'anew') forgetOlder()
    if (news.type !== 'entries') return
    for (const entry of news.batch) {
      if (entry.roomId !== roomId) continue
      if (entry.type === 'ThreadDeleted') dropped.add(keyString(entry))
      if (entry.type === 'ThreadChanged')
        older = older.map((item) => (sameKey(item, entry) ? changedBy(item, entry) : item))
    }
    update()
  }

  /** What has happened to them since was not told here: they are asked for again by whoever wants them. */
  function forgetOlder(): void {
    older = []
    update()
  }

  const poll = createPoll<List<ThreadInfo>>({
    environment,
    intervalMs: inbox.intervalMs,
    ask: () => transport.ask('threads', [roomId, { limit: PAGE }]),
    onAnswer(page) {
      join(page)
      first = page
      error = undefined
      update()
    },
    onError(cause) {
      error = keepSameError(error, cause)
      update()
    },
  })

  function listen(): () => void {
    return undoAll(
      active.subscribe(update),
      lifecycle.subscribe((event) => {
        if (event.roomId === roomId) poll.refresh()
      }),
      inbox.listen((news) => {
        hear(news)
        follow(poll, news, (entry) => entry.roomId === roomId)
      }),
    )
  }

  let unlisten: (() => void) | undefined
  return {
    snapshot: () => state,
    subscribe(listener) {
      const undo = undoAll(listeners.add(listener), poll.retain())
      if (!unlisten) {
        unlisten = listen()
        // A page that was on its way when the last one went came to nobody.
        forgetOlder()
      }
      return () => {
        undo()
        if (listeners.size > 0) return
        unlisten?.()
        unlisten = undefined
        forgetOlder()
      }
    },
    loadMore,
    put(thread) {
      const as = (item: ThreadInfo) => (sameKey(item, thread) ? thread : item)
      if (first) first = { ...first, items: first.items.map(as) }
      older = older.map(as)
      update()
      poll.refresh()
    },
    refresh: poll.refresh,
    drop(key) {
      dropped.add(keyString(key))
      update()
      poll.refresh()
    },
    close() {
      unlisten?.()
      poll.close()
    },
  }
}

function changedBy(item: ThreadInfo, { title, archived }: Extract<InboxFrame, { type: 'ThreadChanged' }>): ThreadInfo {
  return { ...item, ...(title !== undefined && { title }), ...(archived !== undefined && { archived }) }
}

/** By the order of a list of threads (docs/PROTOCOL.md): newest activity first. */
function isOlder(one: ThreadInfo, other: ThreadInfo): boolean {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt
  return one.threadId < other.threadId
}

/** Asks again for what an entry of the inbox may have changed. */
function follow(poll: Poll, news: InboxNews, concerns: (entry: InboxFrame) => boolean): void {
  switch (news.type) {
    case 'entries':
      if (news.batch.some(concerns)) poll.soon()
      break
    case 'anew':
      poll.soon()
      break
    case 'moved':
      poll.retime()
      break
  }
}

/**
 * A run that starts here counts as working before any list says so: what needs a person stays on top of it, and so does
 * that the run which the server has taken waits for its turn.
 */
function withIntent(item: ThreadInfo, here: readonly ActiveRun[]): ThreadInfo {
  if (item.status === 'needs_you' || item.status === 'working') return item
  const run = here.find(({ key }) => sameKey(key, item))
  if (!run || (run.activity === 'active' && item.position !== undefined)) return item
  return { ...item, status: 'working' }
}
