/**
 * A toast for each run that ends in the background, with a link to it; three at once share one, with a link to the
 * tray. The open thread gets none.
 */
import type { RunRegistry } from '@holdfast/client'
import { useRegistry } from '@holdfast/react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { say, unsay } from '../frame/toasts.ts'
import { useServices } from '../services.ts'
import { endOf, endOfAll, WORDS, wordsFor } from './ends.ts'
import type { FinishedRun } from './finished.ts'
import { createNotes } from './notes.ts'

const TOGETHER = 'finished together'

export function useFinishedToasts(showTray: () => void): void {
  const { finished } = useServices()
  const registry = useRegistry()
  const navigate = useNavigate()
  const show = useRef(showTray)
  useEffect(() => {
    show.current = showTray
  })
  useEffect(() => {
    const notes = createNotes({
      showOne: (run) =>
        void say({
          type: endOf(run),
          id: run.runId,
          text: `${WORDS[endOf(run)]}: ${titleOf(registry, run)}`,
          view: () => void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { ...run.key } }),
          gone: () => notes.oneGone(run),
        }),
      showMany: (runs) =>
        void say({
          type: endOfAll(runs),
          id: TOGETHER,
          text: wordsFor(runs),
          view: () => show.current(),
          gone: () => notes.manyGone(),
        }),
      hideOne: ({ runId }) => void unsay(runId),
      schedule(delayMs, then) {
        const timer = setTimeout(then, delayMs)
        return () => clearTimeout(timer)
      },
    })
    let known = finished.snapshot()
    const undo = finished.subscribe(() => {
      const before = known
      known = finished.snapshot()
      for (const run of known) if (!before.includes(run)) notes.add(run)
    })
    return () => {
      undo()
      notes.close()
    }
  }, [finished, registry, navigate])
}

/** The title from the list; else the one when it ended; else the room, if that is known. */
function titleOf(registry: RunRegistry, { key: { roomId, threadId }, title }: FinishedRun): string {
  const items = registry.observeThreads(roomId).snapshot().items
  const room = registry
    .observeRooms()
    .snapshot()
    .items?.find((item) => item.roomId === roomId)
  const known = items?.find((item) => item.threadId === threadId)?.title || title
  return known || (room ? `a thread in ${room.title || roomId}` : 'a thread')
}
