/**
 * Sends changes of the queue until the server has answered them, in the order in which they were requested.
 *
 * Owns: the changes on their way. Does not know: what follows from an answer (`queue.ts`).
 */
import { TransportError, transportError } from '../transport/error.ts'
import type { Effect } from './event.ts'
import { isShownIn, stillWaiting } from './queue.ts'
import type { QueueWish } from './queue-change.ts'
import { type RequestContext, repeat } from './requests.ts'

type Change = Extract<Effect, { type: 'change-queue' }>

export interface Changing {
  /** `starts` are the answers to the starts that the change is about, where they are still on their way. */
  change(change: Change, starts: readonly (Promise<unknown> | undefined)[]): void
  /** The answer to the newest change. Rejects with a `TransportError`. */
  readonly newest: Promise<void>
}

export function createChanging(context: RequestContext): Changing {
  const { dispatch, lookUp } = context
  let newest: Promise<void> = Promise.resolve()

  async function ask({ id, wish }: Change, before: Promise<void>, starts: readonly (Promise<unknown> | undefined)[]) {
    const arrivals = Promise.allSettled(starts)
    try {
      await before.catch(() => {})
      const failed = (await arrivals).some(({ status }) => status === 'rejected')
      // Its start has failed, and its words went back.
      if (failed && wish.type !== 'order') throw new TransportError({ type: 'aborted' })
      const find = () => lookUp((snapshot) => isShownIn(snapshot, wish) || undefined)
      await repeat<unknown>(context, () => send(context, wish), { find })
    } catch (cause) {
      dispatch({ type: 'queue-change-failed', id })
      throw transportError(cause)
    }
    dispatch({ type: 'queue-changed', id })
  }

  return {
    change(change, starts) {
      newest = ask(change, newest, starts)
    },
    get newest() {
      return newest
    },
  }
}

function send({ key, transport, model }: RequestContext, wish: QueueWish): Promise<unknown> {
  switch (wish.type) {
    case 'edit':
      return transport.ask('changeRun', [key, wish.runId, { messages: wish.messages }])
    case 'order':
      return transport.ask('changeQueue', [key, { order: stillWaiting(model().log, wish.order) }])
    case 'paused':
      return transport.ask('changeQueue', [key, { paused: wish.paused }])
    case 'now':
      // Safe to repeat: once it has started it is not in the queue any more.
      return transport.ask('changeQueue', [key, { order: [wish.runId], supersede: true }])
  }
}
