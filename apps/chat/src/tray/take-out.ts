/**
 * Taking what is held in a thread out of its queue, whether or not the thread is open here: unsent, and not lost.
 *
 * Owns: the order of it. Does not know: React, how it is asked for.
 *
 * Invariant: the words of what was taken out are in the field of its thread, in their order, before what is written there.
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

/** Rejects with a `TransportError`; what had been taken out until then is out. */
export async function takeOut(key: ThreadKey, { cancel, waiting, drafts }: TakeOutParts): Promise<void> {
  const all = await waiting(key)
  // The last first: nothing gets its turn because what was before it has left.
  for (const { run, messages } of all.toReversed()) {
    await cancel({ key, runId: run.runId })
    drafts.giveBackOnce(keyString(key), run.runId, wordsOf(messages))
  }
}

function wordsOf(messages: QueueEntry['messages']): string {
  return messages.flatMap((message) => (message.role === 'user' ? [textOf(message.content)] : [])).join('\n\n')
}
