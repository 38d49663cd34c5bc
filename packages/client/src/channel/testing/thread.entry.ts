/** The far side of the contract in a thread of its own: its end of the channel is its `workerData`. */
import { type MessagePort, workerData } from 'node:worker_threads'
import { messagePortChannel } from '../channel.ts'
import { playScript } from './far-script.ts'

playScript(messagePortChannel(workerData as MessagePort))
