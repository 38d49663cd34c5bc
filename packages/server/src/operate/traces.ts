/**
 * OpenTelemetry spans: one for each run, from acceptance to end, those of its tools and sub-agents within it
 * (activity-spans.ts), and one for each request. Uses only
 * `@opentelemetry/api`, which does nothing until an SDK is registered. Owns the names and attributes of spans. Does not
 * know: which SDK, where spans go. A span contains nothing that a person or an agent said.
 */

import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { runName } from '../store/tenant-thread.ts'
import type { ActivityEvent } from './activity.ts'
import { type ActivitySpans, createActivitySpans } from './activity-spans.ts'
import type { LifecycleEvent, RunAccepted, RunEnded, RunStartedOrResumed } from './lifecycle.ts'
import type { Answered } from './metrics.ts'

/** What is known of a request before it is answered. */
export interface Asked {
  readonly method: string
  readonly roomId?: string
  readonly threadId?: string
  readonly runId?: string
  readonly header: (name: string) => string | undefined
}

export interface Traces {
  lived(event: LifecycleEvent): void
  /** The returned function is called once, with the head of the response. */
  asked(request: Asked): (answer: Answered) => void
}

const NAMES = { roomId: 'holdfast.room.id', threadId: 'holdfast.thread.id', runId: 'holdfast.run.id' } as const

type Address = { readonly [name in keyof typeof NAMES]?: string | undefined }

function addressOf(address: Address): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, attribute] of Object.entries(NAMES)) {
    const id = address[name as keyof typeof NAMES]
    if (id !== undefined) found[attribute] = id
  }
  return found
}

/** A run's address, and its thread as the conversation that OpenTelemetry's conventions know. */
function conversation(address: Address): Record<string, string> {
  return {
    ...addressOf({ roomId: address.roomId, threadId: address.threadId, runId: address.runId }),
    ...(address.threadId !== undefined && { 'gen_ai.conversation.id': address.threadId }),
  }
}

/** The headers of W3C trace context and baggage (https://www.w3.org/TR/trace-context/). */
const CARRIERS = ['traceparent', 'tracestate', 'baggage']
const carrier: TextMapGetter<Asked> = { keys: () => CARRIERS, get: ({ header }, name) => header(name) }

export function createTraces(tracer: Tracer = trace.getTracer('holdfast')): Traces {
  /** Spans of runs that have not ended. */
  const open = new Map<string, Span>()
  /** Of those, what is in them. */
  const inside = new Map<string, ActivitySpans>()

  /** For a run that was accepted before this process started, the span is made from what is known of it. */
  function spanOf(event: RunAccepted | RunStartedOrResumed | RunEnded): Span {
    const held = open.get(runName(event))
    if (held) return held
    const from = (event.type === 'run_accepted' ? event.at : event.acceptedAt) ?? event.at
    const { agentId, roomId, threadId, runId } = event
    const agent = agentId && { 'gen_ai.agent.id': agentId, 'gen_ai.agent.name': agentId, 'holdfast.agent.id': agentId }
    const span = tracer.startSpan(agentId ? `invoke_agent ${agentId}` : 'invoke_agent', {
      kind: SpanKind.INTERNAL,
      root: true,
      startTime: new Date(from),
      attributes: { ...conversation({ roomId, threadId, runId }), 'gen_ai.operation.name': 'invoke_agent', ...agent },
    })
    // Without a registered SDK there is nothing to keep.
    if (isSpanContextValid(span.spanContext())) open.set(runName(event), span)
    return span
  }

  function insideOf(event: ActivityEvent): ActivitySpans | undefined {
    // Without a registered SDK there is no name to make for each call of a tool.
    if (open.size === 0) return undefined
    const name = runName(event)
    const known = inside.get(name)
    const run = open.get(name)
    if (known || !run) return known
    const made = createActivitySpans(tracer, trace.setSpan(ROOT_CONTEXT, run), conversation(event))
    inside.set(name, made)
    return made
  }

  return {
    lived(event) {
      const at = new Date(event.at)
      switch (event.type) {
        case 'run_accepted': {
          const span = spanOf(event)
          if (event.retryOf) span.setAttribute('holdfast.run.retry_of', event.retryOf)
          if (event.continues) span.setAttribute('holdfast.run.continues', event.continues)
          break
        }
        case 'run_started':
        case 'run_resumed':
          spanOf(event).addEvent(event.type, at)
          break
        case 'run_cancel_requested':
          open.get(runName(event))?.addEvent(event.type, at)
          break
        case 'run_ended': {
          const span = spanOf(event)
          span.setAttribute('holdfast.run.outcome', event.outcome)
          if (event.code !== undefined) {
            span.setAttribute('error.type', event.code)
            span.setStatus({ code: SpanStatusCode.ERROR, message: event.code })
          }
          inside.get(runName(event))?.end(at)
          inside.delete(runName(event))
          span.end(at)
          open.delete(runName(event))
          break
        }
        default:
          insideOf(event)?.lived(event)
      }
    },
    asked(request) {
      const { method } = request
      const parent = propagation.extract(context.active(), request, carrier)
      const attributes = { 'http.request.method': method, ...addressOf(request) }
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent)
      return ({ route, status, code }) => {
        span.updateName(`${method} ${route}`)
        span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
        if (code !== undefined) span.setAttribute('error.type', code)
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      }
    },
  }
}
