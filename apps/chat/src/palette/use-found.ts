/** The threads that the server finds for this text, in titles and messages; requested once typing pauses. */
import type { RoomInfo, ThreadInfo } from '@holdfast/core'
import { useEffect, useState } from 'react'
import { useServices } from '../services.ts'

/** Fewer letters find everything. */
const ENOUGH = 3
const REST_MS = 200
/** Each is a request. */
const MANY_ROOMS = 12

export type Found = ThreadInfo & { readonly room: string }

interface Search {
  readonly threads: readonly Found[]
  /** More results may follow. */
  readonly looking: boolean
}

export function useFound(rooms: readonly RoomInfo[], words: string): Search {
  const { search } = useServices()
  const wanted = words.trim()
  const [found, setFound] = useState<{ readonly words: string; readonly threads: readonly Found[] }>()
  useEffect(() => {
    if (wanted.length < ENOUGH) return
    let outdated = false
    const timer = setTimeout(async () => {
      const answers = await Promise.all(
        rooms.slice(0, MANY_ROOMS).map(async ({ roomId, title }) => {
          // A room that cannot be searched now is one that has nothing to offer now.
          const threads = await search(roomId, wanted).catch(() => [])
          return threads.map((thread) => ({ ...thread, room: title || roomId }))
        }),
      )
      if (!outdated) setFound({ words: wanted, threads: answers.flat() })
    }, REST_MS)
    return () => {
      outdated = true
      clearTimeout(timer)
    }
  }, [rooms, search, wanted])
  if (wanted.length < ENOUGH) return { threads: [], looking: false }
  return found?.words === wanted ? { threads: found.threads, looking: false } : { threads: [], looking: true }
}
