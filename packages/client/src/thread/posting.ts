/**
 * Sends starts until the server has answered them.
 *
 * Owns: the requests on their way, and their order. Does not know: what follows from an answer (`starts.ts`).
 */
import type { Run, StartBody } from '@holdfast/core'
import { TransportError, transportError } from '../transport/error.ts'
import type { Effect } from './event.ts'
import { createOnTheirWay, type OnTheirWay, type RequestContext, repeat } from './requests.ts'
import { isMomentary } from './starts.ts'
import { find } from './state.ts'
import { VALID_MS } from './stored-commands.ts'

type Post = Extract<Effect, { type: 'post' }>

export interface Posting extends Pick<OnTheirWay<Run>, 'stop' | 'answer'> {
  /** `afterCancel` is the answer to the cancel that has to be answered first. */
  post(post: Post, afterCancel: Promise<unknown> | undefined): void
}

export function createPosting(context: RequestContext): Posting {
  const { send, stop, answer } = createOnTheirWay<Run>()
  return {
    stop,
    answer,
    post({ body, at, after }, afterCancel) {
      const before = [...after.map(answer), afterCancel].filter((each) => each !== undefined)
      send(body.runId, async (stopped) => {
        if (before.length > 0) await Promise.allSettled(before)
        return post(context, body, at, stopped)
      })
    },
  }
}

async function post(context: RequestContext, body: StartBody, at: number, stopped: AbortSignal): Promise<Run> {
  const { closed, dispatch, lookUp, model } = context
  const { runId, onBusy } = body
  try {
    // Given up while it waited for another start.
    if (stopped.aborted) throw new TransportError({ type: 'aborted' })
    const run = await repeat(context, () => attempt(context, body), {
      signal: stopped,
      again: (error) => isMomentary(model(), error),
      find: () => lookUp(({ runs }) => runs.find((each) => each.runId === runId)),
      until: at + VALID_MS,
    })
    dispatch({ type: 'start-accepted', run, announce: onBusy === undefined })
    return run
  } catch (cause) {
    const error = transportError(cause)
    if (closed.aborted) throw error
    const shown = find(model(), runId)
    dispatch({ type: 'start-failed', runId, ...(!stopped.aborted && { error }) })
    if (shown) return shown
    throw error
  }
}

async function attempt({ key, transport, givenUp, dispatch }: RequestContext, body: StartBody): Promise<Run> {
  const { runId } = body
  // Checked before each attempt: this tab may have been asleep when the other one gave it up.
  if (givenUp.has(key, runId)) {
    dispatch({ type: 'given-up-elsewhere', runId })
    throw new TransportError({ type: 'aborted' })
  }
  return acceptedIn(await transport.ask('start', [key, body]), runId)
}

/** A good answer names the run that was requested. Any other answer does not say what the server did. */
function acceptedIn(answer: { readonly run?: unknown } | undefined, runId: string): Run {
  const run = answer?.run as Partial<Run> | null | undefined
  if (run?.runId !== runId || typeof run.status !== 'string') {
    throw new TransportError({ type: 'protocol', detail: 'no run' })
  }
  return run as Run
}
