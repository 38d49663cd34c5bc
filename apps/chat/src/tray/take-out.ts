/**
 * Removes a thread's paused queue, whether or not the thread is open here. The messages are not sent and not lost.
 *
 * Owns: the order of removal. Does not know: React, how it is requested.
 *
 * Invariant: the text of the removed messages is in the thread's message box, in order, before the text that is there.
 */
import type { RunRegistry } from '@holdfast/client'
import { keyString, type QueueEntry, type ThreadKey } from '@holdfast/core'
import type { Drafts } from '../composer/drafts.ts'
import { textOf } from '../conversation/text-of.ts'
import type { Services } from '../services.ts'

interface TakeOutParts {
  readonly cancel: RunRegistry['cancel']
  readonly waiting: Services['waiting']
  readonly drafts: Pick<Drafts, 'giveBackOnce'>
}

/** Rejects with a `TransportError`; messages removed before the failure stay removed. */
export async function takeOut(key: ThreadKey, { cancel, waiting, drafts }: TakeOutParts): Promise<void> {
  const all = await waiting(key)
  // The last one first, so that no removal starts the next message.
  for (const { run, messages } of all.toReversed()) {
    await cancel({ key, runId: run.runId })
    drafts.giveBackOnce(keyString(key), run.runId, wordsOf(messages))
  }
}

function wordsOf(messages: QueueEntry['messages']): string {
  return messages.flatMap((message) => (message.role === 'user' ? [textOf(message.content)] : [])).join('\n\n')
}
