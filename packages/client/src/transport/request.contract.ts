/**
 * The part of the transport's contract that is about requests with one answer, as every transport answers them: one that
 * reaches a server, and one that has none.
 */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { failing, type Using } from './testing/under-test.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }

export function requestContract(using: Using): void {
  it(
    'asks for rooms, agents and threads, and makes a room',
    using(async ({ transport, script }) => {
      await script.addThread(KEY)
      await transport.ask('createRoom', [{ roomId: 'new', title: 'New' }])
      expect((await transport.ask('rooms', [])).items.map(({ roomId }) => roomId)).toEqual(['default', 'new'])
      expect((await transport.ask('agents', [])).items).toHaveLength(1)
      expect((await transport.ask('threads', ['default', { limit: 10 }])).items).toMatchObject([KEY])
    }),
  )

  it(
    'G7 starts a run once, however often it is asked to',
    using(async ({ transport, script }) => {
      const body = { runId: 'run', messages: [{ id: 'm1', role: 'user', content: 'Grüße 👋' }] } as const
      const first = await transport.ask('start', [KEY, body])
      const second = await transport.ask('start', [KEY, body])
      expect([first.run.runId, second.run.runId]).toEqual(['run', 'run'])
      const shown = async () => (await script.view(KEY)).messages
      await vi.waitFor(async () => expect(await shown()).toMatchObject([{ id: 'm1', content: 'Grüße 👋' }]))
      expect((await transport.ask('snapshot', [KEY])).seq).toBe(3)
    }),
  )

  it(
    'cancels by run, before the run exists, and by thread',
    using(async ({ transport, script }) => {
      expect(await transport.ask('cancelRun', [KEY, 'early', 'changed my mind'])).toEqual({})
      await transport.ask('start', [KEY, { runId: 'early', messages: [{ id: 'm', role: 'user', content: 'Hello' }] }])
      expect((await script.view(KEY)).runs).toMatchObject([{ status: 'cancelled' }])
      expect(await transport.ask('cancelRun', [KEY, 'early'])).toEqual({ alreadyTerminal: true, status: 'cancelled' })
      await script.startElsewhere(KEY, 'run', 'Hello')
      expect(await transport.ask('cancelThread', [KEY])).toMatchObject({
        run: { runId: 'run', status: 'cancelling' },
      })
    }),
  )

  it(
    'renames and archives a thread, and lists its runs among all',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'run', 'Hello')
      expect(await transport.ask('changeThread', [KEY, { title: 'Plans' }])).toMatchObject({
        title: 'Plans',
        archived: false,
      })
      await transport.ask('changeThread', [KEY, { archived: true }])
      expect((await transport.ask('threads', [KEY.roomId])).items).toMatchObject([{ title: 'Plans', archived: true }])
      expect((await transport.ask('runs', [])).items).toMatchObject([{ ...KEY, runId: 'run' }])
      const { events, next } = await transport.ask('runEvents', [KEY, 'run', { after: 0 }])
      expect(events.map(({ type }) => type)).toContain('RUN_STARTED')
      expect((await transport.ask('runEvents', [KEY, 'run', { after: next }])).events).toEqual([])
    }),
  )

  it(
    'gives a run’s events a page of the thread’s records at a time, from where the run begins to its last',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'before', 'Hello')
      await script.end(KEY, 'before')
      const { length: begin } = await script.log(KEY)
      await script.startElsewhere(KEY, 'run', 'And?')
      await script.say(KEY, 'run', 'So. ')
      await script.end(KEY, 'run')
      // Its acceptance is its first record, and no event.
      const first = await transport.ask('runEvents', [KEY, 'run', { after: 0, limit: 1 }])
      expect(first).toEqual({ events: [], next: begin + 1, upToDate: false })
      const types: string[] = []
      let page = first
      while (!page.upToDate) {
        page = await transport.ask('runEvents', [KEY, 'run', { after: page.next, limit: 2 }])
        types.push(...page.events.map(({ type }) => type))
      }
      const whole = await transport.ask('runEvents', [KEY, 'run'])
      expect(types).toEqual(whole.events.map(({ type }) => type))
      expect(types.at(0)).toBe('RUN_STARTED')
      expect(types.at(-1)).toBe('RUN_FINISHED')
      expect(whole.next).toBe(page.next)
    }),
  )

  it(
    'deletes a thread, by force if something runs in it, and again without complaint',
    using(async ({ transport, script }) => {
      await script.startElsewhere(KEY, 'run', 'Hello')
      expect(await failing(transport.ask('deleteThread', [KEY]))).toMatchObject({ problem: { code: 'run_active' } })
      expect(await script.has(KEY)).toBe(true)
      await transport.ask('deleteThread', [KEY, { force: true }])
      await transport.ask('deleteThread', [KEY])
      expect(await script.has(KEY)).toBe(false)
      expect(await failing(transport.ask('snapshot', [KEY]))).toMatchObject({ problem: { code: 'deleted' } })
    }),
  )
}
