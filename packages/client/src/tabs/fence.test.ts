/** What a host may still write, and when it may not. */
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import { ALL_VERBS, sampleArgs } from '../transport/testing/sample-args.ts'
import { isRead } from '../transport/verbs.ts'
import { fenced } from './fence.ts'

const KEY = { roomId: 'default', threadId: 'T1' }
const WRITES = ALL_VERBS.filter((verb) => !isRead(verb))

async function outcome(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'written',
    (error: unknown) => (error instanceof TransportError ? error.fault.type : error),
  )
}

it.each(WRITES)('%s goes out while this tab leads, and not when it does not', async (verb) => {
  const server = createScriptedTransport()
  server.addThread(KEY)
  const clock = createManualClock()
  let leads = true
  const host = fenced(server, { clock, holds: async () => leads })
  await outcome(host.ask(verb, sampleArgs(verb)))
  expect(server.asked.map((asked) => asked.type)).toEqual([verb])
  leads = false
  expect(await outcome(host.ask(verb, sampleArgs(verb)))).toBe('network')
  expect(server.asked).toHaveLength(1)
  expect((await host.ask('rooms', [])).items).toBeDefined()
})

it('an answer that was on its way while the tab was frozen is too old to write upon: it asks again', async () => {
  const server = createScriptedTransport()
  const clock = createManualClock()
  const answers = [true, false]
  const host = fenced(server, {
    clock,
    async holds() {
      // It is true when it is said, and heard an hour later.
      const answer = answers.shift() ?? false
      if (answer) clock.advance(3_600_000)
      return answer
    },
  })
  expect(await outcome(host.ask('start', [KEY, { runId: 'run' }]))).toBe('network')
  expect(server.asked).toEqual([])
})
