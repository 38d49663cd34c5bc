/** What can be done about a run that ended badly. A thread in which something runs already refuses, and shows why. */
import { RegistryError } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useMemo } from 'react'
import type { EndingActions } from './run-ending.tsx'

export function useEndingActions(key: ThreadKey): EndingActions {
  const registry = useRegistry()
  return useMemo(
    () => ({
      retry: (runId) => unlessBusy(() => registry.retry(key, runId)),
      continueFrom: (messageId) => unlessBusy(() => registry.continueFrom(key, messageId)),
    }),
    [registry, key],
  )
}

/** Two clicks in one frame: the second finds the run of the first. */
function unlessBusy(start: () => void): void {
  try {
    start()
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'busy')) throw error
  }
}
