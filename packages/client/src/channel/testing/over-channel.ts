/** The transport contract's set-up where the script is at the far end of a channel (`far-script.ts`). */
import { type Script, TOLD, type TransportUnderTest } from '../../transport/testing/under-test.ts'
import { createChannelTransport } from '../ask.ts'
import type { Channel } from '../channel.ts'
import { isPlain } from '../messages.ts'
import { FRESH } from './far-script.ts'

export function overChannel(channel: Channel): () => Promise<TransportUnderTest> {
  const waiting = new Map<number, (value: unknown) => void>()
  let lastId = 0

  channel.listen(
    (message) => {
      if (isPlain(message) && isPlain(message.told)) waiting.get(Number(message.told.id))?.(message.told.value)
    },
    () => {},
  )

  function tell(name: string, ...args: readonly unknown[]): Promise<unknown> {
    lastId += 1
    const id = lastId
    return new Promise((resolve) => {
      waiting.set(id, resolve)
      channel.post({ tell: { id, name, args } })
    })
  }

  const script = {} as Script
  for (const name of TOLD) {
    const isAsked = name === 'asked' || name === 'connections'
    Object.defineProperty(script, name, {
      get: () => (isAsked ? tell(name) : (...args: readonly unknown[]) => tell(name, ...args)),
    })
  }

  return async () => {
    await tell(FRESH)
    const transport = createChannelTransport(channel)
    return { transport, script, stop: async () => transport.close() }
  }
}
