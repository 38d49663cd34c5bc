/**
 * Listens to an agent until it is done, or until the line is pulled. What it says goes to the recorder; while the writer
 * is full the agent is not asked for more (G10).
 *
 * The agent calls back, and so does the writer: a function that waited for them would be kept for each run that waits.
 *
 * Invariant: what comes from an agent that is not listened to any more is left where it is (I6).
 */
import type { Failure } from '@holdfast/core'
import { failureIn } from '../agents/failure.ts'
import type { Agent, AgentContext } from '../agents/port.ts'
import { askNext, callAgent } from './agent-call.ts'
import { abandon, end } from './ending.ts'
import { type RunExecution, runLogOf, stopRun } from './run-execution.ts'

const UNEXPECTED: Failure = {
  code: 'agent_error',
  message: 'The agent failed unexpectedly; what it said is kept. Try again.',
}

/** An agent that never waits would keep the process from everything else: after this many events others have a turn. */
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
  goOn(run)
}

function stopListening(run: RunExecution): void {
  void end(run, { type: 'stopped' })
}

/** Asks for one more, as soon as there is room for it. */
function goOn(run: RunExecution): void {
  const { phase, call, runLog, parts } = run
  if (phase !== 'listening' || !call) return
  if (runLog?.writer.full()) {
    void runLog.writer.room().then(() => goOn(run))
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
  // What it threw is not for a person's eyes.
  const failure = readFailure(error)
  if (!failure) run.parts.log({ type: 'agent_threw', lease: run.lease, error })
  else if (error instanceof Error && error.message !== failure.message) noteCut(run, error.message, failure.message)
  void end(run, { type: 'outcome', outcome: { type: 'failed', ...(failure ?? UNEXPECTED) } })
}

/** How much of an agent's own words the log takes. */
const MAX_NOTED = 16 * 1024

function noteCut(run: RunExecution, said: string, shown: string): void {
  run.parts.log({ type: 'agent_words_cut', lease: run.lease, said: said.slice(0, MAX_NOTED), shown })
}

/** What an agent throws may throw in turn when it is looked at: nobody would hear of that, and the run had no end. */
function readFailure(error: unknown): Failure | undefined {
  try {
    return failureIn(error)
  } catch {
    return undefined
  }
}

/** What was asked for has come. False: nobody listens any more. */
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
      if (++run.said % EVENTS_A_TURN === 0) setImmediate(goOn, run)
      else goOn(run)
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
