/**
 * The same transport for reading only. A tab writes from its own page and never through another program, so that no
 * command waits for a frozen leader, and none is in the hands of a leader that wakes up after it was replaced (decision
 * 0099).
 *
 * Owns: that refusal. Does not know: which verbs there are, who asks.
 */
import { TransportError } from '../transport/error.ts'
import type { ReadTransport, RunTransport } from '../transport/port.ts'
import { type ArgsOf, isRead } from '../transport/verbs.ts'

export function readOnly(transport: ReadTransport): RunTransport {
  return {
    async ask(verb, args, signal) {
      if (isRead(verb)) return transport.ask(verb, args as ArgsOf<typeof verb>, signal)
      throw new TransportError({ type: 'protocol', detail: 'a write through a connection that is shared for reading' })
    },
    open: (source, signal) => transport.open(source, signal),
  }
}
