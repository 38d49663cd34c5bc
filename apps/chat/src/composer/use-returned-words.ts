/**
 * Returns text that could not be sent to the thread's draft, and removes it again if it turns out to have been sent.
 *
 * Owns: when. Does not know: what is shown of the thread, so it also works without a message box.
 */
import type { ThreadState } from '@holdfast/client'
import { keyString, type ThreadView } from '@holdfast/core'
import { useRegistry } from '@holdfast/react'
import { useEffect } from 'react'
import { wordsIn } from '../questions/question.ts'
import { useDraft } from './use-draft.ts'
import { useDrafts } from './use-drafts.ts'

export function useReturnedWords({ key, content, failedStart }: ThreadState): void {
  const registry = useRegistry()
  const drafts = useDrafts()
  const place = keyString(key)
  const draft = useDraft(place)

  useEffect(() => {
    if (!failedStart) return
    drafts.giveBackUnsent(place, failedStart.runId, failedStart.text || wordsIn(failedStart.answers))
    if (!failedStart.error) registry.dismissFailedStart(key)
  }, [failedStart, drafts, place, registry, key])

  // biome-ignore lint/correctness/useExhaustiveDependencies: words may have come back since the log was read
  useEffect(() => {
    if (content.type === 'gone') drafts.orphan(place)
    if (content.type !== 'ready') return
    for (const runId of drafts.returned(place)) if (isSaid(content.view, runId)) drafts.withdraw(place, runId)
  }, [content, drafts, place, draft])
}

/** Whether the conversation or the queue holds what this run was asked. */
function isSaid({ runs, messages, queue }: ThreadView, runId: string): boolean {
  const run = runs.find((each) => each.runId === runId)
  if (!run) return false
  return messages.some(({ id }) => id === run.parentId) || queue.some((entry) => entry.run.runId === runId)
}
