/**
 * Names each run that ends in the background, with the way there; three at once are one note, with the way to all. The
 * open thread needs no such note.
 */
import type { RunRegistry } from '@holdfast/client'
import { useRegistry } from '@holdfast/react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { say, unsay } from '../frame/toasts.ts'
import { useServices } from '../services.ts'
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
          type: hasFailed(run) ? 'failed' : 'finished',
          id: run.runId,
          text: `${hasFailed(run) ? 'Failed' : 'Finished'}: ${titleOf(registry, run)}`,
          view: () => void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { ...run.key } }),
          gone: () => notes.oneGone(run),
        }),
      showMany: (runs) =>
        void say({
          type: runs.some(hasFailed) ? 'failed' : 'finished',
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

function hasFailed({ outcome }: FinishedRun): boolean {
  return outcome.type === 'failed'
}

function wordsFor(runs: readonly FinishedRun[]): string {
  const failed = runs.filter(hasFailed).length
  if (failed === 0) return `${runs.length} runs finished`
  return failed === runs.length ? `${runs.length} runs failed` : `${runs.length} runs ended, ${failed} failed`
}

function titleOf(registry: RunRegistry, { key: { roomId, threadId } }: FinishedRun): string {
  const items = registry.observeThreads(roomId).snapshot().items
  return items?.find((item) => item.threadId === threadId)?.title || 'a thread'
}
