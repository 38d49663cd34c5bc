/**
 * Recorder: turns what an agent says into a legal AG-UI run. The server's engine and the no-server mode share it.
 *
 * Owns: checking each event by hand (no schema library per delta), expanding chunks, coalescing deltas, knowing what is
 * open, closing it in order, the one terminal event. Does not know: time, seq, storage, leases.
 *
 * Invariants:
 * - Whatever goes in, what comes out is a legal AG-UI run, once `start` came first and `end` last.
 * - An event's JSON is made once, here; everybody after sends those bytes.
 */
import type { RunAgentInput, TokenUsage } from '@ag-ui/core'
import type { Failure, Outcome } from './outcome.ts'

export interface RecorderLimits {
  /** Events the agent may say in one run. */
  readonly maxEvents: number
  /** UTF-8 bytes of event JSON in one run. */
  readonly maxBytes: number
  /** UTF-8 bytes of one event as the agent said it. */
  readonly maxEventBytes: number
  /** Nesting of one event's JSON. */
  readonly maxDepth: number
  /** UTF-8 bytes up to which deltas are joined. */
  readonly maxCoalescedBytes: number
}

/** What became of one thing the agent said. */
export type Verdict =
  | { readonly type: 'recorded' }
  /** The agent ended the run itself (RUN_FINISHED or RUN_ERROR): nothing more is taken. */
  | { readonly type: 'ended'; readonly outcome: Outcome; readonly usage?: readonly TokenUsage[] }
  /** The agent broke a rule or a limit: the run is to be ended with this failure. Nothing of the event was kept. */
  | { readonly type: 'refused'; readonly failure: Failure }

export interface Recorder {
  /** Takes one thing the agent said; RUN_STARTED is accepted and dropped: the server has written its own. */
  record(input: unknown): Verdict
  /** What has gathered since the last call, coalesced, each the JSON of one AG-UI event. */
  take(): string[]
  /** Approximate bytes that `take` would give now; 0 when nothing waits. */
  readonly pendingBytes: number
  /**
   * What ends the run: the rest of what waits, the closing events, the one RUN_FINISHED or RUN_ERROR last. May be
   * called again with another outcome when the first was refused by the store; it then gives the same closing events.
   */
  end(outcome: Outcome, usage?: readonly TokenUsage[]): string[]
}

export interface RecorderOptions {
  readonly input: Pick<RunAgentInput, 'threadId' | 'runId'>
  readonly limits: RecorderLimits
}
