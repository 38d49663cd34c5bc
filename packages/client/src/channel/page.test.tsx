/** The transport contract in a real page, over a channel to its worker. */
import { afterAll } from 'vitest'
import { transportContract } from '../transport/transport.contract.ts'
import { messagePortChannel } from './channel.ts'
import { overChannel } from './testing/over-channel.ts'

const worker = new Worker(new URL('./testing/page.entry.ts', import.meta.url), { type: 'module' })
transportContract('a port in a page', overChannel(messagePortChannel(worker)))

afterAll(() => worker.terminate())
