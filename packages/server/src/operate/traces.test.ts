import type { Span, SpanContext, SpanOptions, Tracer } from '@opentelemetry/api'
import { INVALID_SPAN_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { describe, expect, it, vi } from 'vitest'
import type { LifecycleEvent } from './lifecycle.ts'
import { createTraces } from './traces.ts'
import { type Sdk, startTracing } from './tracing.ts'

/** A tracer that records its spans, with or without an SDK. */
function createKeepingTracer(
  spanContext: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
) {
  const spans: { name: string; options: SpanOptions; attributes: object; events: string[]; ended: unknown[] }[] = []
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const kept = {
      name,
      options,
      attributes: { ...options.attributes },
      events: [] as string[],
      ended: [] as unknown[],
    }
    spans.push(kept)
    const span = {
      spanContext: () => spanContext,
      setAttribute: (key: string, value: unknown) => void Object.assign(kept.attributes, { [key]: value }),
      setAttributes: (more: object) => void Object.assign(kept.attributes, more),
      addEvent: (event: string) => void kept.events.push(event),
      setStatus: (status: object) => void Object.assign(kept.attributes, { status }),
      updateName: (to: string) => {
        kept.name = to
      },
      end: (at?: unknown) => void kept.ended.push(at),
    }
    return span as unknown as Span
  }
  return { spans, tracer: { startSpan } as unknown as Tracer }
}

const at = (second: number) => new Date(second * 1000).toISOString()
const place = { tenantId: 'acme', roomId: 'r', threadId: 't', runId: 'x', seq: 1 }

describe('a run’s span', () => {
  it('lasts from its acceptance to its end, with its address, agent and outcome', () => {
    const { spans, tracer } = createKeepingTracer()
    const { lived } = createTraces(tracer)
    const known = { agentId: 'demo', acceptedAt: at(1) }
    const events: LifecycleEvent[] = [
      { type: 'run_accepted', ...place, at: at(1), agentId: 'demo', retryOf: 'w' },
      { type: 'run_started', ...place, at: at(2), ...known },
      { type: 'run_cancel_requested', ...place, at: at(3), by: 'me' },
      { type: 'run_ended', ...place, at: at(4), outcome: 'cancelled', ...known, startedAt: at(2) },
    ]
    for (const event of events) lived(event)
    expect(spans).toEqual([
      {
        name: 'invoke_agent demo',
        options: expect.objectContaining({ kind: SpanKind.INTERNAL, root: true, startTime: new Date(at(1)) }),
        attributes: {
          'holdfast.room.id': 'r',
          'holdfast.thread.id': 't',
          'holdfast.run.id': 'x',
          'holdfast.agent.id': 'demo',
          'gen_ai.agent.id': 'demo',
          'gen_ai.agent.name': 'demo',
          'gen_ai.conversation.id': 't',
          'gen_ai.operation.name': 'invoke_agent',
          'holdfast.run.retry_of': 'w',
          'holdfast.run.outcome': 'cancelled',
        },
        events: ['run_started', 'run_cancel_requested'],
        ended: [new Date(at(4))],
      },
    ])
  })

  it('is not kept without an SDK; one that is registered later gets the spans of live runs', () => {
    const { spans, tracer } = createKeepingTracer(INVALID_SPAN_CONTEXT)
    const { lived } = createTraces(tracer)
    const known = { agentId: 'demo', acceptedAt: at(1) }
    lived({ type: 'run_accepted', ...place, at: at(1), agentId: 'demo' })
    lived({ type: 'run_started', ...place, at: at(2), ...known })
    expect(spans.map(({ options }) => options.startTime)).toEqual([new Date(at(1)), new Date(at(1))])
  })

  it('is an error with its code if the run failed, even if an earlier process started it', () => {
    const { spans, tracer } = createKeepingTracer()
    createTraces(tracer).lived({ type: 'run_ended', ...place, at: at(4), outcome: 'failed', code: 'worker_lost' })
    expect(spans[0]?.ended).toEqual([new Date(at(4))])
    expect(spans[0]?.attributes).toMatchObject({
      'error.type': 'worker_lost',
      status: { code: SpanStatusCode.ERROR, message: 'worker_lost' },
    })
  })
})

describe('what happens in a run', () => {
  const of = (second: number) => ({ ...place, at: at(second) })
  const child = { subagentRunId: 's', jobId: 'job-1' }

  it('is spans within its own: sub-agents, tool calls and model calls, by the conventions for generative AI', () => {
    const { spans, tracer } = createKeepingTracer()
    const { lived } = createTraces(tracer)
    const events: LifecycleEvent[] = [
      { type: 'run_accepted', ...of(1), agentId: 'model' },
      { type: 'model_start', ...of(2), step: 'model call 1' },
      { type: 'model_end', ...of(3), step: 'model call 1' },
      { type: 'tool_start', ...of(3), toolCallId: 'c', tool: 'run_sub_agent' },
      { type: 'subagent_start', ...of(4), ...child, toolCallId: 'c', name: 'researcher' },
      { type: 'tool_start', ...of(5), ...child, toolCallId: 'd', tool: 'look_up' },
      { type: 'tool_progress', ...of(6), ...child, toolCallId: 'd', tool: 'look_up' },
      { type: 'tool_end', ...of(7), ...child, toolCallId: 'd', tool: 'look_up', outcome: 'failed' },
      { type: 'subagent_end', ...of(8), ...child, outcome: 'cancelled', code: 'cancelled', steps: 1 },
      { type: 'run_ended', ...of(9), outcome: 'cancelled', agentId: 'model' },
    ]
    for (const event of events) lived(event)
    const [run, chat, call, sub, own] = spans
    expect(spans.map(({ name }) => name)).toEqual([
      'invoke_agent model',
      'chat',
      'execute_tool run_sub_agent',
      'invoke_agent researcher',
      'execute_tool look_up',
    ])
    expect(run?.ended).toEqual([new Date(at(9))])
    expect(chat?.attributes).toMatchObject({ 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 't' })
    expect(call?.attributes).toMatchObject({ 'gen_ai.tool.call.id': 'c', 'gen_ai.tool.name': 'run_sub_agent' })
    expect(call?.ended).toEqual([new Date(at(9))])
    expect(sub?.attributes).toMatchObject({ 'gen_ai.agent.name': 'researcher', 'holdfast.subagent.job.id': 'job-1' })
    expect(own?.attributes).toMatchObject({ 'holdfast.subagent.run.id': 's', 'error.type': 'tool_error' })
    expect(own?.events).toEqual(['tool_progress'])
    for (const span of spans) expect(span.ended).toHaveLength(1)
  })

  it('is not traced without an SDK', () => {
    const { spans, tracer } = createKeepingTracer(INVALID_SPAN_CONTEXT)
    const { lived } = createTraces(tracer)
    lived({ type: 'run_accepted', ...of(1), agentId: 'model' })
    lived({ type: 'tool_start', ...of(2), toolCallId: 'c', tool: 'f' })
    expect(spans).toHaveLength(1)
  })
})

describe('a request’s span', () => {
  it('is named by its route, and an error only when the server is to blame', () => {
    const { spans, tracer } = createKeepingTracer()
    const { asked } = createTraces(tracer)
    const request = { method: 'POST', roomId: 'r', header: () => undefined }
    asked(request)({ method: 'POST', route: '/v1/rooms/:roomId', status: 409, code: 'run_active', ms: 1 })
    asked(request)({ method: 'POST', route: '/v1/rooms/:roomId', status: 503, code: 'storage_busy', ms: 1 })
    expect(spans.map(({ name, ended }) => [name, ended.length])).toEqual([
      ['POST /v1/rooms/:roomId', 1],
      ['POST /v1/rooms/:roomId', 1],
    ])
    expect(spans[0]?.attributes).toEqual({
      'http.request.method': 'POST',
      'holdfast.room.id': 'r',
      'http.route': '/v1/rooms/:roomId',
      'http.response.status_code': 409,
      'error.type': 'run_active',
    })
    expect(spans[1]?.attributes).toHaveProperty('status')
  })
})

describe('the SDK', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }
  const sdk = (shutdown = async () => {}) => {
    const start = vi.fn()
    const NodeSDK = class {
      start = start
      shutdown = shutdown
    }
    return { start, load: async (): Promise<Sdk> => ({ NodeSDK }) }
  }

  it('is loaded only if traces are requested', async () => {
    const load = vi.fn()
    expect(await startTracing({ env: {}, say: load, load })).toBeUndefined()
    expect(await startTracing({ env: { ...env, OTEL_SDK_DISABLED: 'true' }, say: load, load })).toBeUndefined()
    expect(load).not.toHaveBeenCalled()
  })

  it('logs one sentence that says what to install if it is missing', async () => {
    const say = vi.fn()
    expect(await startTracing({ env, say })).toBeUndefined()
    expect(say.mock.calls).toEqual([[expect.stringContaining('npm install @opentelemetry/sdk-node')]])
  })

  it('is started, and closed without holding up the process', async () => {
    const say = vi.fn()
    const { start, load } = sdk(() => new Promise(() => {}))
    const tracing = await startTracing({ env, say, load, closeMs: 1 })
    expect(start).toHaveBeenCalledOnce()
    await tracing?.close()
    expect(say).toHaveBeenCalledOnce()
  })

  it('that fails to start does no harm', async () => {
    const say = vi.fn()
    const { start, load } = sdk()
    start.mockImplementation(() => {
      throw new Error('no')
    })
    expect(await startTracing({ env, say, load })).toBeUndefined()
    expect(say).toHaveBeenCalledOnce()
  })
})
