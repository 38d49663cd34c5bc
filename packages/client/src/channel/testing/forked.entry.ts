/** The far side of the contract in a process of its own. */
import process from 'node:process'
import { processChannel } from '../channel.ts'
import { playScript } from './far-script.ts'

playScript(processChannel(process))
