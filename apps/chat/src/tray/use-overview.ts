/** What goes on, for the tray and the palette. */
import { useActiveRuns, useRegistry, useRooms } from '@holdfast/react'
import { useParams } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { useServices } from '../services.ts'
import type { FinishedRun } from './finished.ts'
import { createOverview, type Overview } from './overview.ts'

/** Each room that is looked at is asked for every two seconds: with more than these, only where something is known. */
const MANY_ROOMS = 8

/** `whole`: every room is looked at, however many there are. */
export function useOverview(whole: boolean): Overview {
  const registry = useRegistry()
  const rooms = useRooms().items
  const { roomId } = useParams({ strict: false })
  const active = useActiveRuns()
  const watched = useMemo(() => {
    const all = rooms ?? []
    if (whole || all.length <= MANY_ROOMS) return all
    const wanted = new Set([roomId, ...active.map(({ key }) => key.roomId)])
    return all.filter((room) => wanted.has(room.roomId))
  }, [rooms, roomId, active, whole])
  const overview = useMemo(() => createOverview(registry, watched), [registry, watched])
  return useSyncExternalStore(overview.subscribe, overview.snapshot)
}

export function useFinished(): readonly FinishedRun[] {
  const { finished } = useServices()
  return useSyncExternalStore(finished.subscribe, finished.snapshot)
}
