/**
 * One run, executed by this page: the agent's events go through core's recorder into the log, and the run ends once.
 *
 * Owns: what is said and not written yet, how the run ends. Does not know: when it begins (`driver.ts`), other pages.
 *
 * Invariants: what is on screen is in the log; a run that was told to stop ends so; only the end of the page ends a run
 * without a record.
 */
import type { Event, RunAgentInput, TokenUsage } from '@ag-ui/core'
import { type Clock, createRecorder, DEFAULT_RECORDER_LIMITS, type Outcome, type ThreadKey } from '@holdfast/core'
import { problemOf, transportError } from '../transport/error.ts'
import { AgentFault } from './failure.ts'
import type { LogRecord } from './records.ts'
import { said } from './records.ts'

/** Deltas gather for so long between two writes. */
const GATHER_MS = 30
/** So much may wait before the agent is no longer listened to. */
const PAUSE_BYTES = 256 * 1024

export interface RunParts {
  readonly key: ThreadKey
  readonly input: RunAgentInput
  readonly clock: Clock
  /** False: the run has ended elsewhere, and nothing more of it is written. */
  append(records: readonly LogRecord[]): Promise<boolean>
  /** `eventsFor` closes what is open, for the outcome that counts. */
  end(outcome: Outcome, eventsFor: (outcome: Outcome) => readonly Event[]): Promise<void>
  call(signal: AbortSignal): AsyncIterable<Event>
  /** Aborts when the run is told to stop, or is over. */
  readonly signal: AbortSignal
  /** The page ends: nothing is written any more. */
  readonly leaving: AbortSignal
}

interface Heard {
  readonly outcome: Outcome
  readonly usage?: readonly TokenUsage[]
}

export async function execute({ input, clock, append, end, call, signal, leaving }: RunParts): Promise<void> {
  const recorder = createRecorder({ input, limits: DEFAULT_RECORDER_LIMITS, tolerant: true })
  const gone = new AbortController()
  const stop = AbortSignal.any([signal, leaving, gone.signal])
  let writing: Promise<void> | undefined
  let unwritten: readonly string[] = []
  let fault: Outcome | undefined

  async function flush(): Promise<void> {
    while (recorder.pendingBytes() > 0 && !gone.signal.aborted && !leaving.aborted) {
      unwritten = recorder.take()
      if (!(await append(unwritten.map((json) => said(input.runId, JSON.parse(json)))))) gone.abort()
      unwritten = []
      await pause(clock, GATHER_MS, stop)
    }
  }

  function poke(): void {
    writing ??= flush()
      .catch((cause: unknown) => {
        const detail = problemOf(transportError(cause))?.detail ?? 'The rest of the answer could not be stored.'
        fault = { type: 'failed', code: 'store_failed', message: detail }
        gone.abort()
      })
      .finally(() => {
        writing = undefined
      })
  }

  async function listen(): Promise<Heard> {
    try {
      for await (const event of call(stop)) {
        if (stop.aborted) break
        const verdict = recorder.record(event)
        poke()
        if (verdict.type === 'ended') return verdict
        if (verdict.type === 'refused') return { outcome: { type: 'failed', ...verdict.failure } }
        if (recorder.pendingBytes() > PAUSE_BYTES) await writing
      }
      return { outcome: recorder.returned() }
    } catch (error) {
      const unexpected = { code: 'agent_error', message: 'The agent failed unexpectedly. Try again.' } as const
      return { outcome: { type: 'failed', ...(error instanceof AgentFault ? error.failure : unexpected) } }
    }
  }

  const { outcome, usage } = await listen()
  gone.abort()
  await writing
  if (leaving.aborted) return
  await end(fault ?? outcome, (counts) =>
    [...unwritten, ...recorder.end(counts, usage)].map((json) => JSON.parse(json) as Event),
  )
}

function pause(clock: Clock, ms: number, cut: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const undo = clock.schedule(ms, done)
    function done(): void {
      undo()
      cut.removeEventListener('abort', done)
      resolve()
    }
    cut.addEventListener('abort', done)
    if (cut.aborted) done()
  })
}
