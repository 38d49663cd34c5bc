import type { Attention } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGate, type News, type Place, TAKEN_MS } from './gate.ts'
import { MAX_OVERTAKEN } from './line.ts'

const LONG = 1_000_000
const turn = () => new Promise(setImmediate)

/** A gate, and runs that record the news they get. */
function createWorld() {
  const clock = createManualClock(0)
  const gate = createGate<string>(clock)
  const gone: string[] = []
  let asked = 0

  function run(name: string, looked: Attention = 'none', maxWaitMs = LONG) {
    const stop = new AbortController()
    const heard: News<string>[] = []
    const self = { name, looked, heard, stop, error: undefined as unknown }
    const place: Place<string> = gate.place(() => {
      asked++
      return self.looked
    })
    async function listen(): Promise<void> {
      for (;;) {
        const news = await place.news(stop.signal)
        heard.push(news)
        if (news.type === 'go') gone.push(name)
        if (news.type !== 'wait') return
      }
    }
    const stand = () => {
      place.stand(clock.now() + maxWaitMs)
      void listen().catch((error: unknown) => {
        self.error = error
      })
    }
    return Object.assign(self, { place, stand })
  }

  /** A gate that was shut for this long by a run that has left. */
  async function shut(ms: number): Promise<void> {
    const first = run('first')
    first.stand()
    await turn()
    first.place.refused(ms, 'why')
    gone.length = 0
  }

  async function pass(ms: number): Promise<void> {
    clock.advance(ms)
    await turn()
  }

  return { clock, run, shut, pass, gone, asked: () => asked }
}

it('while open, it lets every run through at once and reads no attention', async () => {
  const { run, gone, clock, asked } = createWorld()
  for (const name of ['a', 'b', 'c']) run(name).stand()
  await turn()
  expect(gone).toEqual(['a', 'b', 'c'])
  expect([clock.waiting, asked()]).toEqual([0, 0])
})

it('while shut, it lets no run through, and tells each until when', async () => {
  const { run, shut, pass, gone, clock } = createWorld()
  await shut(7_000)
  const a = run('a', 'focused')
  a.stand()
  await pass(6_999)
  expect(a.heard).toEqual([{ type: 'wait', until: 7_000, why: 'why' }])
  expect([gone, clock.waiting]).toEqual([[], 1])
  await pass(1)
  expect(gone).toEqual(['a'])
})

it('one run probes; each answered run lets two more go, those looked at first', async () => {
  const { run, shut, pass, gone } = createWorld()
  await shut(1_000)
  const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => run(name))
  const seen = run('seen', 'visible')
  const focused = run('focused', 'focused')
  for (const each of [...runs, seen, focused]) each.stand()
  await pass(1_000)
  expect(gone).toEqual(['focused'])
  focused.place.answered()
  await turn()
  expect(gone).toEqual(['focused', 'seen', 'a'])
  runs[0]?.place.answered()
  seen.place.answered()
  seen.place.answered()
  await turn()
  expect(gone).toEqual(['focused', 'seen', 'a', 'b', 'c', 'd', 'e'])
})

it('attention is read when the wait ends, not when it starts', async () => {
  const { run, shut, pass, gone, asked } = createWorld()
  await shut(1_000)
  const [a, b] = [run('a', 'focused'), run('b')]
  a.stand()
  b.stand()
  await pass(999)
  expect(asked()).toBe(0)
  a.looked = 'none'
  b.looked = 'focused'
  await pass(1)
  expect(gone).toEqual(['b'])
})

it('refused again, it shuts again for all, and answers to others of that turn do not open it', async () => {
  const { run, shut, pass, gone } = createWorld()
  await shut(1_000)
  const [a, b, c, d] = [run('a'), run('b'), run('c'), run('d')]
  for (const each of [a, b, c, d]) each.stand()
  await pass(1_000)
  a.place.answered()
  await turn()
  expect(gone).toEqual(['a', 'b', 'c'])
  b.place.refused(5_000, 'again')
  c.place.answered()
  await turn()
  expect(d.heard.at(-1)).toEqual({ type: 'wait', until: 6_000, why: 'again' })
  b.stand()
  await pass(4_999)
  expect(gone).toEqual(['a', 'b', 'c'])
  await pass(1)
  // It came before the other one, and keeps its place after a refusal.
  expect(gone).toEqual(['a', 'b', 'c', 'b'])
})

it('of two refusals, the longer wait counts', async () => {
  const { run, shut, pass, gone } = createWorld()
  const other = run('other')
  other.stand()
  await turn()
  await shut(5_000)
  other.place.refused(2_000, 'shorter')
  const a = run('a')
  a.stand()
  await pass(4_999)
  expect(gone).toEqual([])
  await pass(1)
  expect(gone).toEqual(['a'])
})

it('a slow answer holds up no other run, since a refusal would have arrived', async () => {
  const { run, shut, pass, gone } = createWorld()
  await shut(1_000)
  const runs = ['a', 'b', 'c'].map((name) => run(name))
  for (const each of runs) each.stand()
  await pass(1_000)
  await pass(TAKEN_MS - 1)
  expect(gone).toEqual(['a'])
  await pass(1)
  expect(gone).toEqual(['a', 'b', 'c'])
})

it('G6 S001-C7 a run that leaves is removed at once, and the next one gets its turn', async () => {
  const { run, shut, pass, gone, clock } = createWorld()
  await shut(1_000)
  const [a, b, c] = [run('a', 'focused'), run('b', 'focused'), run('c')]
  for (const each of [a, b, c]) each.stand()
  a.stop.abort(new Error('cancelled'))
  await turn()
  expect(a.error).toEqual(new Error('cancelled'))
  await pass(1_000)
  expect(gone).toEqual(['b'])
  b.place.leave()
  b.place.leave()
  await turn()
  expect(gone).toEqual(['b', 'c'])
  expect(clock.waiting).toBe(0)
  const late = run('late')
  late.stop.abort(new Error('before'))
  c.place.refused(1_000, 'why')
  late.stand()
  await turn()
  expect(late.error).toEqual(new Error('before'))
  expect(clock.waiting).toBe(0)
})

it('no run waits longer than it accepts, nor at all if the wait would be longer', async () => {
  const { run, shut, pass, clock } = createWorld()
  await shut(10_000)
  const short = run('short', 'none', 9_999)
  const exact = run('exact', 'none', 10_000)
  const behind = run('behind', 'none', 10_500)
  for (const each of [short, exact, behind]) each.stand()
  await turn()
  expect(short.heard).toEqual([{ type: 'too_long', ms: 10_000, why: 'why' }])
  await pass(10_000)
  expect(exact.heard.at(-1)).toEqual({ type: 'go' })
  await pass(500)
  expect(behind.heard.at(-1)).toEqual({ type: 'too_long', ms: 0, why: 'why' })
  expect(clock.waiting).toBe(0)
})

it('it is open once no run waits and its time is over', async () => {
  const { run, shut, pass, gone } = createWorld()
  await shut(1_000)
  await pass(60_000)
  for (const name of ['a', 'b', 'c']) run(name).stand()
  await turn()
  expect(gone).toEqual(['a', 'b', 'c'])
})

it('a provider that serves one run at a time reaches a hidden run, however many visible ones come later', async () => {
  const { run, shut, pass, gone } = createWorld()
  await shut(1_000)
  const hidden = run('hidden')
  hidden.stand()
  const served: (string | undefined)[] = []
  for (let n = 1; n <= MAX_OVERTAKEN + 1; n++) {
    const focused = run(`f${n}`, 'focused')
    focused.stand()
    gone.length = 0
    await pass(1_000)
    served.push(gone[0])
    if (gone[0] === 'hidden') break
    focused.place.answered()
    await turn()
    // The answer let it go as well; it is refused, and waits again.
    expect(gone).toEqual([`f${n}`, 'hidden'])
    hidden.place.refused(1_000, 'why')
    hidden.stand()
  }
  expect(served).toEqual(['f1', 'f2', 'f3', 'hidden'])
})

interface Run {
  readonly order: number
  looks: Attention
  state: 'standing' | 'calling' | 'over'
  readonly until: number
  readonly place: Place<string>
  readonly stop: AbortController
}

it('in any course of events no run goes while it is shut, each goes in its turn, and none is forgotten', async () => {
  const looks = fc.constantFrom<Attention>('focused', 'visible', 'none')
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('come' as const), looks, maxWaitMs: fc.nat(8_000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), who: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), who: fc.nat(20), ms: fc.nat(3_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), who: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), who: fc.nat(20), looks }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(2_500) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createManualClock(0)
      const gate = createGate<string>(clock)
      const runs: Run[] = []
      const failures: unknown[] = []
      let shutUntil = 0
      const rank = (attention: Attention) => ['focused', 'visible', 'none'].indexOf(attention)
      const standing = () => runs.filter(({ state }) => state === 'standing')

      function expectTurnOf(run: Run): void {
        expect(clock.now()).toBeGreaterThanOrEqual(shutUntil)
        const others = standing().filter((other) => other !== run)
        if (others.every(({ order }) => order > run.order)) return
        for (const other of others) {
          const by = rank(other.looks) - rank(run.looks) || other.order - run.order
          expect(by, `${JSON.stringify(other)} stands, ${JSON.stringify(run)} goes`).toBeGreaterThan(0)
        }
      }

      function come(looksAt: Attention, maxWaitMs: number): void {
        const stop = new AbortController()
        const place: Place<string> = gate.place(() => run.looks)
        const until = clock.now() + maxWaitMs
        const run: Run = { order: runs.length, looks: looksAt, state: 'standing', until, stop, place }
        runs.push(run)
        void (async () => {
          run.place.stand(run.until)
          for (;;) {
            const news = await run.place.news(run.stop.signal)
            if (news.type === 'too_long') run.state = 'over'
            if (news.type === 'go') {
              expectTurnOf(run)
              run.state = 'calling'
            }
            if (news.type !== 'wait') return
          }
        })().catch((error: unknown) => {
          run.state = 'over'
          if (!run.stop.signal.aborted) failures.push(error)
        })
      }
      const pick = (state: Run['state'], who: number) => {
        const some = runs.filter((run) => run.state === state)
        return some[who % Math.max(1, some.length)]
      }

      for (const each of steps) {
        if (each.do === 'come') come(each.looks, each.maxWaitMs)
        if (each.do === 'look') Object.assign(pick('standing', each.who) ?? {}, { looks: each.looks })
        if (each.do === 'pass') {
          for (let ms = 0; ms < each.ms; ms += 500) {
            clock.advance(Math.min(500, each.ms - ms))
            await turn()
          }
        }
        if (each.do === 'answer') {
          const run = pick('calling', each.who)
          if (run) run.state = 'over'
          run?.place.answered()
        }
        if (each.do === 'refuse') {
          const run = pick('calling', each.who)
          if (run) {
            run.state = 'over'
            shutUntil = Math.max(shutUntil, clock.now() + each.ms)
            run.place.refused(each.ms, 'why')
          }
        }
        if (each.do === 'abort') pick('standing', each.who)?.stop.abort(new Error('cancelled'))
        await turn()
        expect(failures).toEqual([])
        for (const run of standing()) {
          expect(run.until).toBeGreaterThan(clock.now())
          expect(run.until).toBeGreaterThanOrEqual(shutUntil)
        }
        expect(clock.waiting).toBe(standing().length > 0 ? 1 : 0)
      }
      // Every call is answered; then no run waits and no timer is set.
      for (let n = 0; n < 200 && runs.some(({ state }) => state !== 'over'); n++) {
        for (const run of runs) {
          if (run.state !== 'calling') continue
          run.state = 'over'
          run.place.answered()
        }
        clock.advance(500)
        await turn()
      }
      expect(failures).toEqual([])
      expect(runs.filter(({ state }) => state !== 'over')).toEqual([])
      expect(clock.waiting).toBe(0)
    }),
    { numRuns: 150 },
  )
})
