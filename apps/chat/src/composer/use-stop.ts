/** Stopping the very run that is shown, so that a late click never hits the next one; and what became of the wish. */
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
  const [trouble, setTrouble] = useState<string>()
  return {
    trouble,
    forgive: () => setTrouble(undefined),
    stop() {
      if (!isBusy(activity)) return
      setTrouble(undefined)
      registry.cancel({ key, runId: activity.runId }).catch((cause: unknown) => setTrouble(whyOf(cause)))
    },
  }
}
