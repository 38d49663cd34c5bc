/**
 * Listens to an agent until it is done, or until the line is pulled. What it says goes to the recorder; while the writer
 * is full the agent is not asked for more (G10).
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { TokenUsage } from '@ag-ui/core'
import type { Failure, Outcome } from '@holdfast/core'
import { failureIn } from '../agents/failure.ts'
import type { AgentCall } from './agent-call.ts'
import { type RunInHand, scribeOf } from './run-in-hand.ts'
import { STOPPED } from './stop-line.ts'

export type Heard =
  | { readonly type: 'outcome'; readonly outcome: Outcome; readonly usage?: readonly TokenUsage[] }
  /** The line was pulled: see its `stop`. */
  | { readonly type: 'stopped' }

const UNEXPECTED: Failure = {
  code: 'agent_error',
  message: 'The agent failed unexpectedly; what it said is kept. Try again.',
}

/** An agent that never waits would keep the process from everything else: after this many events others have a turn. */
const EVENTS_A_TURN = 16

export async function listen(run: RunInHand, call: AgentCall): Promise<Heard> {
  const { line } = run
  for (let said = 1; ; said++) {
    let next: IteratorResult<unknown, unknown> | typeof STOPPED
    try {
      next = await line.orStopped(call.next())
      if (next === STOPPED) return { type: 'stopped' }
      call.taken()
      if (next.done) return { type: 'outcome', outcome: scribeOf(run).recorder.returned() }
    } catch (error) {
      call.taken()
      // What it threw is not for a person's eyes.
      const failure = failureIn(error)
      if (!failure) run.parts.log({ type: 'agent_threw', lease: run.claim.lease, error })
      return { type: 'outcome', outcome: { type: 'failed', ...(failure ?? UNEXPECTED) } }
    }
    const { recorder, writer } = scribeOf(run)
    const verdict = recorder.record(next.value)
    writer.poke()
    switch (verdict.type) {
      case 'recorded':
        break
      case 'ended':
        return { type: 'outcome', outcome: verdict.outcome, ...(verdict.usage && { usage: verdict.usage }) }
      case 'refused':
        line.pull({ type: 'fail', failure: verdict.failure })
        return { type: 'stopped' }
    }
    if (said % EVENTS_A_TURN === 0) await turn()
    if (writer.full() && (await line.orStopped(writer.room())) === STOPPED) return { type: 'stopped' }
  }
}
