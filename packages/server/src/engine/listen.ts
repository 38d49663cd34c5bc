/**
 * Listens to an agent until it is done or a stop is requested. Its events go to the recorder. While the writer is full,
 * the agent is not asked for more (G10).
 *
 * Agent and writer call back, because an async function awaiting them would stay in memory for every waiting run.
 *
 * Invariant: events of an agent that is no longer listened to are dropped (I6).
 */
import type { Failure } from '@holdfast/core'
import { failureIn } from '../agents/failure.ts'
import type { Agent, AgentContext } from '../agents/port.ts'
import { askNext, callAgent } from './agent-call.ts'
import { abandon, end } from './ending.ts'
import { type RunExecution, runLogOf, stopRun } from './run-execution.ts'

const UNEXPECTED: Failure = {
  code: 'agent_error',
  message: 'The agent failed unexpectedly. What it said is kept. Try again.',
}

/** An agent that never waits would block the process, so other work gets a turn after this many events. */
const EVENTS_A_TURN = 16

export function listen(run: RunExecution, agent: Agent, context: AgentContext): void {
  const { clock, deadlines } = run.parts
  run.phase = 'listening'
  run.stopListening = stopListening
  run.since = clock.now()
  deadlines.watch(run)
  try {
    run.call = callAgent(agent, run.input, context)
  } catch (error) {
    onThrown(run, error)
  }
  askForMore(run)
}

function stopListening(run: RunExecution): void {
  void end(run, { type: 'stopped' })
}

/** Asks for the next event as soon as there is room for it. */
function askForMore(run: RunExecution): void {
  const { phase, call, runLog, parts } = run
  if (phase !== 'listening' || !call) return
  if (runLog?.writer.full()) {
    void runLog.writer.room().then(() => askForMore(run))
    return
  }
  run.waitingSince = parts.clock.now()
  try {
    askNext(call).then(
      (next) => onNext(run, next),
      (error) => onThrown(run, error),
    )
  } catch (error) {
    onThrown(run, error)
  }
}

function onNext(run: RunExecution, next: IteratorResult<unknown, unknown>): void {
  if (!take(run)) return
  let event: unknown
  try {
    if (next.done) {
      void end(run, { type: 'outcome', outcome: runLogOf(run).recorder.returned() })
      return
    }
    event = next.value
  } catch (error) {
    onThrown(run, error)
    return
  }
  try {
    hear(run, event)
  } catch (error) {
    abandon(run, error)
  }
}

function onThrown(run: RunExecution, error: unknown): void {
  if (!take(run)) return
  // What the agent threw may not be fit for a person to read.
  const failure = readFailure(error)
  if (!failure) run.parts.log({ type: 'agent_threw', lease: run.lease, error })
  else if (error instanceof Error && error.message !== failure.message) noteCut(run, error.message, failure.message)
  void end(run, { type: 'outcome', outcome: { type: 'failed', ...(failure ?? UNEXPECTED) } })
}

/** Characters of an agent's own words that the log takes. */
const MAX_NOTED = 16 * 1024

function noteCut(run: RunExecution, said: string, shown: string): void {
  run.parts.log({ type: 'agent_words_cut', lease: run.lease, said: said.slice(0, MAX_NOTED), shown })
}

/** Reading what an agent threw may throw in turn. Uncaught, the run would never end. */
function readFailure(error: unknown): Failure | undefined {
  try {
    return failureIn(error)
  } catch {
    return undefined
  }
}

/** The pending event has arrived. False: the run no longer listens. */
function take(run: RunExecution): boolean {
  if (run.phase !== 'listening') return false
  run.waitingSince = undefined
  if (run.call) run.call.pending = undefined
  return true
}

function hear(run: RunExecution, event: unknown): void {
  const { recorder, writer } = runLogOf(run)
  const verdict = recorder.record(event)
  writer.poke()
  switch (verdict.type) {
    case 'recorded':
      if (++run.said % EVENTS_A_TURN === 0) setImmediate(askForMore, run)
      else askForMore(run)
      break
    case 'ended': {
      const { outcome, usage, said } = verdict
      if (said !== undefined && outcome.type === 'failed') noteCut(run, said, outcome.message)
      void end(run, { type: 'outcome', outcome, ...(usage && { usage }) })
      break
    }
    case 'refused':
      stopRun(run, { type: 'fail', failure: verdict.failure })
  }
}
