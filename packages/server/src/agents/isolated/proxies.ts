/** Agents and tools of a module in a process of its own, as the server uses them. Does not know: the process. */

import type { Agent, AnswerCheck } from '../port.ts'
import type { ApprovalContext, ParsedInput, Tool } from '../tools/port.ts'
import type { Host } from './host.ts'
import type { CallContext, DescribedAgent, DescribedTool } from './messages.ts'

export function agentOf(host: Pick<Host, 'run' | 'call'>, described: DescribedAgent): Agent {
  const { isolated: _, can, ...rest } = described
  const { id } = rest
  return {
    ...rest,
    run: (input, context) => host.run(id, input, context),
    ...(can.includes('check') && {
      check: (forwardedProps) =>
        host.call({ what: 'check', name: id, args: [forwardedProps] }) as ReturnType<NonNullable<Agent['check']>>,
    }),
    ...(can.includes('checkAnswer') && {
      checkAnswer: (interrupt, payload) =>
        host.call({ what: 'checkAnswer', name: id, args: [interrupt, payload] }) as Promise<AnswerCheck>,
    }),
    ...(can.includes('entitle') && {
      entitle: (messages, signal) =>
        host.call({ what: 'entitle', name: id, args: [messages] }, { signal }) as Promise<string | undefined>,
    }),
  }
}

export function toolOf(host: Pick<Host, 'call'>, described: DescribedTool): Tool {
  const { name } = described
  return {
    ...described,
    async parse(input) {
      const parsed = (await host.call({ what: 'parse', name, args: [input] })) as
        | Exclude<ParsedInput, { type: 'ok' }>
        | { type: 'ok' }
      // What the schema makes of the input may be no JSON: it stays there, and is made again for the call.
      return parsed.type === 'ok' ? { type: 'ok', input } : parsed
    },
    needsApproval: async (input, { signal, ...context }) =>
      (await host.call({ what: 'needsApproval', name, args: [input, carried(context, false)] }, { signal })) !== false,
    execute: (input, { signal, progress, ask, ...context }) =>
      host.call(
        { what: 'execute', name, args: [input, carried(context, ask !== undefined)] },
        { signal, progress, ...(ask && { ask }) },
      ),
  }
}

function carried(context: Omit<ApprovalContext, 'signal'>, canAsk: boolean): CallContext {
  const { tenantId, roomId, threadId, runId, subagentRunId, toolCallId, key } = context
  return {
    tenantId,
    roomId,
    threadId,
    runId,
    toolCallId,
    key,
    canAsk,
    ...(subagentRunId !== undefined && { subagentRunId }),
  }
}
