/** Builds logs for tests: envelopes of one thread, numbered from 1, one second apart. */
import type { Event, Message } from '@ag-ui/core'
import type { ThreadKey } from '../key/thread-key.ts'
import type { Outcome } from '../lifecycle/outcome.ts'
import type { Run } from '../lifecycle/run.ts'
import type { ControlEvent, Envelope } from '../log/envelope.ts'

export const TEST_KEY: ThreadKey = { roomId: 'room', threadId: 'thread' }
const EPOCH = Date.UTC(2026, 0, 1)

/** An event in its JSON shape: `type` is the plain string. */
export type EventJson = { readonly type: `${Event['type']}` } & Readonly<Record<string, unknown>>

export interface LogBuilder {
  readonly envelopes: readonly Envelope[]
  agui(runId: string, event: EventJson): void
  control(event: ControlEvent, runId?: string): void
  accept(
    runId: string,
    messages?: readonly Message[],
    run?: Partial<Pick<Run, 'retryOf' | 'continues' | 'parentId'>>,
  ): void
  /** `run.status` and RUN_STARTED. `parentId` undefined: the event has none. */
  start(runId: string, messages?: readonly Message[], parentId?: string | null): void
  /** The terminal event and `run.ended`. */
  end(runId: string, outcome: Outcome, usage?: readonly unknown[]): void
}

export function createLogBuilder(key: ThreadKey = TEST_KEY): LogBuilder {
  const envelopes: Envelope[] = []

  function push(kind: Envelope['kind'], runId: string | undefined, event: unknown): void {
    const seq = envelopes.length + 1
    const at = new Date(EPOCH + seq * 1000).toISOString()
    envelopes.push({ v: 1, ...key, ...(runId !== undefined && { runId }), seq, at, kind, event } as Envelope)
  }

  const builder: LogBuilder = {
    envelopes,
    agui: (runId, event) => push('agui', runId, event),
    control: (event, runId) => push('control', runId, event),
    accept(runId, messages = [], more = {}) {
      const acceptedAt = new Date(EPOCH + envelopes.length * 1000).toISOString()
      const run: Run = { ...more, runId, agentId: 'demo', status: 'queued', acceptedAt }
      builder.control({ type: 'run.accepted', run, messages }, runId)
    },
    start(runId, messages = [], parentId) {
      builder.control({ type: 'run.status', status: 'running' }, runId)
      builder.agui(runId, {
        type: 'RUN_STARTED',
        threadId: key.threadId,
        runId,
        input: { threadId: key.threadId, runId, messages, tools: [], context: [] },
        ...(parentId !== undefined && { metadata: { holdfast: { parentId } } }),
      })
    },
    end(runId, outcome, usage) {
      builder.agui(runId, terminalEvent(key, runId, outcome, usage))
      builder.control({ type: 'run.ended', outcome }, runId)
    },
  }
  return builder
}

function terminalEvent(key: ThreadKey, runId: string, outcome: Outcome, usage?: readonly unknown[]): EventJson {
  const spent = usage === undefined ? {} : { usage }
  if (outcome.type === 'failed') return { type: 'RUN_ERROR', message: outcome.message, code: outcome.code, ...spent }
  const said =
    outcome.type === 'succeeded'
      ? { type: 'success' }
      : outcome.type === 'interrupted'
        ? { type: 'interrupt', interrupts: outcome.interrupts }
        : { type: 'cancelled' }
  return { type: 'RUN_FINISHED', threadId: key.threadId, runId, outcome: said, ...spent }
}
