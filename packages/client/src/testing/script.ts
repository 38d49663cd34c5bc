/**
 * The log of one thread of the scripted transport, and what can be read off it.
 *
 * Owns: the shape of it. Does not know: other threads, who reads.
 */
import { createFold, type Run, type StartBody, type ThreadInfo, type ThreadView, threadStatus } from '@holdfast/core'
import type { LogBuilder } from '@holdfast/core/testing'
import { TransportError } from '../transport/error.ts'
import type { EventPageQuery } from '../transport/verbs.ts'
import type { ScriptedLog } from './scripted-feed.ts'
import { problem } from './scripted-requests.ts'

export interface Script extends ScriptedLog {
  readonly builder: LogBuilder
  readonly speaking: Set<string>
  /** Which run replaces which, by the run that is superseded. */
  readonly makingRoom: Map<string, string>
  /** The parent that a queued run was started with. */
  readonly parents: Map<string, StartBody['parentId']>
  /** How much of it the inbox has noted. */
  noted: number
  title: string
  archived: boolean
}

/** A page of a log, unless the request says otherwise. */
const PAGE = 1_000

export function isRunning({ status }: Run): boolean {
  return status === 'running' || status === 'cancelling'
}

export function view({ key, builder }: Script): ThreadView {
  const fold = createFold(key)
  for (const envelope of builder.envelopes) fold.apply(envelope)
  return fold.view()
}

export function runOf(script: Script, runId: string): Run | undefined {
  return view(script).runs.find((run) => run.runId === runId)
}

/** As a list of threads has it. */
export function line(script: Script): ThreadInfo {
  const folded = view(script)
  return {
    ...script.key,
    title: script.title,
    status: threadStatus(folded),
    unread: false,
    readSeq: 0,
    completedSeq: 0,
    archived: script.archived,
    lastSeq: folded.seq,
    updatedAt: script.builder.envelopes.at(-1)?.at ?? '2026-01-01T00:00:00.000Z',
  }
}

/** As the server cuts them out of the thread's log: a page is so many of its records. */
export function events({ builder: { envelopes } }: Script, runId: string, { after = 0, limit = PAGE }: EventPageQuery) {
  const own = envelopes.filter((each) => each.runId === runId)
  const [first] = own
  if (!first) throw new TransportError(problem('not_found'))
  const ended = own.find(({ event }) => event.type === 'run.ended')
  // The record before the run's end is its last event.
  const last = ended ? ended.seq - 1 : Number.POSITIVE_INFINITY
  const from = Math.max(after, first.seq - 1)
  const page = envelopes.slice(from, Math.min(from + limit, last))
  const next = page.at(-1)?.seq ?? from
  return {
    events: page.flatMap((each) => (each.kind === 'agui' && each.runId === runId ? [each.event] : [])),
    next,
    upToDate: next >= Math.min(last, envelopes.length),
  }
}
