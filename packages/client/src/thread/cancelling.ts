/**
 * Sends cancels until the server has answered them.
 *
 * Owns: the cancels on their way. Does not know: what follows from an answer (`cancels.ts`).
 */
import { isEnded, type Subagent } from '@holdfast/core'
import { problemOf, transportError } from '../transport/error.ts'
import type { Effect } from './event.ts'
import { isEnding, isLive } from './log.ts'
import { createOnTheirWay, type OnTheirWay, type RequestContext, repeat } from './requests.ts'
import { find } from './state.ts'

type Cancel = Extract<Effect, { type: 'deliver-cancel' }>

export interface Cancelling extends Pick<OnTheirWay<void>, 'stop' | 'answer'> {
  /** `accepted` is the answer to the run's start, if that is still on its way. */
  deliver(cancel: Cancel, accepted: Promise<unknown> | undefined): void
  /** Cancels whatever is live in the thread, where its log is not at hand. */
  cancelLive(reason: string | undefined): Promise<void>
  cancelSubagent(subagentRunId: string): Promise<void>
}

export function createCancelling(context: RequestContext): Cancelling {
  const { send, stop, answer } = createOnTheirWay<void>()
  return {
    stop,
    answer,
    deliver: (cancel, accepted) => send(cancel.runId, (stopped) => deliver(context, cancel, accepted, stopped)),
    cancelLive: (reason) => cancelLive(context, reason),
    async cancelSubagent(id) {
      const find = () => context.lookUp(({ subagents }) => (subagents.some(isStopping(id)) ? {} : undefined))
      await repeat<unknown>(context, () => context.transport.ask('cancelSubagent', [context.key, id]), { find })
    },
  }
}

async function deliver(
  context: RequestContext,
  cancel: Cancel,
  accepted: Promise<unknown> | undefined,
  stopped: AbortSignal,
): Promise<void> {
  const { key, transport, closed, dispatch, lookUp, model } = context
  const { runId, reason, recalls } = cancel

  async function decide(known: boolean): Promise<void> {
    if (!recalls) return
    await accepted?.catch(() => {})
    dispatch({ type: 'recall-decided', runId, known })
  }

  let known: boolean | undefined
  try {
    known = await repeat(
      context,
      async () => {
        const answer = await transport.ask('cancelRun', [key, runId, reason])
        return 'alreadyTerminal' in answer || answer.run !== undefined
      },
      {
        signal: stopped,
        find: () => lookUp(({ runs }) => runs.some((run) => run.runId === runId && isEnding(run)) || undefined),
      },
    )
  } catch (cause) {
    const error = transportError(cause)
    if (closed.aborted) throw error
    const run = find(model(), runId)
    if (!stopped.aborted && !(run && isEnding(run))) {
      dispatch({ type: 'cancel-failed', runId })
      await decide(false)
      throw error
    }
  }
  dispatch({ type: 'cancel-delivered', runId })
  if (known !== undefined) await decide(known)
}

/** It has ended, or will without another request. */
function isStopping(id: string) {
  return ({ subagentRunId, status, stopping }: Subagent) => subagentRunId === id && (stopping || status !== 'running')
}

async function cancelLive(context: RequestContext, reason: string | undefined): Promise<void> {
  const { key, transport, dispatch, lookUp } = context
  const find = () =>
    lookUp(({ runs }) => (runs.some(isLive) ? undefined : { alreadyTerminal: true as const, status: null }))
  try {
    const answer = await repeat(context, () => transport.ask('cancelThread', [key, reason]), { find })
    if ('alreadyTerminal' in answer || !answer.run || isEnded(answer.run)) return
    // From here on the run is followed to its end.
    dispatch({ type: 'live-cancelled', runId: answer.run.runId })
  } catch (cause) {
    // Nothing runs in a thread that does not exist.
    if (problemOf(transportError(cause))?.code !== 'not_found') throw transportError(cause)
  }
}
