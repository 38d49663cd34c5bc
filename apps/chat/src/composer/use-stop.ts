/**
 * Stops exactly the run that is shown, so that a late click never stops the next one. A failure is shown only while the
 * log shows that this run is still live.
 */
import { type Activity, isBusy } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useState } from 'react'
import { whyOf } from '../frame/why.ts'

interface Stop {
  /** Why the last stop did not arrive. */
  readonly trouble: string | undefined
  stop(): void
  forgive(): void
}

export function useStop(key: ThreadKey, activity: Activity): Stop {
  const registry = useRegistry()
  const [failed, setFailed] = useState<{ readonly runId: string; readonly why: string }>()
  const goesOn = activity.type === 'active' && activity.runId === failed?.runId
  return {
    trouble: goesOn ? failed?.why : undefined,
    forgive: () => setFailed(undefined),
    stop() {
      if (!isBusy(activity)) return
      const { runId } = activity
      setFailed(undefined)
      registry.cancel({ key, runId }).catch((cause: unknown) => setFailed({ runId, why: whyOf(cause) }))
    },
  }
}
