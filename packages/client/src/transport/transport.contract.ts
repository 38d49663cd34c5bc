/**
 * What every RunTransport keeps, whatever it speaks: run against the scripted one, over real HTTP, and over ports to
 * another thread, another process, another realm of a page.
 *
 * Does not know: sockets, status codes, ports. Each set-up gives a transport and the script of the server behind it,
 * which may be far away: whatever is told to it or asked of it is awaited.
 */
import type { ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import type { TransportFault } from './error.ts'
import { logContract } from './log.contract.ts'
import { faultOf, type TransportUnderTest, type Using } from './testing/under-test.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const NOBODY: ThreadKey = { roomId: 'default', threadId: 'nobody' }

async function failing(promise: Promise<unknown>): Promise<TransportFault> {
  return faultOf(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
}

export function transportContract(name: string, setUp: () => Promise<TransportUnderTest>): void {
  const using: Using = (body) => async () => {
    const parts = await setUp()
    try {
      await body(parts)
    } finally {
      await parts.stop()
    }
  }

  describe(`a transport: ${name}`, () => {
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
        expect(second).toEqual(first)
        expect((await script.view(KEY)).messages).toMatchObject([{ id: 'm1', content: 'Grüße 👋' }])
        expect((await transport.ask('snapshot', [KEY])).seq).toBe(3)
      }),
    )

    it(
      'cancels by run, before the run exists, and by thread',
      using(async ({ transport, script }) => {
        expect(await transport.ask('cancelRun', [KEY, 'early', 'changed my mind'])).toEqual({})
        await transport.ask('start', [KEY, { runId: 'early' }])
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

    it(
      'gives a refusal as the problem it is',
      using(async ({ transport, script }) => {
        expect(await failing(transport.ask('snapshot', [NOBODY]))).toMatchObject({
          type: 'problem',
          problem: { code: 'not_found' },
        })
        await script.startElsewhere(KEY, 'run', 'Hello')
        expect(await failing(transport.ask('start', [KEY, { runId: 'second' }]))).toMatchObject({
          type: 'problem',
          problem: { code: 'run_active', runId: 'run' },
        })
        await script.next('rooms', { type: 'fault', fault: { type: 'unauthorized' } })
        expect(await failing(transport.ask('rooms', []))).toEqual({ type: 'unauthorized' })
        await script.next('start', { type: 'fault', fault: problem('internal') })
        expect(await failing(transport.ask('start', [KEY, { runId: 'third' }]))).toMatchObject({
          problem: { code: 'internal' },
        })
      }),
    )

    it(
      'says what a device shows, of a thread that may not be there yet; one that may not be seen is refused',
      using(async ({ transport, script }) => {
        const told = { deviceId: 'tab', state: 'focused', thread: NOBODY } as const
        expect(await transport.ask('presence', [told])).toBeUndefined()
        await transport.ask('presence', [{ deviceId: 'tab', state: 'hidden' }])
        expect((await script.asked).filter(({ type }) => type === 'presence')).toEqual([
          { type: 'presence', body: told },
          { type: 'presence', body: { deviceId: 'tab', state: 'hidden' } },
        ])
        const elsewhere = { ...told, thread: { roomId: 'nowhere', threadId: 'T1' } }
        expect(await failing(transport.ask('presence', [elsewhere]))).toMatchObject({ problem: { code: 'not_found' } })
      }),
    )

    logContract(using)
  })
}
