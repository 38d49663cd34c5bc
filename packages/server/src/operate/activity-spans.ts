/**
 * Spans within a run: its sub-agents, tool calls and model calls, named by OpenTelemetry's conventions for generative AI
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Owns their names and attributes. Does not know: runs, which SDK.
 *
 * Invariant: every span ends, at the latest with its run; at most `MAX_OPEN` are open in one run.
 */
import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { ActivityEvent } from './activity.ts'

const MAX_OPEN = 1_000

export interface ActivitySpans {
  lived(event: ActivityEvent): void
  /** Ends what is still open. */
  end(at: Date): void
}

/** `within`: the context of the run's own span. */
export function createActivitySpans(
  tracer: Tracer,
  within: Context,
  attributes: Record<string, string>,
): ActivitySpans {
  const open = new Map<string, Span>()

  function begin(key: string, owner: string | undefined, name: string, own: Record<string, string>, at: Date): void {
    if (open.size >= MAX_OPEN) return
    const parent = owner === undefined ? undefined : open.get(agentKey(owner))
    const context = parent ? trace.setSpan(within, parent) : within
    const kind = SpanKind.INTERNAL
    open.set(key, tracer.startSpan(name, { kind, startTime: at, attributes: { ...attributes, ...own } }, context))
  }

  function finish(key: string, at: Date, error?: string): void {
    const span = open.get(key)
    open.delete(key)
    if (!span) return
    if (error !== undefined) {
      span.setAttribute('error.type', error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    }
    span.end(at)
  }

  return {
    lived(event) {
      const at = new Date(event.at)
      switch (event.type) {
        case 'subagent_start': {
          const { subagentRunId, jobId, name, parentSubagentRunId } = event
          const own = { ...operation('invoke_agent', 'gen_ai.agent.name', name), ...idsOf({ subagentRunId, jobId }) }
          begin(agentKey(subagentRunId), parentSubagentRunId, titled('invoke_agent', name), own, at)
          break
        }
        case 'subagent_end':
          finish(agentKey(event.subagentRunId), at, event.code)
          break
        case 'tool_start': {
          const { toolCallId, tool, subagentRunId, jobId } = event
          const call = { 'gen_ai.tool.call.id': toolCallId, 'gen_ai.tool.type': 'function' }
          const own = {
            ...operation('execute_tool', 'gen_ai.tool.name', tool),
            ...call,
            ...idsOf({ subagentRunId, jobId }),
          }
          begin(callKey(toolCallId), subagentRunId, titled('execute_tool', tool), own, at)
          break
        }
        case 'tool_end':
          finish(callKey(event.toolCallId), at, event.outcome === 'failed' ? 'tool_error' : undefined)
          break
        case 'model_start': {
          const { subagentRunId, jobId } = event
          begin(
            modelKey(event),
            subagentRunId,
            'chat',
            { ...operation('chat'), ...idsOf({ subagentRunId, jobId }) },
            at,
          )
          break
        }
        case 'model_end':
          finish(modelKey(event), at, event.isSuperseded ? 'superseded' : undefined)
          break
        case 'tool_progress':
        case 'subagent_progress':
        case 'subagent_cancel':
        case 'text_superseded': {
          const key = 'toolCallId' in event && event.type === 'tool_progress' ? callKey(event.toolCallId) : undefined
          const child = event.subagentRunId === undefined ? undefined : agentKey(event.subagentRunId)
          open.get(key ?? child ?? '')?.addEvent(event.type, at)
          break
        }
        default:
          event satisfies never
      }
    },
    end(at) {
      // The innermost began last.
      for (const span of [...open.values()].reverse()) span.end(at)
      open.clear()
    },
  }
}

const agentKey = (subagentRunId: string) => `agent ${subagentRunId}`
const callKey = (toolCallId: string) => `call ${toolCallId}`
const modelKey = ({ subagentRunId, step }: { readonly subagentRunId?: string; readonly step: string }) =>
  JSON.stringify(['model', subagentRunId ?? null, step])

function operation(name: string, attribute?: string, value?: string): Record<string, string> {
  return { 'gen_ai.operation.name': name, ...(attribute && value !== undefined && { [attribute]: value }) }
}

function idsOf({
  subagentRunId,
  jobId,
}: {
  readonly subagentRunId?: string | undefined
  readonly jobId?: string | undefined
}) {
  return {
    ...(subagentRunId !== undefined && { 'holdfast.subagent.run.id': subagentRunId }),
    ...(jobId !== undefined && { 'holdfast.subagent.job.id': jobId }),
  }
}

/** The convention names a span by its operation and what that is applied to. */
function titled(name: string, what: string | undefined): string {
  return what === undefined ? name : `${name} ${what}`
}
