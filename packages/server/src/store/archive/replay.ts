/**
 * Turns the lines of an archive into the writes that created the room, record by record. Everything that a store
 * derives from a log (rows, folds, search entries) is derived again, so only the log has to be right.
 *
 * Owns: what a valid file is. A file is untrusted: each line is validated before use, and the agent's events pass
 * through the same recorder as those of a live agent, so a log that no server could have written is refused. Does not
 * know: where lines come from, how writes are applied.
 *
 * Runs that had not ended: a queued run stays queued; a live run has lost its worker, and the next start of a server
 * ends it visibly. An import calls no agent, except later for the runs that were queued.
 */
import type { Message } from '@ag-ui/core'
import {
  createFold,
  createRecorder,
  DEFAULT_RECORDER_LIMITS,
  type Envelope,
  isEnded,
  jsonDepth,
  openRun,
  type Recorder,
  type RecorderLimits,
  type Run,
  reusedId,
  type ThreadFold,
  type ThreadKey,
  wordsOf,
} from '@holdfast/core'
import type { z } from 'zod'
import type { OwnEntry, PersonPut, PersonRoom, PersonThread, RoomRow, ThreadPut, Writes } from '../decide/facts.ts'
import { iso } from '../decide/to-run.ts'
import type { Principal } from '../principal.ts'
import type { CancelRequest, RunRecord } from '../run-record.ts'
import { isControlEvent } from './control.ts'
import { eventJsonOf, isEnvelopeOf } from './envelope-line.ts'
import {
  ArchiveError,
  createSum,
  EndLine,
  Header,
  type RunLine,
  RunLine as RunSchema,
  requestOf,
  ThreadLine,
} from './format.ts'

export type Step =
  | { readonly type: 'room'; readonly room: RoomRow; readonly records: number }
  | { readonly type: 'own'; readonly put: PersonPut }
  /** `at`: the time of the records. */
  | { readonly type: 'writes'; readonly writes: Writes; readonly at: number }

export interface ReplayOptions {
  /** The person who imports the file; the room goes to this person's tenant. */
  readonly principal: Principal
  /** Records with a later time are refused: the store's clock never runs backwards. */
  readonly latest: number
}

/** The depth that the routes accept, plus that of the envelope around it. */
const MAX_DEPTH = 64 + 4

/** Higher than the defaults, because the server that wrote the file may have had higher limits. */
const LIMITS: RecorderLimits = {
  ...DEFAULT_RECORDER_LIMITS,
  maxEvents: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxEventBytes: 64 * 1024 * 1024,
  maxSubagents: Number.POSITIVE_INFINITY,
  maxSubagentDepth: Number.POSITIVE_INFINITY,
}

/** @throws ArchiveError */
export function* replay(lines: Iterable<string>, { principal, latest }: ReplayOptions): Generator<Step> {
  const sum = createSum()
  const iterator = lines[Symbol.iterator]()
  let number = 0

  function refuse(sentence: string, cause?: unknown): ArchiveError {
    return new ArchiveError(number, sentence, { cause })
  }

  function next(): string {
    const { value, done } = iterator.next()
    number++
    if (done) throw refuse('the file ends here. Part of it is missing.')
    return value as string
  }

  function parse(line: string): unknown {
    if (jsonDepth(line) > MAX_DEPTH) throw refuse(`its JSON is nested deeper than ${MAX_DEPTH}.`)
    try {
      return JSON.parse(line)
    } catch (cause) {
      throw refuse('this is not JSON.', cause)
    }
  }

  function read<T>(
    schema: { safeParse(value: unknown): { success: boolean; data?: T; error?: Pick<z.ZodError, 'issues'> } },
    line: string,
    what: string,
  ): T {
    const { success, data, error } = schema.safeParse(parse(line))
    if (success && data !== undefined) return data
    const { path, message } = error?.issues[0] ?? { path: [], message: '' }
    const where = path.length > 0 ? ` Look at ${path.map(String).join('.')}: ${message}.` : ''
    throw refuse(`this is not a valid ${what} of a Holdfast export.${where}`)
  }

  const header = read<Header>(Header, next(), 'first line')
  const { roomId } = header.room
  const { persons: people = [], ...described } = header.room
  const room = { ...withoutAbsent(described), tenantId: principal.tenantId } as RoomRow
  yield { type: 'room', room, records: header.records }
  for (const { personId, ...own } of people) {
    const person = { tenantId: principal.tenantId, personId }
    yield { type: 'own', put: { person, put: { type: 'room', roomId, own: withoutAbsent(own) as PersonRoom } } }
  }

  const threads = new Set<string>()
  let records = 0
  for (let left = header.threads; left > 0; left--) {
    yield* thread()
  }

  function* thread(): Generator<Step> {
    const line = next()
    sum.add(line)
    const {
      type: _,
      threadId,
      runs: runCount,
      records: recordCount,
      firstSeq,
      mutedUntil,
      persons = mutedUntil === undefined ? [] : [{ personId: principal.personId, mutedUntil }],
      completedSeq = 0,
      ...row
    } = read<ThreadLine>(ThreadLine, line, 'thread')
    if (threads.has(threadId)) throw refuse(`the thread ${threadId} appears twice.`)
    threads.add(threadId)
    if (firstSeq !== undefined) {
      const sentence = `the log of the thread ${threadId} begins at position ${firstSeq}, because retention trimmed it. Such a thread cannot be imported: copy the data directory instead.`
      throw refuse(sentence)
    }
    if (row.deleted && runCount + recordCount > 0) throw refuse('a deleted thread must have no runs and no records.')
    if (latest < Math.max(row.updatedAt, row.createdAt)) throw refuse('its time is in the future.')
    const positions = [completedSeq, ...persons.flatMap(({ readSeq = 0, markedUnread = 0 }) => [readSeq, markedUnread])]
    if (positions.some((at) => at > recordCount)) throw refuse('it names a position beyond the end of its log.')
    const key: ThreadKey = { roomId, threadId }
    const put = { archived: false, ...withoutAbsent(row), ...key } as ThreadPut
    yield {
      type: 'writes',
      at: row.createdAt,
      writes: { key, thread: put, log: [], ...(!row.deleted && { titled: true as const }), notices: [] },
    }

    for (const { personId, ...own } of persons) {
      const put = withoutAbsent(own) as PersonThread
      const entry: OwnEntry | undefined =
        put.mutedUntil === undefined ? undefined : { type: 'ThreadChanged', mutedUntil: iso(put.mutedUntil) }
      const told = { personId, put, ...(entry && { entry }) }
      yield { type: 'writes', at: row.createdAt, writes: { key, log: [], own: told, notices: [] } }
    }

    const runs = new Map<string, RunLine>()
    for (let n = 0; n < runCount; n++) {
      const text = next()
      sum.add(text)
      const run = read<RunLine>(RunSchema, text, 'run')
      if (runs.has(run.runId) || run.request.runId !== run.runId)
        throw refuse('its run appears twice, or its request is of another run.')
      runs.set(run.runId, run)
    }
    const log = createThreadReplay({ key, runs, principal, refuse })
    for (let seq = 1; seq <= recordCount; seq++) {
      const text = next()
      sum.add(text)
      const envelope = parse(text) as Envelope
      if (!isEnvelopeOf(envelope, key, seq)) throw refuse(`this is not record ${seq} of the thread ${threadId}.`)
      const at = Date.parse(envelope.at)
      if (!(at <= latest)) throw refuse('its time is in the future.')
      const json = eventJsonOf(envelope, text)
      if (json === undefined) throw refuse('no server writes a record in this form.')
      yield { type: 'writes', at, writes: log.take(envelope, json, at) }
    }
    log.close()
    records += recordCount
    // Puts the row once more, because its status and its next run depend on the log.
    if (recordCount > 0) {
      yield { type: 'writes', at: row.updatedAt, writes: { key, thread: put, completedSeq, log: [], notices: [] } }
    }
  }

  const end = read<{ lines: number; sha256: string }>(EndLine, next(), 'last line')
  const expected = sum.end()
  if (end.lines !== expected.lines || end.sha256 !== expected.sha256 || records !== header.records) {
    throw refuse('the file was changed since it was exported, or part of it is missing.')
  }
  if (!iterator.next().done) {
    number++
    throw refuse('nothing may follow the last line.')
  }
}

interface ThreadReplayOptions {
  readonly key: ThreadKey
  readonly runs: ReadonlyMap<string, RunLine>
  readonly principal: Principal
  readonly refuse: (sentence: string, cause?: unknown) => ArchiveError
}

/** Replays one thread's log: what each record writes besides itself. */
function createThreadReplay({ key, runs, principal, refuse }: ThreadReplayOptions) {
  const fold = createFold(key)
  const recorders = new Map<string, Recorder>()
  const cancels = new Map<string, CancelRequest>()
  const stopped = new Map<string, readonly string[]>()
  const accepted = new Set<string>()
  let last = 0

  function checkAgui(envelope: Extract<Envelope, { kind: 'agui' }>, json: string): void {
    const { runId } = envelope
    const recorder = recorders.get(runId)
    if (!recorder) throw refuse(`the run ${runId} has an event before it was accepted or after it ended.`)
    // A copy: the recorder may rename ids in it.
    const verdict = recorder.record(JSON.parse(json))
    recorder.take()
    if (verdict.type === 'refused')
      throw refuse(`this event of the run ${runId} is not allowed here: ${verdict.failure.message}`)
  }

  function takeControl({ runId, event }: Extract<Envelope, { kind: 'control' }>): void {
    if (!isControlEvent(event)) throw refuse('this version does not know this kind of record.')
    if (runId === undefined) {
      if (event.type.startsWith('run.') || event.type === 'subagent.cancel-requested') {
        throw refuse('a record about a run must name the run.')
      }
      return
    }
    if (event.type === 'run.accepted') {
      if (!runs.has(runId) || accepted.has(runId) || event.run.runId !== runId) {
        throw refuse(`the run ${runId} is accepted twice or is not in the list of runs.`)
      }
      accepted.add(runId)
      recorders.set(runId, createRecorder({ input: { threadId: key.threadId, runId, messages: [] }, limits: LIMITS }))
    } else if (!recorders.has(runId)) throw refuse(`the run ${runId} has not been accepted yet or has ended.`)
    if (event.type === 'run.cancel-requested') {
      cancels.set(runId, { by: event.by, ...(event.reason !== undefined && { reason: event.reason }) })
    }
    if (event.type === 'subagent.cancel-requested') {
      stopped.set(runId, [...(stopped.get(runId) ?? []), event.subagentRunId])
    }
    if (event.type === 'run.ended') recorders.delete(runId)
  }

  function recordOf(run: Run): RunRecord {
    const line = runs.get(run.runId)
    if (!line) throw refuse(`the run ${run.runId} is not in the list of runs.`)
    const { runId, parentId, retryOf, continues } = run
    const resumed = run.status === 'queued' ? undefined : run.resumed
    const common = {
      ...key,
      runId,
      owner: { tenantId: principal.tenantId, personId: line.ownerId },
      request: requestOf(line),
      ...(parentId !== undefined && { parentId }),
      ...(retryOf !== undefined && { retryOf }),
      ...(continues !== undefined && { continues }),
      acceptedAt: Date.parse(run.acceptedAt),
      ...(resumed !== undefined && { resumed }),
    }
    if (isEnded(run)) {
      return {
        ...common,
        status: run.status,
        outcome: run.outcome,
        ...(run.startedAt !== undefined && { startedAt: Date.parse(run.startedAt) }),
        endedAt: Date.parse(run.endedAt),
        ...(run.usage !== undefined && { usage: run.usage }),
      }
    }
    if (run.status === 'queued') {
      return { ...common, ...(line.afterCrash && { afterCrash: line.afterCrash }), status: 'queued' }
    }
    // No worker holds this lease, and it has expired.
    const startedAt = Date.parse(run.startedAt ?? run.acceptedAt)
    const stoppedChildren = stopped.get(run.runId)
    const lease = {
      workerId: 'import',
      epoch: 1,
      leaseUntil: 0,
      startedAt,
      ...(stoppedChildren && { stoppedChildren }),
    }
    if (run.status === 'running') return { ...common, ...lease, status: 'running' }
    return { ...common, ...lease, status: 'cancelling', cancel: cancels.get(run.runId) ?? { by: line.ownerId } }
  }

  return {
    take(envelope: Envelope, json: string, at: number): Writes {
      if (at < last) throw refuse('its time is before that of the previous record.')
      last = at
      const { runId, kind } = envelope
      const isStart = kind === 'agui' && envelope.event.type === 'RUN_STARTED'
      const questions = envelope.event.type === 'interrupts.resolved' ? openRun(fold.view()) : undefined
      const reused = isStart ? reusedId({ ...fold.view(), queue: [] }, messagesOf(envelope)) : undefined
      if (reused !== undefined) throw refuse(`the thread already has a message ${reused} with other content.`)
      try {
        if (kind === 'agui') checkAgui(envelope, json)
        else takeControl(envelope)
        foldOne(fold, envelope)
      } catch (error) {
        throw error instanceof ArchiveError ? error : refuse('it contradicts the previous records.', error)
      }
      const changes = runId !== undefined && (kind === 'control' || isStart)
      const run = changes ? fold.view().runs.find((known) => known.runId === runId) : undefined
      const said = isStart ? wordsOf(messagesOf(envelope)) : ''
      return {
        key,
        log: [{ kind, ...(runId !== undefined && { runId }), json }],
        ...(run && (kind === 'agui' || RUN_CHANGES.has(envelope.event.type)) && { run: recordOf(run) }),
        ...(said !== '' && { said }),
        ...resolvedIn(questions && fold.view().runs.find(({ runId }) => runId === questions.runId)),
        notices: [],
      }
    },
    close(): void {
      if (accepted.size !== runs.size) throw refuse(`the log of ${key.threadId} does not contain every listed run.`)
    },
  }
}

/** The messages of a RUN_STARTED. */
function messagesOf({ event }: Envelope): readonly Message[] {
  return event.type === 'RUN_STARTED' ? (event.input?.messages ?? []) : []
}

/** How the questions of this run were resolved, if they are. */
function resolvedIn(run: Run | undefined): Pick<Writes, 'resolved'> {
  if (!run || !('resolved' in run) || run.resolved === undefined) return {}
  return { resolved: { runId: run.runId, how: run.resolved } }
}

const RUN_CHANGES = new Set([
  'run.accepted',
  'run.status',
  'run.cancel-requested',
  'run.ended',
  'subagent.cancel-requested',
])

function foldOne(fold: ThreadFold, envelope: Envelope): void {
  if (fold.apply(envelope) !== 'accepted') throw new Error('out of order')
}

function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T
}
