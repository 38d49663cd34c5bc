/**
 * Reads a log beside the page's own reading of its thread. A tab has one reading of each thread over the shared
 * connection, and a newer one ends it (`client/channel`): this one has a connection of its own, for as long as it lasts.
 */
import { type Environment, type RunTransport, TransportError } from '@holdfast/client'
import { loaded } from '../parts/part.ts'
import { connectPart } from './connect-part.ts'

export function readAside({ clock, mintId }: Environment): RunTransport['open'] {
  return async (source, signal) => {
    const { connect } = await loaded(connectPart).catch((cause: unknown) => {
      throw new TransportError({ type: 'network' }, { cause })
    })
    return connect(clock, { alone: mintId() }).open(source, signal)
  }
}
