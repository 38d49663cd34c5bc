/**
 * The list of a room's threads: the server's pages, with runs that start here shown at once.
 *
 * Owns: what a run that starts here changes in the list, stable references. Does not know: how pages join
 * (`thread-pages.ts`), when to ask (`polled.ts`), logs.
 */
import { type InboxFrame, keyString, type List, sameKey, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { createListeners, undoAll } from '../observable/observable.ts'
import type { ActiveRun } from '../thread/port.ts'
import { type TransportError, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { InboxNews } from './inbox-reader.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { follow, type ListOptions, type Refreshable } from './list-options.ts'
import { createPoll, type Poll } from './polled.ts'
import type { ThreadListObservation, ThreadListState } from './port.ts'
import { createThreadPages, type ThreadPages } from './thread-pages.ts'
import { createTold, type Told } from './told.ts'

const PAGE = 100
/** How much of its first line names a new thread until the server gives it its title. In characters. */
const MAX_TITLE = 80

export interface ThreadList extends ThreadListObservation, Refreshable {
  /** This is the thread now. */
  put(thread: ThreadInfo): void
  drop(key: ThreadKey): void
}

export function createThreadList(roomId: string, options: ListOptions): ThreadList {
  const { transport, environment, cache, active, inbox, emit, marks } = options
  const listeners = createListeners()
  const pages = createThreadPages()
  let error: TransportError | undefined

  function compute(state: ThreadListState): ThreadListState {
    const here = active.snapshot().filter(({ key }) => key.roomId === roomId)
    const items = keepSame(state.items, withRuns(pages, here, state.items, options)?.map(marks.applyTo), keyString)
    const more = pages.next() !== undefined
    if (items === state.items && more === state.more && error === state.error) return state
    return { items, more, ...(error && { error }) }
  }

  const none: ThreadListState = { items: undefined, more: false }
  const told = createTold(none, {
    frames: environment.frames,
    version: () => marks.version,
    compute,
    tell() {
      emit({ type: 'ListChanged', list: 'threads', roomId })
      listeners.tell()
    },
  })
  const { update, snapshot } = told

  const poll = createPoll<List<ThreadInfo>>({
    environment,
    intervalMs: inbox.intervalMs,
    ask: () => transport.ask('threads', [roomId, { limit: PAGE }]),
    cache,
    name: `threads/${roomId}`,
    onAnswer(page) {
      pages.putNewest(page)
      error = undefined
      update()
    },
    onError(cause) {
      error = keepSameError(error, cause)
      update()
    },
  })

  async function loadMore(): Promise<void> {
    if (pages.next() === undefined) return
    error = await loadOlder(roomId, pages, transport)
    update()
  }

  function forgetOlder(): void {
    pages.forgetOlder()
    update()
  }

  let unlisten: (() => void) | undefined
  return {
    snapshot,
    subscribe(listener) {
      const undo = undoAll(listeners.add(listener), poll.retain())
      if (!unlisten) {
        unlisten = undoAll(listen(roomId, options, { pages, poll, told }), told.rest)
        // A page that was loaded after the last observer left was not kept up to date.
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
      pages.change(thread, () => thread)
      update()
      poll.refresh()
    },
    refresh: poll.refresh,
    drop(key) {
      pages.drop(key)
      update()
      poll.refresh()
    },
    close() {
      unlisten?.()
      poll.close()
    },
  }
}

/** Why it failed, if it did. Loads once more if the list has got another end meanwhile: the page would not follow on it. */
async function loadOlder(
  roomId: string,
  pages: ThreadPages,
  transport: RunTransport,
): Promise<TransportError | undefined> {
  try {
    for (let before = pages.next(); before !== undefined; before = pages.next()) {
      const page = await transport.ask('threads', [roomId, { before, limit: PAGE }])
      if (pages.putOlder(page, before)) break
    }
    return undefined
  } catch (cause) {
    return transportError(cause)
  }
}

interface ListParts {
  readonly pages: ThreadPages
  readonly poll: Poll
  readonly told: Told<ThreadListState>
}

function listen(
  roomId: string,
  { active, lifecycle, inbox, marks }: ListOptions,
  { pages, poll, told }: ListParts,
): () => void {
  return undoAll(
    active.subscribe(told.update),
    marks.subscribe((thread) => thread.roomId === roomId && told.soon()),
    lifecycle.subscribe((event) => {
      if (event.roomId === roomId) poll.refresh()
    }),
    inbox.listen((news) => {
      if (apply(news, roomId, pages)) told.update()
      follow(poll, news, (entry) => entry.roomId === undefined || entry.roomId === roomId)
    }),
  )
}

/** The poll asks for the newest page again; the older ones are changed here. */
function apply(news: InboxNews, roomId: string, pages: ThreadPages): boolean {
  if (news.type === 'restarted') pages.forgetOlder()
  if (news.type !== 'entries') return news.type === 'restarted'
  let changed = false
  for (const entry of news.batch) {
    if (entry.roomId !== roomId) continue
    if (entry.type === 'ThreadDeleted') pages.drop(entry)
    else if (entry.type === 'ThreadChanged') pages.change(entry, (item) => changedBy(item, entry))
    else continue
    changed = true
  }
  return changed
}

function changedBy(item: ThreadInfo, { title, archived }: Extract<InboxFrame, { type: 'ThreadChanged' }>): ThreadInfo {
  return { ...item, ...(title !== undefined && { title }), ...(archived !== undefined && { archived }) }
}

/** The pages, below the threads that start here and that no page contains yet. */
function withRuns(
  pages: ThreadPages,
  here: readonly ActiveRun[],
  before: readonly ThreadInfo[] | undefined,
  { titleOf, environment }: ListOptions,
): readonly ThreadInfo[] | undefined {
  const listed = pages.items()
  if (!listed && here.length === 0) return undefined
  const unlisted = here.filter(({ key }) => !listed?.some((item) => sameKey(item, key)))
  const created = unlisted.map(({ key }): ThreadInfo => {
    const known = before?.find((item) => sameKey(item, key))
    const [line = ''] = titleOf(key).trim().split('\n')
    return {
      ...key,
      title: known?.title || line.slice(0, MAX_TITLE),
      status: 'working',
      unread: false,
      readSeq: 0,
      completedSeq: 0,
      archived: false,
      lastSeq: 0,
      updatedAt: known?.updatedAt ?? new Date(environment.clock.now()).toISOString(),
    }
  })
  return [...created, ...(listed ?? []).map((item) => working(item, here))]
}

/**
 * A thread in which a run starts here is `working` before any page says so. That it needs a person, or that the accepted
 * run waits for its turn, is more important.
 */
function working(item: ThreadInfo, here: readonly ActiveRun[]): ThreadInfo {
  if (item.status === 'needs_you' || item.status === 'working') return item
  const run = here.find(({ key }) => sameKey(key, item))
  if (!run || (run.activity === 'active' && item.position !== undefined)) return item
  return { ...item, status: 'working' }
}
