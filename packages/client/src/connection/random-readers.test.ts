import { type Envelope, keyString } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { read } from '../transport/testing/under-test.ts'
import { key, readInbox, settled, setUp } from './testing/read-through.ts'

/** What a reader does, and what happens to the connection. */
type Act =
  | { readonly type: 'ask' | 'leave' | 'say' | 'lose-log' | 'bury' | 'make'; readonly n: number }
  | { readonly type: 'lose' | 'fail-feed' | 'fail-log' | 'tick' | 'stall-feed' | 'stall-log' | 'tell' }
  | { readonly type: 'wait'; readonly ms: number }

const n = fc.nat({ max: 7 })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('ask', 'say'), n }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('leave', 'lose-log', 'make'), n }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('bury'), n }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('lose', 'fail-feed', 'fail-log') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('stall-feed', 'stall-log', 'tell') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('tick') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(0, 10, 500, 1_000, 5_000) }) },
) as fc.Arbitrary<Act>

it('S001-32 S001-43 whatever is opened, left, lost, deleted and opened again, every reader receives its own log, once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
      const { script, clock, transport, open, slow } = setUp()
      const inbox: ReturnType<typeof readInbox>[] = []
      const reading = new Map<number, ReturnType<typeof read> & { ended: boolean }>()
      const cursors = new Map<number, number>()
      const buried = new Map<string, readonly Envelope[]>()
      const isThere = (thread: number) => script.has(key(thread))
      const logOf = (thread: number) =>
        buried.get(keyString(key(thread))) ?? (isThere(thread) ? script.log(key(thread)) : [])

      function check(thread: number): void {
        const log = reading.get(thread)
        if (!log) return
        const from = cursors.get(thread) ?? 0
        expect(log.seen).toEqual(logOf(thread).slice(from, from + log.seen.length))
        expect(['', 'open', 'open,caught-up']).toContain(log.notes.join())
        if (log.seen.length > 0) expect(log.notes).toContain('open')
      }

      function ask(thread: number): void {
        const before = reading.get(thread)
        if (before && !before.ended) return
        check(thread)
        cursors.set(thread, (cursors.get(thread) ?? 0) + (before?.seen.length ?? 0))
        const log = Object.assign(read(transport, key(thread), cursors.get(thread) ?? 0), { ended: false })
        reading.set(thread, log)
        void log.done.then(() => {
          log.ended = true
        })
      }

      const does: { readonly [T in Act['type']]: (act: Extract<Act, { type: T }>) => void | Promise<void> } = {
        ask: ({ n: thread }) => ask(thread),
        leave: ({ n: thread }) => reading.get(thread)?.stop.abort(),
        say: ({ n: thread }) => {
          if (isThere(thread)) script.say(key(thread), 'run', 'x')
        },
        make: ({ n: thread }) => {
          if (!isThere(thread) && !buried.has(keyString(key(thread))))
            script.startElsewhere(key(thread), 'run', 'Hello')
        },
        bury: ({ n: thread }) => {
          if (!isThere(thread) || thread < 4) return
          const log = script.log(key(thread))
          script.bury(key(thread))
          buried.set(keyString(key(thread)), log)
        },
        lose: () => script.dropFeed(),
        'lose-log': ({ n: thread }) => {
          if (isThere(thread)) script.drop(key(thread))
        },
        'fail-feed': () => script.next('openFeed', { type: 'fault', fault: { type: 'network' } }),
        'fail-log': () => script.next('openLog', { type: 'fault', fault: { type: 'network' } }),
        tick: settled,
        'stall-feed': slow.feeds.toggle,
        'stall-log': slow.logs.toggle,
        tell: () => {
          if (inbox.length === 0) inbox.push(readInbox(transport, '0'))
          script.tellInbox({ type: 'RunStarted', roomId: 'R0', threadId: 'T', runId: 'run' })
        },
        wait: ({ ms }) => clock.advance(ms),
      }
      for (const each of acts) {
        await (does[each.type] as (act: Act) => void | Promise<void>)(each)
        for (const thread of reading.keys()) check(thread)
        expect(open.mostFeeds).toBeLessThanOrEqual(2)
        expect(open.mostLogs).toBeLessThanOrEqual(2)
      }
      // In the end nothing fails any more, and every reader has everything.
      for (let round = 0; round < 30; round += 1) {
        slow.feeds.flow()
        slow.logs.flow()
        await settled()
        clock.advance(16_000)
        await settled()
        for (const thread of reading.keys()) if (!buried.has(keyString(key(thread)))) ask(thread)
      }
      for (const [thread, log] of reading) {
        check(thread)
        if (buried.has(keyString(key(thread)))) continue
        const from = cursors.get(thread) ?? 0
        expect(log.notes).toEqual(['open', 'caught-up'])
        expect(log.seen).toEqual(logOf(thread).slice(from))
        log.stop.abort()
      }
      for (const each of inbox) {
        each.stop.abort()
        expect(each.cursors()).toEqual(each.cursors().map((_, at) => String(at + 1)))
      }
      await settled()
      expect([open.feeds, open.logs, clock.waiting, script.connections]).toEqual([0, 0, 0, 0])
    }),
    { numRuns: 300 },
  )
})
