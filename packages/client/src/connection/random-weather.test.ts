/** Any weather, in any order: nothing is lost or told twice. */
import type { Envelope, InboxFrame, ThreadKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { setUp } from './testing/flow-through.ts'
import { A, B, settled } from './testing/read-through.ts'
import type { Weather } from './testing/weather.ts'

type Act =
  | { readonly type: 'weather'; readonly next: Weather }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'cut'; readonly how: 'broken' | 'ended' }
  | { readonly type: 'say'; readonly n: 0 | 1 }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    type: fc.constant('weather' as const),
    next: fc.constantFrom<Weather>('flows', 'held', 'first-byte', 'empty', 'html', 'down'),
  }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(200, 1_000, 4_000, 12_000, 31_000) }),
  fc.record({ type: fc.constant('cut' as const), how: fc.constantFrom('broken' as const, 'ended' as const) }),
  fc.record({ type: fc.constant('say' as const), n: fc.constantFrom(0 as const, 1 as const) }),
)

it('whatever becomes of streams, every reader is told its log and the inbox once and in order, and in the end by a stream', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
      const { script, clock, weather, follow, pass } = setUp()
      for (const key of [A, B]) script.startElsewhere(key, 'run', 'Hello')
      const of = (seen: readonly Envelope[], { roomId }: ThreadKey) => seen.filter((each) => each.roomId === roomId)
      let told: { readonly a: Envelope[]; readonly b: Envelope[]; readonly inbox: InboxFrame[] } = {
        a: [],
        b: [],
        inbox: [],
      }
      /** As a feed of the registry does: whenever it has ended, again from where it was. */
      let feed = begin()
      function begin() {
        const next = follow(
          [
            { ...A, after: told.a.length },
            { ...B, after: told.b.length },
          ],
          String(told.inbox.length),
        )
        return Object.assign(next, { before: told })
      }
      function check(): void {
        const { before, seen, entries } = feed
        told = {
          a: [...before.a, ...of(seen, A)],
          b: [...before.b, ...of(seen, B)],
          inbox: [...before.inbox, ...entries],
        }
        expect(told.a).toEqual(script.log(A).slice(0, told.a.length))
        expect(told.b).toEqual(script.log(B).slice(0, told.b.length))
        expect(told.inbox.map(({ cursor }) => Number(cursor))).toEqual(told.inbox.map((_, at) => at + 1))
        if (feed.ended !== undefined) feed = begin()
      }
      for (const each of acts) {
        if (each.type === 'weather') weather.turn(each.next)
        else if (each.type === 'pass') await pass(each.ms)
        else if (each.type === 'cut') weather.cut(each.how)
        else script.say(each.n === 0 ? A : B, 'run', 'x')
        await settled()
        check()
      }
      weather.turn('flows')
      weather.cut('broken')
      for (let round = 0; round < 6; round += 1) {
        await pass(12_000)
        check()
      }
      expect([told.a, told.b]).toEqual([script.log(A), script.log(B)])
      expect(feed.delivery).toBe('streams')
      feed.stop.abort()
      await settled()
      expect([clock.waiting, weather.count.open, script.connections]).toEqual([0, 0, 0])
    }),
    { numRuns: 60 },
  )
})
