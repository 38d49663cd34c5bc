/**
 * The activity in everything the person may see, as the server last said.
 *
 * Owns: the overview. Does not know: what makes it out of date (`inbox.ts`).
 */
import { type InboxOverview, keyString, type RoomActivity, type ThreadInfo } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import type { RunTransport } from '../transport/port.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { createPoll, type Poll } from './polled.ts'
import type { ListNotice, OverviewState } from './port.ts'

export interface Overview extends Observable<OverviewState> {
  readonly poll: Poll
  /** The answer is not shown; requests during a request share its answer. */
  ask(): Promise<InboxOverview>
}

export interface OverviewOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly cache?: DeviceCache | undefined
  intervalMs(): number
  emit(notice: ListNotice): void
  /** Keeps the inbox open for as long as the overview is observed. */
  listen(): () => void
}

export function createOverview({ transport, environment, cache, intervalMs, emit, listen }: OverviewOptions): Overview {
  const viewers = createListeners()
  let asking: Promise<InboxOverview> | undefined
  let state: OverviewState = { known: false, rooms: [], threads: [] }

  function ask(): Promise<InboxOverview> {
    asking ??= transport.ask('inbox', []).finally(() => {
      asking = undefined
    })
    return asking
  }

  function show({ known, rooms, threads, error }: OverviewState): void {
    const sameRooms = keepSame<RoomActivity>(state.rooms, rooms, ({ roomId }) => roomId) ?? rooms
    const sameThreads = keepSame<ThreadInfo>(state.threads, threads, keyString) ?? threads
    if (state.known === known && state.rooms === sameRooms && state.threads === sameThreads && state.error === error)
      return
    state = { known, rooms: sameRooms, threads: sameThreads, ...(error && { error }) }
    emit({ type: 'ListChanged', list: 'overview' })
    viewers.tell()
  }

  const poll = createPoll<InboxOverview>({
    environment,
    intervalMs,
    ask,
    cache,
    name: 'overview',
    onAnswer: ({ rooms, threads }) => show({ known: true, rooms, threads }),
    onError: (error) => show({ ...state, error: keepSameError(state.error, error) }),
  })

  return {
    poll,
    ask,
    snapshot: () => state,
    subscribe: (listener) => undoAll(viewers.add(listener), listen(), poll.retain()),
  }
}
