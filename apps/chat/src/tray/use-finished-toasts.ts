/** Names each run that ends in the background, with the way there. The open thread needs no such note. */
import type { RunRegistry } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { say } from '../frame/toasts.ts'
import { useServices } from '../services.ts'

export function useFinishedToasts(): void {
  const { finished } = useServices()
  const registry = useRegistry()
  const navigate = useNavigate()
  useEffect(() => {
    let known = finished.snapshot()
    return finished.subscribe(() => {
      const before = known
      known = finished.snapshot()
      for (const { key, runId, outcome } of known.filter((run) => !before.includes(run))) {
        const failed = outcome.type === 'failed'
        void say({
          type: failed ? 'failed' : 'finished',
          id: runId,
          text: `${failed ? 'Failed' : 'Finished'}: ${titleOf(registry, key)}`,
          view: () => void navigate({ to: '/rooms/$roomId/threads/$threadId', params: { ...key } }),
        })
      }
    })
  }, [finished, registry, navigate])
}

function titleOf(registry: RunRegistry, { roomId, threadId }: ThreadKey): string {
  const items = registry.observeThreads(roomId).snapshot().items
  return items?.find((item) => item.threadId === threadId)?.title || 'a thread'
}
