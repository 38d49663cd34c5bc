/**
 * What an agent may ask of the engine during its run. Owns: the context that an agent is called with. Does not know: what
 * the agent does with it.
 *
 * A context is kept as long as its agent, so everything it can do without is created when it is first asked for.
 */
import type { AgentContext } from '../agents/port.ts'
import { childController, type RunExecution } from './run-execution.ts'
import { addUsage } from './usage.ts'
import { refused } from './writer.ts'

/** What another process or run has done before this one. */
export type Before = Pick<AgentContext, 'answers' | 'continued' | 'resumed'>

export function contextFor(run: RunExecution, before: Before): AgentContext {
  const { parts, lease, controller } = run
  parts.guardSignal(controller.signal, lease)
  return {
    signal: controller.signal,
    tenantId: lease.tenantId,
    roomId: lease.roomId,
    attention: () => run.parts.attention(run.lease),
    usage(report) {
      run.usage = addUsage(run.usage, report)
    },
    written: () => written(run),
    childSignal: (subagentRunId) => childController(run, subagentRunId).signal,
    ...before,
  }
}

function written(run: RunExecution): Promise<void> {
  const { signal } = run.controller
  if (signal.aborted) return refused(signal.reason)
  return run.runLog?.writer.written() ?? Promise.resolve()
}
