/** The far side of the contract in a thread of its own: its end of the channel is its `workerData`. */
import { type MessagePort, workerData } from 'node:worker_threads'
import { portChannel } from '../channel.ts'
import { playScript } from './far-script.ts'

playScript(portChannel(workerData as MessagePort))
