/**
 * One run's path, read off the records of its thread's log: accepted, claimed, what the agent said when, how it ended. Pure.
 * Does not know: where the records come from, how the result is shown.
 *
 * Times are the store's, of commits, in milliseconds since the run's acceptance.
 */
import type { Envelope, Outcome, RunStatus, ThreadKey } from '@holdfast/core'

/** A point of the path. */
export interface Moment {
  /** ISO 8601 UTC. */
  readonly at: string
  readonly ms: number
  readonly seq: number
}

export interface Phase {
  readonly kind: 'text' | 'reasoning' | 'tool call' | 'step'
  /** Of the message or the tool call; the name of a step. */
  readonly id: string
  /** Of the tool. */
  readonly name?: string
  readonly from: Moment
  /** Absent while it is open. */
  readonly to?: Moment
  /** Of a tool call: when its result came. */
  readonly result?: Moment
  readonly records: number
  /** Of its records in the log, as UTF-8. */
  readonly bytes: number
}

export interface RunTrace extends ThreadKey {
  readonly runId: string
  readonly agentId: string
  readonly status: RunStatus
  readonly accepted: Moment
  /** The first is epoch 1; each later one took the run over from a worker that was lost. */
  readonly claims: readonly (Moment & { readonly epoch: number })[]
  /** The agent's first own event, after RUN_STARTED. */
  readonly firstEvent?: Moment & { readonly type: string }
  readonly phases: readonly Phase[]
  /** The provider or the agent was busy and was waited for. */
  readonly waits: readonly (Moment & { readonly reason: string; readonly attempt: number })[]
  readonly cancels: readonly (Moment & { readonly by: string })[]
  readonly records: number
  /** Of the run's records in the log, as UTF-8. */
  readonly bytes: number
  /** Records with the same time count as one commit, so two commits within a millisecond count as one. */
  readonly commits: number
  /** The longest time between two records, both after the claim. */
  readonly largestGap?: { readonly ms: number; readonly before: Moment & { readonly type: string } }
  readonly ended?: Moment & { readonly outcome: Outcome }
}

export interface TraceBuilder {
  /** In the order of the log; records of other runs are passed over. `bytes`: of the envelope's JSON. */
  add(envelope: Envelope, bytes: number): void
  /** Undefined: none of the records accepts the run. */
  done(): RunTrace | undefined
  /** Nothing more of the run can come. */
  readonly ended: boolean
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

const PHASES: Readonly<Record<string, Phase['kind']>> = {
  TEXT_MESSAGE: 'text',
  REASONING_MESSAGE: 'reasoning',
  TOOL_CALL: 'tool call',
  STEP: 'step',
}
const PHASE_EVENT = /^(TEXT_MESSAGE|REASONING_MESSAGE|TOOL_CALL|STEP)_([A-Z]+)$/
const OPENS = new Set(['START', 'STARTED'])
const CLOSES = new Set(['END', 'FINISHED'])

export function createTrace(key: ThreadKey, runId: string): TraceBuilder {
  let agentId = ''
  let status: RunStatus = 'queued'
  let accepted: Moment | undefined
  let ended: RunTrace['ended']
  let firstEvent: RunTrace['firstEvent']
  let largestGap: RunTrace['largestGap']
  let last: Moment | undefined
  let lastClaimed = false
  const claims: (Moment & { epoch: number })[] = []
  const waits: (Moment & { reason: string; attempt: number })[] = []
  const cancels: (Moment & { by: string })[] = []
  const phases: Mutable<Phase>[] = []
  const open = new Map<string, Mutable<Phase>>()
  let records = 0
  let bytes = 0
  let commits = 0

  function control(event: Extract<Envelope, { kind: 'control' }>['event'], here: Moment): void {
    switch (event.type) {
      case 'run.accepted':
        ;({ agentId, status } = event.run)
        break
      case 'run.status':
        status = event.status
        if (event.status === 'running') claims.push({ ...here, epoch: claims.length + 1 })
        break
      case 'run.cancel-requested':
        cancels.push({ ...here, by: event.by })
        break
      case 'run.ended':
        status = event.outcome.type
        ended = { ...here, outcome: event.outcome }
        break
      default:
        break
    }
  }

  function phase(event: Readonly<Record<string, unknown>>, here: Moment, size: number): void {
    const [, prefix = '', suffix = ''] = PHASE_EVENT.exec(String(event.type)) ?? []
    const kind = PHASES[prefix]
    if (!kind) return
    // The result of a tool call has a message of its own.
    const id = String(event.toolCallId ?? event.messageId ?? event.stepName ?? '')
    const name = `${prefix}/${id}`
    if (OPENS.has(suffix)) {
      const tool = kind === 'tool call' && { name: String(event.toolCallName) }
      const opened: Mutable<Phase> = { kind, id, ...tool, from: here, records: 0, bytes: 0 }
      phases.push(opened)
      open.set(name, opened)
    }
    if (suffix === 'RESULT') {
      const answered = phases.findLast((call) => call.kind === kind && call.id === id)
      if (answered) answered.result = here
    }
    const current = open.get(name)
    if (!current) return
    current.records++
    current.bytes += size
    if (!CLOSES.has(suffix)) return
    current.to = here
    open.delete(name)
  }

  function agent(event: Readonly<Record<string, unknown>>, here: Moment, size: number): void {
    const type = String(event.type)
    if (type !== 'RUN_STARTED') firstEvent ??= { ...here, type }
    if (type === 'CUSTOM' && event.name === 'holdfast.waiting') {
      const { reason, attempt } = (event.value ?? {}) as Readonly<Record<string, unknown>>
      waits.push({ ...here, reason: String(reason), attempt: Number(attempt) })
    }
    phase(event, here, size)
  }

  return {
    add(envelope, size) {
      const { roomId, threadId, seq, at, event } = envelope
      if (envelope.runId !== runId || roomId !== key.roomId || threadId !== key.threadId) return
      if (!accepted && event.type !== 'run.accepted') return
      accepted ??= { at, ms: 0, seq }
      const here = { at, ms: Date.parse(at) - Date.parse(accepted.at), seq }
      records++
      bytes += size
      if (last?.at !== at) commits++
      // Waiting for a claim is not a gap.
      if (last && lastClaimed && here.ms - last.ms > (largestGap?.ms ?? -1)) {
        largestGap = { ms: here.ms - last.ms, before: { ...here, type: event.type } }
      }
      if (envelope.kind === 'control') control(envelope.event, here)
      else agent(envelope.event as unknown as Readonly<Record<string, unknown>>, here, size)
      last = here
      lastClaimed = claims.length > 0
    },
    done() {
      if (!accepted) return undefined
      return {
        runId,
        roomId: key.roomId,
        threadId: key.threadId,
        agentId,
        status,
        accepted,
        claims,
        ...(firstEvent && { firstEvent }),
        phases,
        waits,
        cancels,
        records,
        bytes,
        commits,
        ...(largestGap && { largestGap }),
        ...(ended && { ended }),
      }
    },
    get ended() {
      return ended !== undefined
    },
  }
}
