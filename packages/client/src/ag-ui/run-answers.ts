/** What a page without a server answers about runs and queues: start, stop, change, list. */
import {
  type CancelRequested,
  type CancelTooLate,
  isEnded,
  type Run,
  type StartBody,
  sameJson,
  type ThreadKey,
  type ThreadView,
} from '@holdfast/core'
import type { Answers } from './answers.ts'
import { commit } from './commit.ts'
import { currentRun, envelopesIn, roomOf, type ThreadFacts } from './facts.ts'
import { changeQueue, editQueued, queueInfo } from './line.ts'
import { runPage } from './lists.ts'
import type { RunRow, Writing } from './port.ts'
import { refusal } from './refusal.ts'
import { accept } from './start.ts'
import { requestOf, stopRun, withdrawQuestions } from './stop.ts'
import { read, type World, write } from './world.ts'

/** Cancels of runs that do not exist yet, kept at most. */
const MAX_CANCELS = 1_000
/** After so long, in milliseconds, a remembered cancel makes room for another. */
const CANCEL_MEMORY_MS = 60_000
/** Records of a page of a run's events. */
const EVENT_PAGE = 1_000

type RunAnswers = Pick<
  Answers,
  'start' | 'cancelRun' | 'cancelThread' | 'changeRun' | 'changeQueue' | 'runs' | 'runEvents'
>

export function createRunAnswers(world: World): Required<RunAnswers> {
  const { facts } = world

  return {
    async start(key, body) {
      const agents = await world.agents()
      const run = await write(world, key, async (at, now) => {
        const { row, view } = await facts.thread(at, key)
        const held = await at.get('runs', [key.roomId, key.threadId, body.runId])
        if (held) return again(held, body)
        const room = await roomOf(at, key.roomId)
        const agentId = body.agentId ?? row?.agentId ?? room.agentId ?? agents[0]?.agentId ?? ''
        if (!agents.some((agent) => agent.agentId === agentId)) throw refusal('unknown_agent')
        const cancel = await at.get('cancels', [key.roomId, key.threadId, body.runId])
        const current = body.onBusy === 'supersede' ? await currentRun(at, { key, row, view }) : undefined
        const asked = { now, threadId: key.threadId, row, view, cancel, current }
        const started = accept(asked, { ...body, agentId })
        await commit(at, now, { key, row, view }, { ...started, request: { ...body, agentId } })
        if (cancel) at.remove('cancels', [key.roomId, key.threadId, body.runId])
        return (await at.get('runs', [key.roomId, key.threadId, body.runId]))?.run ?? started.run
      })
      world.wake(key)
      return { run }
    },
    cancelRun: (key, runId, reason) =>
      stopping(key, async (at, now) => {
        const { row, view } = await facts.thread(at, key)
        const held = await at.get('runs', [key.roomId, key.threadId, runId])
        if (!held) return remember(at, now, key, runId, reason)
        return stop(at, now, { key, row, view }, held, reason)
      }),
    cancelThread: (key, reason) =>
      stopping(key, async (at, now) => {
        const known = await facts.existing(at, key)
        const held = await currentRun(at, known)
        if (held && isCurrent(known.view, held)) return stop(at, now, known, held, reason)
        const { records, run } = withdrawQuestions(known.view)
        if (records.length === 0) return { alreadyTerminal: true, status: null }
        await commit(at, now, known, { records })
        return run ? { run } : {}
      }),
    changeRun: (key, runId, { messages }) =>
      write(world, key, async (at, now) => {
        const known = await facts.existing(at, key)
        const held = await at.get('runs', [key.roomId, key.threadId, runId])
        if (!held) throw refusal('not_found')
        if (held.run.status !== 'queued') throw refusal('not_queued', { runId })
        await commit(at, now, known, editQueued(known.view, runId, messages))
        return (await at.get('runs', [key.roomId, key.threadId, runId]))?.run ?? held.run
      }),
    async changeQueue(key, change) {
      const queue = await write(world, key, async (at, now) => {
        const known = await facts.existing(at, key)
        const changed = changeQueue(known.view, await currentRun(at, known), change)
        const row = changed.records.length > 0 ? await commit(at, now, known, changed) : known.row
        return { row, before: known.view }
      })
      world.wake(key)
      return read(world, async (at) => queueInfo(await facts.view(at, queue.row)))
    },
    runs: (query = {}) => read(world, async (at) => runPage(await at.list('runs', []), query)),
    runEvents: (key, runId, { after = 0, limit = EVENT_PAGE } = {}) =>
      read(world, async (at) => {
        const { row } = await facts.existing(at, key)
        const held = await at.get('runs', [key.roomId, key.threadId, runId])
        if (!held) throw refusal('not_found')
        // The record before the run's end is its last event.
        const last = held.endSeq === undefined ? Number.POSITIVE_INFINITY : held.endSeq - 1
        const from = Math.max(after, held.firstSeq - 1)
        const rows = await at.list('log', [key.roomId, key.threadId], { after: from, limit })
        const page = envelopesIn(rows).filter(({ seq }) => seq <= last)
        const next = page.at(-1)?.seq ?? from
        const events = page.flatMap((each) => (each.kind === 'agui' && each.runId === runId ? [each.event] : []))
        return { events, next, upToDate: next >= Math.min(last, row.lastSeq) }
      }),
  }

  async function stopping(
    key: ThreadKey,
    body: (at: Writing, now: number) => Promise<CancelRequested | CancelTooLate>,
  ): Promise<CancelRequested | CancelTooLate> {
    const answer = await write(world, key, body)
    world.wake(key)
    return answer
  }
}

/** A retried start. */
function again({ run, request }: RunRow, body: StartBody): Run {
  const { agentId } = request
  if (
    !sameJson(
      JSON.parse(JSON.stringify(request)),
      JSON.parse(JSON.stringify({ ...body, agentId: body.agentId ?? agentId })),
    )
  )
    throw refusal('run_id_reused')
  return run
}

/** A queued run counts only if it is the next to start. */
function isCurrent({ queue, queuePaused }: ThreadView, { runId, run }: RunRow): boolean {
  const [next] = queue
  return run.status !== 'queued' || (next?.run.runId === runId && (!queuePaused || next.first === true))
}

async function stop(
  at: Writing,
  now: number,
  known: ThreadFacts,
  held: RunRow,
  reason: string | undefined,
): Promise<CancelRequested | CancelTooLate> {
  const { runId, run } = held
  if (isEnded(run)) return { alreadyTerminal: true, status: run.status }
  const { records, stop: asked } = stopRun(known.view, held, reason)
  if (records.length > 0) {
    await commit(at, now, known, { records, ...(asked && { stopped: { runId, stop: asked } }) })
    // Of a run that had to make room before, the log does not change its status.
    const after = await at.get('runs', [held.roomId, held.threadId, runId])
    if (after && asked) at.put('runs', { ...after, stop: asked })
    return { run: after?.run ?? run }
  }
  return { run }
}

async function remember(
  at: Writing,
  now: number,
  { roomId, threadId }: ThreadKey,
  runId: string,
  reason: string | undefined,
): Promise<CancelRequested> {
  const known = await at.list('cancels', [])
  const others = known.filter((each) => each.runId !== runId)
  if (others.length >= MAX_CANCELS) {
    const old = others.filter((each) => each.at < now - CANCEL_MEMORY_MS)
    if (old.length === 0) throw refusal('too_many_cancels')
    for (const each of old) at.remove('cancels', [each.roomId, each.threadId, each.runId])
  }
  at.put('cancels', { roomId, threadId, runId, ...requestOf(reason), at: now })
  return {}
}
