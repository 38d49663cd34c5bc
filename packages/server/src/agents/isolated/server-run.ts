/**
 * A run as the engine sees it, while its agent is in the module's process. Owns: the batches that have arrived, and which of
 * them are used. Does not know: the process.
 */
import type { Event } from '@ag-ui/core'
import type { Attention } from '@holdfast/core'
import type { AgentContext } from '../port.ts'
import { errorOf, type FromModule, type Id, type ToModule, thrownOf } from './messages.ts'
import { AHEAD } from './module-run.ts'

export interface ServerRun {
  readonly iterator: AsyncIterator<Event>
  hear(message: Extract<FromModule, { t: 'events' | 'ended' | 'usage' | 'write' | 'watch-child' }>): void
  /** The process is gone: what has arrived is still used, then this is thrown. */
  lose(error: Error): void
  /** If it has changed since it was last asked. */
  attention(): Attention | undefined
}

const DONE: IteratorResult<Event> = { done: true, value: undefined }

export function createServerRun(
  id: Id,
  context: AgentContext,
  send: (message: ToModule) => void,
  onEnd: () => void,
): ServerRun {
  const batches: (readonly unknown[])[] = []
  const writes: { readonly n: number; readonly count: number }[] = []
  let at = 0
  let used = 0
  /** How often the engine has asked for the next event. */
  let asked = 0
  let waiting: PromiseWithResolvers<IteratorResult<Event>> | undefined
  let end: { readonly error?: Error } | undefined
  let attended = context.attention()
  const over = Promise.withResolvers<void>()

  function take(): IteratorResult<Event> | undefined {
    const [batch] = batches
    if (!batch) return undefined
    const value = batch[at++] as Event
    if (at >= batch.length) {
      batches.shift()
      at = 0
      // Acknowledged by the half, so that a run with one event at a time does not answer each.
      if (++used >= AHEAD / 2) {
        send({ t: 'used', id, batches: used })
        used = 0
      }
    }
    return { done: false, value }
  }

  function settle(): void {
    if (!waiting) return
    const next = take()
    if (next) waiting.resolve(next)
    else if (end?.error) waiting.reject(end.error)
    else if (end) waiting.resolve(DONE)
    else return
    waiting = undefined
  }

  /** An agent that waits for its words has been asked for the next event after them, as in one process. */
  function write(): void {
    while (writes[0] && asked > writes[0].count) {
      const { n } = writes.shift() as { n: number }
      context.written().then(
        () => send({ t: 'written', id, n }),
        (error: unknown) => send({ t: 'written', id, n, thrown: thrownOf(error) }),
      )
    }
  }

  function finish(error?: Error): void {
    if (end) return
    end = error ? { error } : {}
    context.signal.removeEventListener('abort', onAbort)
    settle()
    over.resolve()
    onEnd()
  }

  const onAbort = () => send({ t: 'abort', id, why: whyOf(context.signal) })
  if (context.signal.aborted) onAbort()
  else context.signal.addEventListener('abort', onAbort, { once: true })

  return {
    iterator: {
      next() {
        asked++
        if (writes.length > 0) write()
        const next = take()
        if (next) return Promise.resolve(next)
        waiting = Promise.withResolvers()
        const { promise } = waiting
        settle()
        return promise
      },
      async return() {
        if (!end) send({ t: 'leave', id })
        await over.promise
        return DONE
      },
    },
    hear(message) {
      switch (message.t) {
        case 'events':
          if (!Array.isArray(message.events) || message.events.length === 0) return
          batches.push(message.events.map(standIn))
          return settle()
        case 'ended':
          return finish(message.thrown && errorOf(message.thrown))
        case 'usage':
          return context.usage(message.entry)
        case 'write':
          writes.push(message)
          return write()
        case 'watch-child': {
          const { subagentRunId } = message
          const signal = context.childSignal(subagentRunId)
          const stop = () => send({ t: 'abort-child', id, subagentRunId, why: whyOf(signal) })
          if (signal.aborted) stop()
          else signal.addEventListener('abort', stop, { once: true })
        }
      }
    },
    lose: (error) => finish(error),
    attention() {
      const now = context.attention()
      if (now === attended) return undefined
      attended = now
      return now
    },
  }
}

const whyOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : 'It was stopped.')

/** What the recorder refuses like the event that could not be sent. */
function standIn(event: unknown): unknown {
  const type: unknown = (event as { readonly type?: unknown } | null)?.type
  if (type === 'TOO_DEEP') return { type: 'CUSTOM', name: 'x', value: deep }
  return type === 'TOO_LARGE' ? { type: 'CUSTOM', name: 'x', value: large() } : event
}

/** Deeper than any limit. */
const deep: unknown[] = []
deep.push(deep)
const large = () => 'x'.repeat(32 << 20)
