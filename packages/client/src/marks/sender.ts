/**
 * Sends what a person has read, and what they marked as unread, until it is answered. The newest one of each thread
 * replaces what was not sent yet. A read mark is stored until then, so that one that was set without a connection is sent
 * by the next page: it only ever grows, so sending it late or twice is safe. A mark as unread is not, and ends with its
 * page.
 *
 * Owns: what is on its way, when it is sent again. Does not know: what follows from a mark (`marks.ts`).
 */
import { keyOf, keyString, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import type { Backoff } from '../follow/backoff.ts'
import { isUnanswered, transportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'

/** A mark as unread, or up to where the thread was read. */
export type Mark = 'unread' | { readonly seq: number }

export interface MarkSender {
  send(key: ThreadKey, mark: Mark): void
  /** What an earlier page could not send. Anything else that lies there is removed. */
  stored(): readonly StoredMark[]
}

export interface StoredMark {
  readonly key: ThreadKey
  readonly seq: number
}

export interface MarkSenderOptions {
  readonly transport: Pick<RunTransport, 'ask'>
  readonly environment: Pick<Environment, 'keep'>
  readonly access: Pick<Access, 'granted'>
  readonly backoff: Backoff
  readonly closed: AbortSignal
  /** What the names of stored marks begin with; the key follows. */
  readonly stored: string
  /** Nothing of this thread is on its way any more. `thread`: the answer, unless it was refused. */
  ended(key: ThreadKey, thread: ThreadInfo | undefined): void
}

export function createMarkSender(options: MarkSenderOptions): MarkSender {
  const { transport, access, backoff, closed, ended } = options
  const { keep } = options.environment
  const waiting = new Map<string, Mark>()

  async function deliver(key: ThreadKey): Promise<void> {
    const id = keyString(key)
    for (let attempt = 1; !closed.aborted; attempt += 1) {
      const mark = waiting.get(id)
      if (mark === undefined) return
      const answer = await ask(key, mark)
      if (answer === 'again') await new Promise<void>((resolve) => backoff.wait(attempt, resolve))
      else if (answer === 'signed out') await access.granted(closed).catch(() => {})
      // Another mark has taken its place meanwhile: that one is sent next.
      else if (waiting.get(id) === mark) {
        waiting.delete(id)
        keep.remove(options.stored + id)
        ended(key, answer)
      } else attempt = 0
    }
  }

  /** Undefined: it was refused, for good. */
  async function ask(key: ThreadKey, mark: Mark): Promise<ThreadInfo | 'again' | 'signed out' | undefined> {
    try {
      return await (mark === 'unread' ? transport.ask('markUnread', [key]) : transport.ask('read', [key, mark]))
    } catch (cause) {
      const error = transportError(cause)
      if (error.fault.type === 'unauthorized') return 'signed out'
      return isUnanswered(error) ? 'again' : undefined
    }
  }

  return {
    send(key, mark) {
      const isUnderWay = waiting.has(keyString(key))
      waiting.set(keyString(key), mark)
      if (!isUnderWay) void deliver(key)
    },
    stored: () => storedIn(keep, options.stored),
  }
}

function storedIn(keep: Environment['keep'], prefix: string): readonly StoredMark[] {
  return keep.names().flatMap((name) => {
    if (!name.startsWith(prefix)) return []
    const [roomId, threadId, ...more] = name.slice(prefix.length).split('/')
    const key = keyOf({ roomId, threadId })
    const seq = Number(keep.read(name))
    if (key && more.length === 0 && Number.isSafeInteger(seq) && seq > 0) return [{ key, seq }]
    keep.remove(name)
    return []
  })
}
