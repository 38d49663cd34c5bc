/** Both sides of a channel in one program, and the far side's scripted server. */
import type { ThreadKey } from '@holdfast/core'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import { createChannelTransport } from '../ask.ts'
import { CHANNEL_VERSION } from '../messages.ts'
import { serveChannel } from '../serve.ts'
import { createChannelPair } from './channel-pair.ts'

export const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
export const OTHER: ThreadKey = { roomId: 'default', threadId: 'T2' }

export function setUp() {
  const pair = createChannelPair()
  const script = createScriptedTransport()
  const served = serveChannel(pair.far, script)
  return { pair, script, served, transport: createChannelTransport(pair.near) }
}

/** The near end without a transport: it posts what it likes, and hears everything. */
export function setUpRaw() {
  const { pair, script, served } = setUpFar()
  const heard: Record<string, unknown>[] = []
  pair.near.listen(
    (message) => void heard.push(message as Record<string, unknown>),
    () => {},
  )
  const post = (message: object, session = 's') => pair.near.post({ holdfast: CHANNEL_VERSION, session, ...message })
  const of = (type: string) => heard.filter((message) => message.type === type)
  return { pair, script, served, heard, post, of }
}

function setUpFar() {
  const pair = createChannelPair()
  const script = createScriptedTransport()
  return { pair, script, served: serveChannel(pair.far, script) }
}

export const openLog = (id: number, key: ThreadKey = KEY) => ({
  type: 'open',
  id,
  source: { type: 'log', key, after: 0 },
})
