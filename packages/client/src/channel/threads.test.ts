/** The transport contract over a channel to another thread, and over one to another process. */
import { fork } from 'node:child_process'
import { MessageChannel, Worker } from 'node:worker_threads'
import { afterAll } from 'vitest'
import { transportContract } from '../transport/transport.contract.ts'
import { messagePortChannel, processChannel } from './channel.ts'
import { overChannel } from './testing/over-channel.ts'

const { port1, port2 } = new MessageChannel()
const worker = new Worker(new URL('./testing/thread.entry.ts', import.meta.url), {
  workerData: port2,
  transferList: [port2],
})
transportContract('a port to a thread', overChannel(messagePortChannel(port1)))

const child = fork(new URL('./testing/forked.entry.ts', import.meta.url), { serialization: 'advanced' })
transportContract('a port to a forked process', overChannel(processChannel(child)))

afterAll(async () => {
  port1.close()
  child.disconnect()
  await worker.terminate()
})
