/** The part of the transport's contract that is about reading a log. */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { faultOf, read, type Using } from './testing/under-test.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const NOBODY: ThreadKey = { roomId: 'default', threadId: 'nobody' }
const until = vi.waitFor

export function logContract(using: Using): void {
  it(
    'reads a log: opened, its history in order, caught up, then what is new',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'run', 'Hello')
      const log = read(transport, KEY, 1)
      await until(() => expect(log.notes).toEqual(['open', 'caught-up']))
      expect(log.seqs()).toEqual([2, 3])
      await script.say(KEY, 'run', 'Grüße 👋')
      await until(() => expect(log.seqs()).toEqual([2, 3, 4, 5]))
      expect(log.seen).toEqual((await script.log(KEY)).slice(1))
      log.stop.abort()
      await log.done
    }),
  )

  it(
    'ends in order when the server ends, fails when the connection breaks, and is aborted on request',
    using(async ({ transport, script }) => {
      await script.addThread(KEY)
      const ended = read(transport, KEY, 0)
      await until(() => expect(ended.notes).toContain('open'))
      await script.drop(KEY, 'ended')
      expect(await ended.done).toBe('ended')

      const broken = read(transport, KEY, 0)
      await until(() => expect(broken.notes).toContain('open'))
      await script.drop(KEY)
      expect(faultOf(await broken.done)).toEqual({ type: 'network' })

      const aborted = read(transport, KEY, 0)
      await until(() => expect(aborted.notes).toContain('open'))
      aborted.stop.abort()
      expect(faultOf(await aborted.done)).toEqual({ type: 'aborted' })
      await until(async () => expect(await script.connections).toBe(0))
    }),
  )

  it(
    'S000-1 G5 leaving a log, however it is left, changes no run',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'run', 'Hello')
      const before = (await script.view(KEY)).seq
      for (let reader = 0; reader < 5; reader += 1) {
        const log = read(transport, KEY, 0)
        await until(() => expect(log.notes).toContain('open'))
        log.stop.abort()
        await log.done
      }
      expect((await script.view(KEY)).seq).toBe(before)
      expect((await script.asked).some(({ type }) => type === 'cancelRun' || type === 'cancelThread')).toBe(false)
    }),
  )

  it(
    'never opens a log as live that it cannot continue',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'run', 'Hello')
      expect(faultOf(await read(transport, KEY, 99).done)).toMatchObject({
        problem: { code: 'cursor_ahead', head: 3 },
      })
      await script.trim(KEY, 3)
      expect(faultOf(await read(transport, KEY, 1).done)).toMatchObject({
        problem: { code: 'cursor_gone', firstSeq: 3 },
      })
      expect(faultOf(await read(transport, NOBODY, 0).done)).toMatchObject({ problem: { code: 'not_found' } })
    }),
  )

  it(
    'shows that a quiet connection lives',
    using(async ({ transport, script }) => {
      await script.addThread(KEY)
      const log = read(transport, KEY, 0)
      await until(() => expect(log.notes).toContain('caught-up'))
      const before = log.bytes()
      await script.heartbeat(KEY)
      await until(() => expect(log.bytes()).toBeGreaterThan(before))
      expect(log.seen).toEqual([])
      log.stop.abort()
      await log.done
    }),
  )
}
