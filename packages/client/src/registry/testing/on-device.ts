/** A device and a server with a thread whose run streams, and rows that are read late. */
import type { ThreadKey } from '@holdfast/core'
import { createDevice } from '../../cache/testing/device.ts'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import { A } from './looking.ts'

export function onDevice() {
  const device = createDevice()
  const transport = createScriptedTransport()
  transport.startElsewhere(A, 'run', 'Hello')
  transport.say(A, 'run', 'one ')
  const old = transport.view(A)
  transport.say(A, 'run', 'two ')
  return { device, transport, old }
}

/** A promise of the rows that is kept when the test says so. */
export function holdReads(device: ReturnType<typeof createDevice>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const read = device.rows.readThread
  Object.assign(device.rows, {
    readThread: async (key: ThreadKey, at: number) => {
      const row = await read(key, at)
      await promise
      return row
    },
  })
  return resolve
}
