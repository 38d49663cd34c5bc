/**
 * The host that this tab uses now, and the watch over it.
 *
 * Owns: one host at a time; when it counts as lost. Does not know: where hosts come from, what follows from a loss.
 *
 * Invariant: while nothing is pending, the host is not asked whether it is alive.
 */
import type { Clock } from '@holdfast/core'
import { type ChannelTransport, createChannelTransport } from '../channel/ask.ts'
import type { Line } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import { createSwitch } from './switch.ts'
import { SILENT_STEPS, watch } from './watch.ts'

interface Use {
  readonly line: Line
  readonly transport: ChannelTransport
  /** Steps that its next answer may take. */
  patience: number
  onLost(how: 'gone' | 'silent'): void
}

export interface InUse {
  readonly transport: ReadTransport
  readonly hasHost: boolean
  /** From now on this host is used, until it is lost or left. */
  use(line: Line, patience: number, onLost: Use['onLost']): void
  /** From now on there is no host but this. */
  useAlone(transport: ReadTransport): void
  leave(): void
}

export function createInUse(clock: Clock): InUse {
  const way = createSwitch(rewatch)
  let inUse: Use | undefined
  let stopWatching: (() => void) | undefined

  function endWatch(): void {
    stopWatching?.()
    stopWatching = undefined
  }

  function leave(): void {
    endWatch()
    const before = inUse
    inUse = undefined
    way.use(undefined)
    before?.transport.close()
    before?.line.close()
  }

  function lose(own: Use, how: 'gone' | 'silent'): void {
    if (inUse !== own) return
    leave()
    own.onLost(how)
  }

  function rewatch(): void {
    const own = inUse
    if (!way.needed || !own) {
      endWatch()
      return
    }
    stopWatching ??= watch({
      clock,
      patience: own.patience,
      async ask() {
        await own.transport.alive()
        own.patience = SILENT_STEPS
      },
      onSilent: () => lose(own, 'silent'),
    })
  }

  return {
    transport: way.transport,
    get hasHost() {
      return inUse !== undefined
    },
    use(line, patience, onLost) {
      leave()
      const transport = createChannelTransport(line)
      const own: Use = { line, transport, patience, onLost }
      inUse = own
      transport.gone.addEventListener('abort', () => lose(own, 'gone'))
      way.use(transport)
      rewatch()
    },
    useAlone: way.use,
    leave,
  }
}
