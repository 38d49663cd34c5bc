/**
 * What every RunTransport keeps, whatever it speaks: run against the scripted one, over real HTTP, and over ports to
 * another thread, another process, another realm of a page.
 *
 * Does not know: sockets, status codes, ports. Each set-up gives a transport and the script of the server behind it,
 * which may be far away: whatever is told to it or asked of it is awaited.
 */
import type { Envelope, ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { problem, type ScriptedTransport } from '../testing/scripted-transport.ts'
import { TransportError, type TransportFault } from './error.ts'
import type { DropReason, LogHandlers, ReadTransport, RunTransport } from './port.ts'

/** What the suite tells the script, and asks of it. */
export const TOLD = [
  'addThread',
  'asked',
  'connections',
  'drop',
  'end',
  'has',
  'heartbeat',
  'log',
  'next',
  'push',
  'say',
  'startElsewhere',
  'tellInbox',
  'trim',
  'view',
] as const

type Told = (typeof TOLD)[number]

/** A scripted transport as it stands, or one to which each word travels. */
export type Script = {
  readonly [Name in Told]: ScriptedTransport[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Result | Promise<Result>
    : ScriptedTransport[Name] | Promise<ScriptedTransport[Name]>
}

export interface TransportUnderTest {
  readonly transport: RunTransport
  /** The server's side. */
  readonly script: Script
  stop(): Promise<void>
}

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const NOBODY: ThreadKey = { roomId: 'default', threadId: 'nobody' }
const until = vi.waitFor

/** Reads a log, noting everything that comes of it. */
export function read(transport: ReadTransport, key: ThreadKey, after: number, beside?: 'apart') {
  const seen: Envelope[] = []
  const dropped: DropReason[] = []
  const notes: string[] = []
  let bytes = 0
  const handlers: LogHandlers = {
    onOpen: () => void notes.push('open'),
    onCaughtUp: () => void notes.push('caught-up'),
    onEnvelopes: (batch) => {
      expect(batch).not.toHaveLength(0)
      seen.push(...batch)
    },
    onBytes: () => {
      bytes += 1
    },
    onDropped: (reason) => void dropped.push(reason),
  }
  const stop = new AbortController()
  const source = { type: 'log', key, after, handlers, ...(beside && { apart: true as const }) } as const
  const done = transport.open(source, stop.signal).then(
    () => 'ended' as const,
    (error: unknown) => error,
  )
  return { seen, dropped, notes, done, stop, seqs: () => seen.map(({ seq }) => seq), bytes: () => bytes }
}

export function faultOf(error: unknown): TransportFault {
  if (!(error instanceof TransportError)) throw new Error('not a TransportError', { cause: error })
  return error.fault
}

async function failing(promise: Promise<unknown>): Promise<TransportFault> {
  return faultOf(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
}

export function transportContract(name: string, setUp: () => Promise<TransportUnderTest>): void {
  const using = (body: (parts: TransportUnderTest) => Promise<void>) => async () => {
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
  })
}
