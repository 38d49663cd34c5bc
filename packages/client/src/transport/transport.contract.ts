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
import { logContract } from './log.contract.ts'
import { requestContract } from './request.contract.ts'
import { failing, type TransportUnderTest, type Using } from './testing/under-test.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const NOBODY: ThreadKey = { roomId: 'default', threadId: 'nobody' }

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
    requestContract(using)

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
