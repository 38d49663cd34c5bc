/**
 * The actions in a conversation, on ended runs and on messages. An edited question supersedes a live run; every other
 * action is refused while a run is live, and the thread shows why.
 */
import { isBusy, RegistryError } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useMemo } from 'react'
import { wordsOf } from './endings.ts'
import type { EndingActions } from './run-ending.tsx'

/** `agentId`: the agent that answers, as the page shows it. */
export function useEndingActions(
  key: ThreadKey,
  agentId: string | undefined,
  choose: (messageId: string | undefined) => void,
): EndingActions {
  const registry = useRegistry()
  return useMemo(
    () => ({
      threadKey: key,
      retry(runId) {
        choose(undefined)
        unlessBusy(() => registry.retry(key, runId, agentId))
      },
      continueFrom: (messageId) => unlessBusy(() => registry.continueFrom(key, messageId)),
      choose,
      wordsOf(runId) {
        const { content } = registry.observe(key).snapshot()
        return content.type === 'ready' ? wordsOf(content.view.messages, runId) : ''
      },
      askAnew(messageId, text) {
        const { content, activity } = registry.observe(key).snapshot()
        const asked = content.type === 'ready' && content.view.messages.find(({ id }) => id === messageId)
        if (!asked) return
        choose(undefined)
        registry.start(key, {
          text,
          parentId: asked.parentId,
          ...(agentId !== undefined && { agentId }),
          ...(isBusy(activity) && { onBusy: 'supersede' }),
        })
      },
    }),
    [registry, key, agentId, choose],
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
