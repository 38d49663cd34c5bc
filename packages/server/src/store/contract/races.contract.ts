/**
 * Contract: races of many concurrent callers. Whatever the interleaving, every thread keeps its invariants
 * (`./invariants.ts`) and what was acknowledged holds.
 */
import { createFold } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import { type Command, createRace, KEYS } from './race.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  ending,
  type InWorld,
  LEASE_MS,
  START,
  SUCCEEDED,
  saying,
  THREAD,
} from './world.ts'

export function racesContract(inWorld: InWorld): void {
  it(
    'fifty identical starts make one run (I9, G7)',
    inWorld(async (world) => {
      const starts = Array.from({ length: 50 }, (_, n) =>
        world.store.runs.start(n % 2 ? ALICE : BOB, THREAD, asking('r-1')),
      )
      const types = (await Promise.all(starts)).map((answer) => answer.type)
      expect(types.toSorted()).toEqual(['accepted', ...Array.from({ length: 49 }, () => 'same')])
      expect(await world.log()).toHaveLength(1)
      const claims = await Promise.all(
        [1, 2, 3].map((n) => world.store.work.claim({ workerId: `w-${n}`, limit: 5, leaseMs: LEASE_MS })),
      )
      expect(claims.flat()).toHaveLength(1)
    }),
  )

  it(
    'of many different starts one is accepted, and the others get its id (I1)',
    inWorld(async (world) => {
      const ids = Array.from({ length: 20 }, (_, n) => `r-${n}`)
      const answers = await Promise.all(ids.map((runId) => world.store.runs.start(ALICE, THREAD, asking(runId))))
      const accepted = ids.filter((_, n) => answers[n]?.type === 'accepted')
      expect(accepted).toHaveLength(1)
      for (const answer of answers) {
        if (answer.type !== 'accepted') expect(answer).toEqual({ type: 'run_active', runId: accepted[0] })
      }
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run ends once, by its worker, by a cancel or as an orphan, whichever is first (I2, G6)',
    inWorld(async (world) => {
      const { store } = world
      for (let n = 0; n < 12; n++) {
        const { lease } = await world.running(`r-${n}`)
        const calls = [
          () => store.work.end(lease, ending(lease, SUCCEEDED)),
          () => store.runs.cancelRun(ALICE, THREAD, `r-${n}`),
          () => store.work.settleOrphans('all'),
          () => store.work.append(lease, saying(`m-${n}`, 'x')),
          () => store.work.end(lease, ending(lease, CANCELLED)),
        ]
        const turned = [...calls.slice(n % calls.length), ...calls.slice(0, n % calls.length)]
        await Promise.all(turned.map((call) => call()))
        expect(await store.runs.get(ALICE, THREAD, `r-${n}`)).toHaveProperty('run.outcome')
      }
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a question is resolved once, by an answer, another answer, a stop or its time, whichever is first (I2)',
    inWorld(async (world) => {
      const { runs, work } = world.store
      let now = START
      let round = 0
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(['answer', 'other answer', 'stop', 'due', 'orphans', 'start'] as const, { minLength: 2 }),
          fc.boolean(),
          async (order, late) => {
            const n = round++
            const key = { ...THREAD, threadId: `t-${n}` }
            const interrupts = [{ id: `q-${n}`, reason: 'approval', expiresAt: new Date(now + 1_000).toISOString() }]
            await world.ended(`r-${n}`, { type: 'interrupted', interrupts }, key)
            if (late) {
              world.advance(1_000)
              now += 1_000
            }
            const resume = [{ interruptId: `q-${n}`, status: 'resolved' as const }]
            const calls = {
              answer: () => runs.start(ALICE, key, asking(`a-${n}`, { messages: [], resume })),
              'other answer': () => runs.start(BOB, key, asking(`b-${n}`, { messages: [], resume })),
              stop: () => runs.cancelThread(ALICE, key),
              due: () => work.settleDue(),
              orphans: () => work.settleOrphans('all'),
              start: () => runs.start(ALICE, key, asking(`s-${n}`, { onBusy: 'enqueue' })),
            }
            const answers = await Promise.all(order.map((name) => calls[name]()))
            const won = answers.filter(
              (answer) =>
                typeof answer === 'object' &&
                'type' in answer &&
                answer.type === 'accepted' &&
                answer.run.continues === `r-${n}`,
            )
            const first = order.find((name) => name === 'stop' || (late ? name === 'due' : name.endsWith('answer')))
            const how = first && ({ stop: 'cancelled', due: 'expired' } as Record<string, string>)[first]
            const resolved = first && (how ?? 'answered')
            expect(won).toHaveLength(resolved === 'answered' ? 1 : 0)
            const found = await runs.get(ALICE, key, `r-${n}`)
            expect(found.type === 'run' && 'resolved' in found.run ? found.run.resolved : undefined).toBe(resolved)
            const records = (await world.log(key)).filter(({ event }) => event.type === 'interrupts.resolved')
            expect(records.map(({ event }) => event)).toMatchObject(resolved ? [{ status: resolved }] : [])
            for (const runId of [`a-${n}`, `b-${n}`, `s-${n}`]) await runs.cancelRun(ALICE, key, runId)
            await expectSound(world, key)
          },
        ),
        { numRuns: 40 },
      )
    }),
    60_000,
  )

  it(
    'a snapshot is consistent while the thread is written (I4)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      const looks = Array.from({ length: 30 }, async (_, n) => {
        const [, snapshot] = await Promise.all([
          world.store.work.append(lease, saying(`m-${n}`, `text ${n}`)),
          world.store.threads.snapshot(BOB, THREAD),
        ])
        return snapshot
      })
      const snapshots = await Promise.all(looks)
      const log = await world.log()
      for (const snapshot of snapshots) {
        if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
        expect(snapshot.thread.lastSeq).toBe(snapshot.view.seq)
        const fold = createFold(THREAD)
        for (const envelope of log.slice(0, snapshot.view.seq)) fold.apply(envelope)
        expect(snapshot.view).toEqual(fold.view())
      }
    }),
  )

  it('threads keep their invariants through any interleaving of starts, claims, appends, ends, cancels, answers, expiries, orphans and restarts (I1–I4, I6)', async () => {
    const step = fc.array(commands, { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) =>
        inWorld(async (world) => {
          const race = createRace(world)
          for (const step of steps) await race.run(step)
          await race.finish()
          for (const key of KEYS) await race.expectKept(key)
        })(),
      ),
      { numRuns: 60 },
    )
  }, 60_000)
}

const thread = fc.nat({ max: KEYS.length - 1 })
const run = fc.nat({ max: 5 })
/** An index into all leases that were ever given, stale ones included. */
const lease = fc.nat({ max: 20 })

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('start' as const), thread, run }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('claim' as const), limit: fc.nat({ max: 3 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('append' as const), lease, open: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      lease,
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const, 'interrupted' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('renew' as const), lease }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('cancelRun' as const), thread, run }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancelThread' as const), thread }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('answer' as const), thread, run }) },
  { weight: 1, arbitrary: fc.constant({ type: 'due' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('queue' as const),
      thread,
      paused: fc.boolean(),
      supersede: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      which: fc.constantFrom('expired' as const, 'all' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.nat({ max: LEASE_MS }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
)
