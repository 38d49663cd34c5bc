/**
 * What the serving side says, checked.
 *
 * Owns: which reply is malformed. Does not know: sessions, which request a reply is for.
 */
import type { TransportFault } from '../transport/error.ts'
import { readFault } from './fault.ts'
import { CHANNEL_VERSION, type Claimed, isSeq } from './messages.ts'

/** The reply to one request, by its id. */
export type ForRequest =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly fault: TransportFault }
  | { readonly type: 'said'; readonly id: number; readonly items: readonly unknown[] }

export type ReadReply =
  | ForRequest
  | { readonly type: 'welcome' }
  /** The other side is gone, or cannot be understood. */
  | { readonly type: 'over'; readonly fault: TransportFault }

export function readReply({ holdfast, type, id, value, fault, items }: Claimed): ReadReply | undefined {
  if (holdfast !== CHANNEL_VERSION || type === 'unfit') {
    const detail = `the other side of the channel speaks another version than ${CHANNEL_VERSION}`
    return { type: 'over', fault: { type: 'protocol', detail } }
  }
  if (type === 'welcome') return { type }
  if (type === 'bye') return { type: 'over', fault: { type: 'network' } }
  if (!isSeq(id)) return undefined
  if (type === 'answer') return { type, id, value }
  if (type === 'fault') return { type, id, fault: readFault(fault) }
  return type === 'said' && Array.isArray(items) ? { type, id, items } : undefined
}
