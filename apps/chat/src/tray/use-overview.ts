/** The overview for the tray and the palette. */
import { useActiveRuns, useRegistry, useRooms } from '@holdfast/react'
import { useParams } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { createOverview, type Overview } from './overview.ts'

/** `whole`: with every thread of every room, what rests included. */
export function useOverview(whole: boolean): Overview {
  const registry = useRegistry()
  const rooms = useRooms().items
  const { roomId } = useParams({ strict: false })
  const active = useActiveRuns()
  const busy = useMemo(() => [...new Set(active.map(({ key }) => key.roomId))].sort().join(' '), [active])
  const overview = useMemo(() => {
    const all = rooms ?? []
    // A run started here is in its room's list before the server has announced it.
    const listed = whole ? all : all.filter((room) => room.roomId === roomId || busy.split(' ').includes(room.roomId))
    return createOverview(registry, all, listed)
  }, [registry, rooms, roomId, busy, whole])
  return useSyncExternalStore(overview.subscribe, overview.snapshot)
}
