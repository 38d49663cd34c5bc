/**
 * The one place that runs the effects of a thread's model: requests, storage, announcements.
 *
 * Owns: which effect goes where. Does not know: why.
 */
import { type Cancelling, createCancelling } from './cancelling.ts'
import { type Changing, createChanging } from './changing.ts'
import type { Effect } from './event.ts'
import type { News, StartRefused } from './lifecycle.ts'
import { createLookUp } from './look-up.ts'
import { createPosting, type Posting } from './posting.ts'
import type { RequestContext } from './requests.ts'
import type { StoredCommands } from './stored-commands.ts'

export interface EffectsOptions extends Omit<RequestContext, 'lookUp'> {
  readonly stored: StoredCommands
  announce(news: News | StartRefused): void
  /** The server is known to have this thread. */
  exists(): void
}

export interface Effects {
  readonly posting: Posting
  readonly cancelling: Cancelling
  readonly changing: Changing
  run(effect: Effect): void
}

export function createEffects(options: EffectsOptions): Effects {
  const { key, transport, closed, stored, givenUp } = options
  const context = { ...options, lookUp: createLookUp(transport, key, closed) }
  const posting = createPosting(context)
  const cancelling = createCancelling(context)
  const changing = createChanging(context)

  const run: { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void } = {
    store: ({ command }) => stored.put(command),
    settle: ({ runId }) => stored.settle({ key, runId }),
    'mark-given-up': ({ runId }) => givenUp.mark(key, runId),
    post: (effect) => posting.post(effect, cancelling.answer(effect.afterCancelOf ?? '')),
    'stop-posting': ({ runId }) => posting.stop(runId),
    'deliver-cancel': (effect) => cancelling.deliver(effect, posting.answer(effect.runId)),
    'stop-cancelling': ({ runId }) => cancelling.stop(runId),
    'change-queue': (effect) => changing.change(effect, effect.after.map(posting.answer)),
    announce({ news }) {
      for (const each of news) options.announce(each)
    },
    'thread-exists': options.exists,
  }

  return { posting, cancelling, changing, run: (effect) => (run[effect.type] as (effect: Effect) => void)(effect) }
}
