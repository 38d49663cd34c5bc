/** The far side of the contract in a page's worker. */
import { messagePortChannel } from '../channel.ts'
import { playScript } from './far-script.ts'

playScript(messagePortChannel(globalThis))
