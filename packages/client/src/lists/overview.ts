/**
 * The activity in everything the person may see: as the server last said, with what has become unread or read since.
 *
 * Owns: the overview. Does not know: what makes it out of date (`inbox.ts`), what makes a thread unread (`client/marks`).
 */
import { type InboxOverview, keyString, type RoomActivity, type ThreadInfo } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import type { Marks, Moment } from '../marks/marks.ts'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import type { RunTransport } from '../transport/port.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { createPoll, type Poll } from './polled.ts'
import type { ListNotice, OverviewState } from './port.ts'
import { createTold } from './told.ts'
import { createUnreadCounts } from './unread-counts.ts'

export interface Overview extends Observable<OverviewState> {
  readonly poll: Poll
  /** The answer is not shown; requests during a request share its answer. */
  ask(): Promise<InboxOverview>
}

export interface OverviewOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly cache?: DeviceCache | undefined
  readonly marks: Marks
  intervalMs(): number
  emit(notice: ListNotice): void
  /** Keeps the inbox open for as long as the overview is observed. */
  listen(): () => void
}

export function createOverview(options: OverviewOptions): Overview {
  const { transport, environment, cache, marks, intervalMs, emit, listen } = options
  const viewers = createListeners()
  const counts = createUnreadCounts(marks)
  let asking: Promise<InboxOverview> | undefined
  /** When the last answer was asked for; the device's own copy is older than anything that is known here. */
  let asked: Moment = 0
  let last: OverviewState = { known: false, rooms: [], threads: [] }
  // The counts change even while nobody observes them, so that the next observer finds them right.
  marks.subscribe(counts.note)

  function ask(): Promise<InboxOverview> {
    const moment = marks.now
    asking ??= transport
      .ask('inbox', [])
      .then((overview) => {
        asked = moment
        return overview
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  const told = createTold(last, {
    frames: environment.frames,
    version: () => marks.version,
    compute(before) {
      const { known, error } = last
      const rooms = last.rooms.map(counts.applyTo)
      const sameRooms = keepSame<RoomActivity>(before.rooms, rooms, ({ roomId }) => roomId) ?? rooms
      const threads = last.threads.map(marks.applyTo)
      const sameThreads = keepSame<ThreadInfo>(before.threads, threads, keyString) ?? threads
      const isSame = before.rooms === sameRooms && before.threads === sameThreads
      if (isSame && before.known === known && before.error === error) return before
      return { known, rooms: sameRooms, threads: sameThreads, ...(error && { error }) }
    },
    tell() {
      emit({ type: 'ListChanged', list: 'overview' })
      viewers.tell()
    },
  })

  function show(next: OverviewState): void {
    last = next
    told.update()
  }

  const poll = createPoll<InboxOverview>({
    environment,
    intervalMs,
    ask,
    cache,
    name: 'overview',
    onAnswer({ rooms, threads }) {
      counts.restart({ threads }, asked)
      show({ known: true, rooms, threads })
    },
    onError: (error) => show({ ...last, error: keepSameError(last.error, error) }),
  })

  let unlisten: (() => void) | undefined
  return {
    poll,
    ask,
    snapshot: told.snapshot,
    subscribe(listener) {
      const undo = undoAll(viewers.add(listener), listen(), poll.retain())
      unlisten ??= undoAll(marks.subscribe(told.soon), told.rest)
      return () => {
        undo()
        if (viewers.size > 0) return
        unlisten?.()
        unlisten = undefined
      }
    },
  }
}
