/** What the parts share that carry out one call. */
import type { Interrupt } from '@ag-ui/core'
import { createSignalGuard } from '../agent-signal.ts'
import type { ApprovalContext } from '../tools/port.ts'
import type { Call, Start } from './progress.ts'
import type { LoopRun, LoopTool, Speaker } from './run.ts'

export interface CallSite {
  readonly run: LoopRun
  readonly speaker: Speaker
  /** By the names that the model is told. */
  readonly tools: ReadonlyMap<string, LoopTool>
  /** Aborts when the call is no longer wanted. */
  readonly signal: AbortSignal
  /** Its questions are asked again, and nothing else happens. */
  readonly asksOnly: boolean
}

export type Plan =
  | {
      readonly type: 'execute'
      readonly tool: LoopTool
      readonly given: unknown
      readonly input: unknown
      readonly start: Start
    }
  | { readonly type: 'ask'; readonly interrupt: Interrupt }
  | { readonly type: 'result'; readonly text: string }
  | { readonly type: 'wrong'; readonly text: string }

/**
 * A tool's own listeners may throw when the call is over. That is nobody's error: the result is not wanted any more, and
 * the process must not end.
 */
const guardSignal = createSignalGuard<LoopRun>(() => {})

export function approvalContext(
  run: LoopRun,
  { subagentRunId }: Speaker,
  { id, key }: Call,
  signal: AbortSignal,
): ApprovalContext {
  const { input, context } = run
  const { tenantId, roomId } = context
  const { threadId, runId } = input
  guardSignal(signal, run)
  return {
    signal,
    tenantId,
    roomId,
    threadId,
    runId,
    ...(subagentRunId !== undefined && { subagentRunId }),
    toolCallId: id,
    key,
  }
}

const MAX_WHY = 4_000

/** What a thrown value says, for the model. Reading it may throw as well. */
export function whyOf(error: unknown): string {
  try {
    const said = error instanceof Error ? error.message || error.name : String(error)
    return (typeof said === 'string' ? said : '').slice(0, MAX_WHY).toWellFormed() || 'it gave no reason.'
  } catch {
    return 'it gave no reason.'
  }
}
