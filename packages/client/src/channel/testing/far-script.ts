/** A scripted transport at the far end of a channel, served over it and controlled over it. */
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import type { Channel } from '../channel.ts'
import { isPlain } from '../messages.ts'
import { serveChannel } from '../serve.ts'

/** Starts again, with an empty script. */
export const FRESH = 'fresh'

export function playScript(channel: Channel): void {
  let script = createScriptedTransport()
  let served = serveChannel(channel, script)

  function tell(name: string, args: readonly unknown[]): unknown {
    if (name === FRESH) {
      served.close()
      script = createScriptedTransport()
      served = serveChannel(channel, script)
      return undefined
    }
    const member = script[name as keyof typeof script] as unknown
    return typeof member === 'function' ? member(...args) : member
  }

  channel.listen(
    (message) => {
      if (!isPlain(message) || !isPlain(message.tell)) return
      const { id, name, args } = message.tell
      channel.post({ told: { id, value: tell(String(name), Array.isArray(args) ? args : []) } })
    },
    () => served.close(),
  )
}
