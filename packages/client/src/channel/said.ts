/**
 * From a stream of the real transport to what crosses the channel.
 *
 * Owns: which address is malformed, which event becomes which item. Does not know: sessions, batches (`outlet.ts`).
 */
import { keyOf } from '@holdfast/core'
import type { InboxHandlers, LogHandlers, Source } from '../transport/port.ts'
import { type Address, isPlain, isSeq } from './messages.ts'
import type { StreamOutlet } from './outlet.ts'

export function readAddress(value: unknown): Address | undefined {
  if (!isPlain(value)) return undefined
  const { type, after, cursor, apart } = value
  const key = keyOf(value.key)
  if (type === 'log' && key && isSeq(after)) return { type, key, after, ...(apart === true && { apart }) }
  return type === 'inbox' && typeof cursor === 'string' ? { type, cursor } : undefined
}

/** What is read from there, said to the other side. */
export function sayingTo(out: StreamOutlet, from: Address): Source {
  const both: Pick<LogHandlers & InboxHandlers, 'onOpen' | 'onBytes' | 'onDropped'> = {
    onOpen: () => out.say({ type: 'opened' }),
    onBytes: out.beat,
    onDropped: (reason, what) => out.say({ type: 'dropped', reason, ...(what !== undefined && { what }) }),
  }
  if (from.type === 'inbox') {
    const onEntries: InboxHandlers['onEntries'] = (batch) => out.say({ type: 'entries', batch })
    const onDelivery: InboxHandlers['onDelivery'] = (delivery) => out.say({ type: 'delivery', delivery })
    return { ...from, handlers: { ...both, onEntries, onDelivery } }
  }
  const onEnvelopes: LogHandlers['onEnvelopes'] = (batch) => out.say({ type: 'envelopes', batch })
  const onCaughtUp = () => out.say({ type: 'caught-up' })
  return { ...from, handlers: { ...both, onEnvelopes, onCaughtUp } }
}
