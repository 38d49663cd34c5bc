/**
 * Hooks that look and never own: each is one subscription, its cleanup is exactly one unsubscribe, and no state of the
 * domain lives in it.
 *
 * Invariant (I3): unmounting every component that uses these changes no run.
 */
import type {
  AccessState,
  ActiveRun,
  ConnectionState,
  Delivery,
  ListState,
  Observable,
  OverviewState,
  ThreadListObservation,
  ThreadListState,
  ThreadState,
} from '@holdfast/client'
import type { RoomInfo, ThreadKey } from '@holdfast/core'
import { useMemo, useSyncExternalStore } from 'react'
import { useRegistry } from './context.tsx'

function useObservable<T>({ subscribe, snapshot }: Observable<T>): T {
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}

/** What is known of this thread, before, during and after any run. Another key shows its state in the same commit. */
export function useThread({ roomId, threadId }: ThreadKey): ThreadState {
  const registry = useRegistry()
  return useObservable(useMemo(() => registry.observe({ roomId, threadId }), [registry, roomId, threadId]))
}

/** The threads of a room, newest activity first, with a way to the older ones. */
export function useThreadList(roomId: string): ThreadListState & Pick<ThreadListObservation, 'loadMore'> {
  const registry = useRegistry()
  const threads = useMemo(() => registry.observeThreads(roomId), [registry, roomId])
  const state = useObservable(threads)
  return useMemo(() => ({ ...state, loadMore: threads.loadMore }), [state, threads])
}

export function useRooms(): ListState<RoomInfo> {
  const registry = useRegistry()
  return useObservable(useMemo(() => registry.observeRooms(), [registry]))
}

/** What is live in every room, on any device, from the server's overview; no thread has to be open here. */
export function useOverview(): OverviewState {
  return useObservable(useRegistry().overview)
}

/** Everything that starts or runs, in any thread of any room, on screen or not. */
export function useActiveRuns(): readonly ActiveRun[] {
  return useObservable(useRegistry().active)
}

/** Whether the person has to sign in. */
export function useAccess(): AccessState {
  return useObservable(useRegistry().access)
}

/** How updates arrive: streamed, or by polling. */
export function useDelivery(): Delivery {
  return useObservable(useRegistry().delivery)
}

/** Of the page's own connection, which keeps lists and the overview up to date. */
export function useConnectionState(): ConnectionState {
  return useObservable(useRegistry().connection)
}
