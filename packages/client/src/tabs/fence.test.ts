/** What a host may still write, and when it may not. */
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import { fenced } from './fence.ts'

const KEY = { roomId: 'default', threadId: 'T1' }
const WRITES: Readonly<Record<string, (to: RunTransport) => Promise<unknown>>> = {
  createRoom: (to) => to.createRoom({ title: 'New' }),
  changeRoom: (to) => to.changeRoom('default', {}),
  deleteRoom: (to) => to.deleteRoom('default'),
  start: (to) => to.start(KEY, { runId: 'run' }),
  cancelRun: (to) => to.cancelRun(KEY, 'run'),
  cancelThread: (to) => to.cancelThread(KEY),
  changeRun: (to) => to.changeRun(KEY, 'run', { messages: [] }),
  changeQueue: (to) => to.changeQueue(KEY, {}),
  changeThread: (to) => to.changeThread(KEY, {}),
  deleteThread: (to) => to.deleteThread(KEY),
}

async function outcome(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'written',
    (error: unknown) => (error instanceof TransportError ? error.fault.type : error),
  )
}

it.each(Object.entries(WRITES))('%s goes out while this tab leads, and not when it does not', async (type, write) => {
  const server = createScriptedTransport()
  server.addThread(KEY)
  const clock = createManualClock()
  let leads = true
  const host = fenced(server, { clock, holds: async () => leads })
  await outcome(write(host))
  expect(server.asked.map((asked) => asked.type)).toEqual([type])
  leads = false
  expect(await outcome(write(host))).toBe('network')
  expect(server.asked).toHaveLength(1)
  expect((await host.rooms()).items).toBeDefined()
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
  expect(await outcome(host.start(KEY, { runId: 'run' }))).toBe('network')
  expect(server.asked).toEqual([])
})
