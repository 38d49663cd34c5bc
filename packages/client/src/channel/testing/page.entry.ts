/** The far side of the contract in a page's worker. */
import { portChannel } from '../channel.ts'
import { playScript } from './far-script.ts'

playScript(portChannel(globalThis))
