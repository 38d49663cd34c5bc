/**
 * Runs one race: groups of concurrent commands, one after the other, and a record of everything that was acknowledged.
 * Threads of two rooms share their ids, and leases are still used long after they were lost.
 */
import { type AfterCrash, type Envelope, isEnded, keyString, type ThreadKey } from '@holdfast/core'
import { expect } from 'vitest'
import type { Lease } from '../port.ts'
import { type OnBusy, stopOutcome } from '../run-record.ts'
import { expectSound } from './invariants.ts'
import { createQuestions } from './race-questions.ts'
import {
  ALICE,
  asking,
  beginning,
  CANCELLED,
  ending,
  FAILED,
  json,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  saying,
  type World,
} from './world.ts'

export const KEYS: readonly ThreadKey[] = [ROOM.roomId, OTHER_ROOM.roomId].flatMap((roomId) =>
  ['thread-1', 'thread-2'].map((threadId) => ({ roomId, threadId })),
)

export type Command =
  | { readonly type: 'start' | 'cancelRun'; readonly thread: number; readonly run: number }
  | { readonly type: 'cancelThread'; readonly thread: number }
  /** Answers the questions that are open when it is called. */
  | { readonly type: 'answer'; readonly thread: number; readonly run: number }
  | { readonly type: 'due' }
  | { readonly type: 'queue'; readonly thread: number; readonly paused: boolean; readonly supersede: boolean }
  | { readonly type: 'claim'; readonly limit: number }
  | { readonly type: 'append'; readonly lease: number; readonly open: boolean }
  | { readonly type: 'end'; readonly lease: number; readonly outcome: EndName }
  | { readonly type: 'renew'; readonly lease: number }
  | { readonly type: 'settle'; readonly which: 'expired' | 'all' }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'reopen' }

type EndName = 'succeeded' | 'failed' | 'cancelled' | 'interrupted'

interface Held {
  readonly lease: Lease
  /** Messages that it has begun and not ended. */
  readonly open: string[]
}

export interface Race {
  /** Runs the commands concurrently. A restart waits for pending ones. */
  run(commands: readonly Command[]): Promise<void>
  /** Ends all remaining runs, as a restart and a person would. */
  finish(): Promise<void>
  expectKept(key: ThreadKey): Promise<void>
}

export function createRace(world: World): Race {
  const leases: Held[] = []
  const accepted = new Set<string>()
  const cancelled = new Set<string>()
  const questions = createQuestions()
  /** In the order of the calls, which is the order of the log, even if the answers arrive in another order. */
  const written = new Map<string, { readonly token: string; lost: boolean }[]>()
  let messages = 0

  const addressOf = (key: ThreadKey, runId: string) => `${keyString(key)}/${runId}`
  const keyAt = (index: number) => KEYS[index] as ThreadKey

  async function start(key: ThreadKey, runId: string): Promise<void> {
    const answer = await world.store.runs.start(ALICE, key, asking(runId, { onBusy: mannerOf(runId) }), natureOf(runId))
    if (answer.type === 'accepted') accepted.add(addressOf(key, runId))
    else expect(['same', 'run_active', 'needs_answer']).toContain(answer.type)
  }

  async function answer(key: ThreadKey, runId: string): Promise<void> {
    const snapshot = await world.store.threads.snapshot(ALICE, key)
    const open = snapshot.type === 'snapshot' ? snapshot.view.interrupts.map(({ id }) => id) : []
    if (open.length === 0) return
    const resume = open.map((interruptId) => ({ interruptId, status: 'resolved' as const }))
    const request = asking(runId, { messages: [], resume })
    const taken = await world.store.runs.start(ALICE, key, request, natureOf(runId))
    if (taken.type !== 'accepted') {
      expect(['same', 'run_id_reused', 'interrupt_answered', 'interrupt_expired']).toContain(taken.type)
      return
    }
    accepted.add(addressOf(key, runId))
    // A start that was cancelled before it came answers nothing.
    if (taken.run.status === 'queued') questions.answered(keyString(key), open, runId)
  }

  async function append({ lease, open }: Held, leaveOpen: boolean): Promise<void> {
    const messageId = `m-${messages++}`
    const token = `token-${messageId}.`
    const events = leaveOpen ? json(beginning(messageId, token)) : saying(messageId, token)
    // Before the answer, because an end that is requested meanwhile comes after it.
    if (leaveOpen) open.push(messageId)
    const address = addressOf(lease, lease.runId)
    const entry = { token, lost: false }
    written.set(address, [...(written.get(address) ?? []), entry])
    const { type } = await world.store.work.append(lease, events)
    entry.lost = type === 'lost'
  }

  async function end({ lease, open }: Held, name: EndName): Promise<void> {
    const closing = open.map((messageId) => ({ type: 'TEXT_MESSAGE_END', messageId }) as never)
    const interrupted = questions.outcomeOf(lease.runId)
    const outcome = { succeeded: SUCCEEDED, failed: FAILED, cancelled: CANCELLED, interrupted }[name]
    const answer = await world.store.work.end(lease, ending(lease, outcome, closing))
    if (answer.type === 'cancelling') expect(stopOutcome(answer.cancel).type).not.toBe(name)
  }

  /** Messages that an earlier worker of the run has left open. */
  async function openOf({ roomId, threadId }: Lease): Promise<string[]> {
    const snapshot = await world.store.threads.snapshot(ALICE, { roomId, threadId })
    return snapshot.type === 'snapshot' ? snapshot.view.open.map(({ id }) => id) : []
  }

  async function cancelRun(key: ThreadKey, runId: string): Promise<void> {
    const answer = await world.store.runs.cancelRun(ALICE, key, runId)
    if (answer.type === 'requested') cancelled.add(addressOf(key, runId))
  }

  async function carryOut(command: Command): Promise<void> {
    const { work, runs } = world.store
    switch (command.type) {
      case 'start':
        return start(keyAt(command.thread), `r-${command.run}`)
      case 'cancelRun':
        return cancelRun(keyAt(command.thread), `r-${command.run}`)
      case 'cancelThread': {
        const answer = await runs.cancelThread(ALICE, keyAt(command.thread))
        if (answer.type !== 'requested' || !answer.run) return
        const { run } = answer
        if (run.status === 'interrupted') questions.withdrawn(keyString(keyAt(command.thread)), run.runId)
        else cancelled.add(addressOf(keyAt(command.thread), run.runId))
        return
      }
      case 'answer':
        return answer(keyAt(command.thread), `r-${ANSWERS_FROM + command.run}`)
      case 'due':
        await work.settleDue()
        return
      case 'queue': {
        const { paused, supersede } = command
        const queue = await runs.queue(ALICE, keyAt(command.thread))
        const order = queue.type === 'queue' ? queue.queue.order.toReversed() : []
        await runs.changeQueue(ALICE, keyAt(command.thread), { order, paused, supersede })
        return
      }
      case 'claim': {
        const claims = await work.claim({ workerId: 'worker', limit: command.limit, leaseMs: LEASE_MS })
        expect(claims.length).toBeLessThanOrEqual(command.limit)
        for (const { lease, resumed } of claims) leases.push({ lease, open: resumed ? await openOf(lease) : [] })
        return
      }
      case 'append': {
        const held = leases[command.lease % leases.length]
        return held && append(held, command.open)
      }
      case 'end': {
        const held = leases[command.lease % leases.length]
        return held && end(held, command.outcome)
      }
      case 'renew': {
        const held = leases[command.lease % leases.length]
        if (held) await work.renew([held.lease], LEASE_MS)
        return
      }
      case 'settle':
        await work.settleOrphans(command.which)
        return
      case 'advance':
        questions.advance(command.ms)
        return world.advance(command.ms)
      case 'reopen':
        await world.reopen()
        return
    }
  }

  return {
    async run(commands) {
      await Promise.all(commands.filter(({ type }) => type !== 'reopen').map(carryOut))
      for (const command of commands.filter(({ type }) => type === 'reopen')) await carryOut(command)
    },
    async finish() {
      await world.store.work.settleOrphans('all')
      for (const key of KEYS) {
        const runs = await world.store.runs.list(ALICE, key, { limit: 200 })
        if (runs.type !== 'page') continue
        for (const { runId } of runs.items) await world.store.runs.cancelRun(ALICE, key, runId)
        await world.store.runs.cancelThread(ALICE, key)
      }
    },
    async expectKept(key) {
      const runs = await world.store.runs.list(ALICE, key, { limit: 200 })
      if (runs.type !== 'page') {
        expect([...accepted].filter((address) => address.startsWith(`${keyString(key)}/`))).toEqual([])
        return
      }
      await expectSound(world, key)
      const log = await world.log(key)
      questions.expectResolvedOnce(keyString(key), log, runs.items)
      const asked = runs.items.filter((run) => !run.runId.includes('.again'))
      const ids = asked.map((run) => addressOf(key, run.runId))
      expect(ids.toSorted()).toEqual([...accepted].filter((id) => id.startsWith(`${keyString(key)}/`)).toSorted())
      for (const run of runs.items) {
        const address = addressOf(key, run.runId)
        expect(isEnded(run), `${address} has ended`).toBe(true)
        if (cancelled.has(address)) expect(run.status, `${address} was cancelled`).toBe('cancelled')
        const kept = (written.get(address) ?? []).filter(({ lost }) => !lost)
        expect(tokensOf(log, run.runId)).toEqual(kept.map(({ token }) => token))
      }
    },
  }
}

/** Answers have run ids that no other start has. */
const ANSWERS_FROM = 10

/** What a run does if another one is live, derived from its number. */
function mannerOf(runId: string): OnBusy {
  return (['reject', 'enqueue', 'supersede', 'enqueue'] as const)[Number(runId.slice(2)) % 4] ?? 'reject'
}

/** What happens to a run after a crash, derived from its number. */
function natureOf(runId: string): AfterCrash {
  return (['fail', 'restart', 'resume'] as const)[Number(runId.slice(2)) % 3] ?? 'fail'
}

/** The texts that the run has in the log, in order. */
function tokensOf(log: readonly Envelope[], runId: string): string[] {
  return log.flatMap(({ runId: of, event }) =>
    of === runId && event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : [],
  )
}
