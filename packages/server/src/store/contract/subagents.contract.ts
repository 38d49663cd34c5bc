/** Contract: sub-agents and their steps are durable, one of them can be stopped alone, and old steps are pruned. */
import type { Event } from '@ag-ui/core'
import type { Subagent, ThreadKey } from '@holdfast/core'
import { expect, it } from 'vitest'
import type { Lease } from '../port.ts'
import { expectSound } from './invariants.ts'
import { enqueue } from './line.ts'
import {
  ALICE,
  ALICES_THREAD,
  asking,
  BOB,
  EVE,
  ending,
  type InWorld,
  json,
  LEASE_MS,
  OTHER_ROOM,
  SUCCEEDED,
  THREAD,
  type World,
} from './world.ts'

const OTHER: ThreadKey = { ...THREAD, threadId: 'thread-2' }
const ELSEWHERE: ThreadKey = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
const DAY = 24 * 60 * 60 * 1_000

/** A tool call that starts a sub-agent, and the first step of that. */
function begun(subagentRunId: string, toolCallId = `call-of-${subagentRunId}`): string[] {
  return json([
    { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'run_sub_agent' },
    { type: 'TOOL_CALL_END', toolCallId },
    {
      type: 'SUBAGENT_STARTED',
      subagentRunId,
      name: 'researcher',
      parentToolCallId: toolCallId,
      metadata: { holdfast: { jobId: `job-of-${subagentRunId}` } },
    },
    ...step(subagentRunId, 1),
  ] as Event[])
}

function step(subagentRunId: string, n: number): Event[] {
  const messageId = `${subagentRunId}-m${n}`
  return [
    { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant', subagentRunId },
    { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `step ${n}`, subagentRunId },
    { type: 'TEXT_MESSAGE_END', messageId, subagentRunId },
  ] as Event[]
}

const done = (subagentRunId: string) => ({ type: 'SUBAGENT_FINISHED', subagentRunId }) as Event
const stopped = (subagentRunId: string) =>
  ({ type: 'SUBAGENT_ERROR', subagentRunId, message: 'Stopped.', code: 'cancelled' }) as Event

async function childrenOf({ store }: World, key = THREAD, toolCallId?: string): Promise<readonly Subagent[]> {
  const answer = await store.subagents.list(ALICE, key, toolCallId)
  if (answer.type !== 'subagents') throw new Error(answer.type)
  return answer.subagents
}

/** A live run with these sub-agents. */
async function parent(world: World, runId: string, children: readonly string[], key = THREAD): Promise<Lease> {
  const { lease } = await world.running(runId, key)
  for (const child of children) await world.store.work.append(lease, begun(child))
  return lease
}

const textsOf = ({ steps }: Subagent) => steps.map(({ text }) => text)

export function subagentsContract(inWorld: InWorld): void {
  it(
    'S003-4 S003-6 steps and the job of a tool call are durable from their first event',
    inWorld(async (world) => {
      const lease = await parent(world, 'r-1', ['s-1', 's-2'])
      await world.reopen()
      expect(await childrenOf(world)).toMatchObject([
        { subagentRunId: 's-1', runId: 'r-1', parentToolCallId: 'call-of-s-1', jobId: 'job-of-s-1', status: 'running' },
        { subagentRunId: 's-2', jobId: 'job-of-s-2' },
      ])
      await world.store.work.append(lease, json(step('s-1', 2)))
      await world.reopen()
      const [child, ...others] = await childrenOf(world, THREAD, 'call-of-s-1')
      expect(others).toEqual([])
      expect(child && textsOf(child)).toEqual(['step 1', 'step 2'])
      expect(await childrenOf(world, THREAD, 'call-of-nobody')).toEqual([])
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S003-3 S003-9 S003-13 each thread has its own sub-agents, under the same ids too, and nobody sees those of another tenant',
    inWorld(async (world) => {
      const { store } = world
      const leases = [await parent(world, 'r-1', ['s-1']), await parent(world, 'r-1', ['s-1'], ELSEWHERE)]
      await store.work.append(leases[1] as Lease, json(step('s-1', 2)))
      expect((await childrenOf(world)).map(textsOf)).toEqual([['step 1']])
      expect((await childrenOf(world, ELSEWHERE)).map(textsOf)).toEqual([['step 1', 'step 2']])
      expect(await store.subagents.cancel(ALICE, ELSEWHERE, 's-1')).toMatchObject({ type: 'requested' })
      expect((await store.work.renew(leases, LEASE_MS)).map((state) => state)).toEqual([
        { type: 'running' },
        { type: 'running', stoppedChildren: ['s-1'] },
      ])
      expect(await store.subagents.list(EVE, THREAD)).toEqual({ type: 'not_found' })
      expect(await store.subagents.cancel(EVE, THREAD, 's-1')).toEqual({ type: 'not_found' })
      for (const key of [THREAD, ELSEWHERE]) await expectSound(world, key)
    }),
  )

  it(
    'S003-5 a sub-agent is stopped from any device while its run goes on; its worker is told at once, and with each answer',
    inWorld(async (world) => {
      const lease = await parent(world, 'r-1', ['s-1', 's-2'])
      await world.reopen()
      const { subagents, work } = world.store
      expect(await subagents.cancel(BOB, THREAD, 's-1')).toMatchObject({
        type: 'requested',
        subagent: { subagentRunId: 's-1', status: 'running', stopping: true },
      })
      expect(world.notices.at(-1)).toEqual({
        type: 'run.subagent-cancel',
        key: ALICES_THREAD,
        runId: 'r-1',
        subagentRunId: 's-1',
      })
      expect((await world.log()).at(-1)).toMatchObject({
        runId: 'r-1',
        event: { type: 'subagent.cancel-requested', subagentRunId: 's-1', by: 'bob' },
      })
      const before = await world.log()
      expect(await subagents.cancel(ALICE, THREAD, 's-1'), 'again').toMatchObject({ type: 'requested' })
      expect(await world.log()).toEqual(before)
      const told = { type: 'running', stoppedChildren: ['s-1'] }
      expect(await work.append(lease, [])).toEqual(told)
      expect(await work.append(lease, json([stopped('s-1')]))).toEqual(told)
      expect(await work.renew([lease], LEASE_MS)).toEqual([told])
      expect(await childrenOf(world)).toMatchObject([{ status: 'cancelled' }, { status: 'running' }])
      expect(await subagents.cancel(ALICE, THREAD, 's-1')).toEqual({ type: 'already_terminal', status: 'cancelled' })
      expect(await work.end(lease, ending(lease, SUCCEEDED, [stopped('s-2')]))).toEqual({ type: 'ended' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a stop of a sub-agent that was asked for before a crash is known to the worker that goes on',
    inWorld(async (world) => {
      await world.store.runs.start(ALICE, THREAD, asking('r-1'), 'resume')
      const [claim] = await world.store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      await world.store.work.append(claim?.lease as Lease, begun('s-1'))
      await world.store.work.append(claim?.lease as Lease, begun('s-2'))
      await world.store.subagents.cancel(ALICE, THREAD, 's-1')
      await world.store.work.settleOrphans('all')
      await world.reopen()
      expect(await world.store.subagents.cancel(ALICE, THREAD, 's-2'), 'nobody carries it out').toMatchObject({
        type: 'requested',
      })
      await world.reopen()
      const [again] = await world.store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      expect(again).toMatchObject({ resumed: { times: 1 } })
      expect(await world.store.work.append(again?.lease as Lease, [])).toEqual({
        type: 'running',
        stoppedChildren: ['s-1', 's-2'],
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S003-12 a sub-agent is done when it ends or its run does, and asking it to stop then changes nothing',
    inWorld(async (world) => {
      const { store } = world
      const lease = await parent(world, 'r-1', ['s-1', 's-2'])
      await store.work.append(lease, json([done('s-1')]))
      expect(await store.subagents.cancel(ALICE, THREAD, 's-1')).toEqual({
        type: 'already_terminal',
        status: 'succeeded',
      })
      await store.runs.cancelRun(ALICE, THREAD, 'r-1')
      const during = await world.log()
      expect(await store.subagents.cancel(ALICE, THREAD, 's-2'), 'its run is being stopped').toMatchObject({
        type: 'requested',
      })
      expect(await world.log()).toEqual(during)
      await store.work.settleOrphans('all')
      expect(await childrenOf(world)).toMatchObject([{ status: 'succeeded' }, { status: 'cancelled' }])
      const before = await world.log()
      expect(await store.subagents.cancel(ALICE, THREAD, 's-2')).toEqual({
        type: 'already_terminal',
        status: 'cancelled',
      })
      expect(await store.subagents.cancel(ALICE, THREAD, 'unknown')).toEqual({ type: 'not_found' })
      expect(await store.subagents.cancel(ALICE, OTHER, 's-1')).toEqual({ type: 'not_found' })
      expect(await world.log()).toEqual(before)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S003-C3 stopping a sub-agent of an old run never touches a newer run, even under the same id',
    inWorld(async (world) => {
      const { store } = world
      const old = await parent(world, 'r-1', ['s-1', 's-old'])
      await store.work.end(old, ending(old, SUCCEEDED, [done('s-1'), done('s-old')]))
      const lease = await parent(world, 'r-2', ['s-1'])
      expect(await store.subagents.cancel(ALICE, THREAD, 's-old')).toMatchObject({ type: 'already_terminal' })
      expect(await store.work.append(lease, [])).toEqual({ type: 'running' })
      expect(await store.subagents.cancel(ALICE, THREAD, 's-1')).toMatchObject({ subagent: { runId: 'r-2' } })
      expect(await store.work.append(old, json([stopped('s-1')])), 'a late word of the old run').toEqual({
        type: 'lost',
      })
      expect(await store.runs.get(ALICE, THREAD, 'r-2')).toMatchObject({ run: { status: 'running' } })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S003-14 steps are pruned to a summary a time after the end, not while the run goes on',
    inWorld(async (world) => {
      const first = await parent(world, 'r-1', ['s-1', 's-2'])
      await world.store.work.append(first, json([done('s-1')]))
      await enqueue(world, 'r-2')
      world.advance(8 * DAY)
      expect(await world.store.work.settleDue(), 'its run is live').toEqual({ expired: 0, pruned: 0 })
      await world.store.work.end(first, ending(first, SUCCEEDED, [done('s-2')]))
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 1 })
      expect((await world.log()).at(-1)?.event).toEqual({
        type: 'subagents.pruned',
        ofRun: 'r-1',
        subagentRunIds: ['s-1'],
      })
      const [summary, other] = await childrenOf(world)
      expect(summary).toMatchObject({ jobId: 'job-of-s-1', status: 'succeeded', steps: [], droppedSteps: 1 })
      expect(other && textsOf(other)).toEqual(['step 1'])
      world.advance(7 * DAY - 1)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
      await world.reopen()
      world.advance(1)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 1 })
      expect(await world.store.work.settleDue(), 'once').toEqual({ expired: 0, pruned: 0 })
      expect((await childrenOf(world)).map(textsOf)).toEqual([[], []])
      expect((await world.log()).filter(({ event }) => event.type === 'TEXT_MESSAGE_CONTENT')).toHaveLength(2)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the caller says how long steps are kept, and an id of an older run prunes nothing of a newer one',
    inWorld(async (world) => {
      const { store } = world
      const first = await parent(world, 'r-1', ['s-1'])
      await store.work.end(first, ending(first, SUCCEEDED, [done('s-1')]))
      world.advance(1_000)
      const second = await parent(world, 'r-2', ['s-1'])
      await store.work.end(second, ending(second, SUCCEEDED, [done('s-1')]))
      expect(await store.work.settleDue(1_001)).toEqual({ expired: 0, pruned: 0 })
      expect(await store.work.settleDue(1_000)).toEqual({ expired: 0, pruned: 1 })
      expect((await childrenOf(world)).map(textsOf)).toEqual([[], ['step 1']])
      expect(await store.work.settleDue(0)).toEqual({ expired: 0, pruned: 1 })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'S003-C4 deleting a thread deletes its sub-agents and their steps, and nothing is due afterwards',
    inWorld(async (world) => {
      const lease = await parent(world, 'r-1', ['s-1'])
      await world.store.work.end(lease, ending(lease, SUCCEEDED, [done('s-1')]))
      await parent(world, 'r-2', ['s-1'])
      await world.store.threads.delete(ALICE, THREAD, true)
      await world.reopen()
      expect(await world.store.subagents.list(ALICE, THREAD)).toEqual({ type: 'deleted' })
      expect(await world.store.subagents.cancel(ALICE, THREAD, 's-1')).toEqual({ type: 'deleted' })
      world.advance(30 * DAY)
      expect(await world.store.work.settleDue()).toEqual({ expired: 0, pruned: 0 })
    }),
  )
}
