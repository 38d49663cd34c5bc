/**
 * Whether what arrived over a channel is a request of the table of verbs (`client/transport`).
 *
 * Owns: that check. Does not know: messages, who asks. A body is only known to be an object: the server judges its
 * content, as it does for every client.
 */
import { isId, keyOf } from '@holdfast/core'
import { type ArgKind, type ArgsOf, VERBS, type Verb } from '../transport/verbs.ts'
import { isPlain } from './messages.ts'

const FITS: { readonly [Kind in ArgKind]: (value: unknown) => boolean } = {
  key: (value) => keyOf(value) !== undefined,
  id: isId,
  query: (value) => value === undefined || isPlain(value),
  body: isPlain,
  reason: (value) => value === undefined || typeof value === 'string',
}

export function isVerb(value: unknown): value is Verb {
  return typeof value === 'string' && Object.hasOwn(VERBS, value)
}

/** The arguments, if they are some of this verb. */
export function argsOf<V extends Verb>(verb: V, given: readonly unknown[]): ArgsOf<V> | undefined {
  const { kinds } = VERBS[verb]
  // JSON has no `undefined`: a process that speaks it sends `null`.
  const args = kinds.map((_, at) => given[at] ?? undefined)
  return kinds.every((kind, at) => FITS[kind](args[at])) ? (args as readonly unknown[] as ArgsOf<V>) : undefined
}
