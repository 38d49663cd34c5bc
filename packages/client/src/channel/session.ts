/**
 * One session of the asking side: its ids, what is pending in it, its end.
 *
 * Owns: which message is for which request. Does not know: verbs, what a stream says.
 *
 * Invariant: once the other side is gone, everything pending and everything begun later rejects as `network`.
 */
import { TransportError, type TransportFault } from '../transport/error.ts'
import type { Channel } from './channel.ts'
import { isClaimed, posted, type Request } from './messages.ts'
import { type ForRequest, type ReadReply, readReply } from './replies.ts'

export interface Session {
  /**
   * Sends a request under the next id, and waits until `settle` settles it. Rejects with `aborted` on its signal.
   * @param pending what takes the replies to it
   */
  begin<T>(request: (id: number) => Request, pending: Begun<T>, signal?: AbortSignal): Promise<T>
  /** Throws a TransportError: what cannot be cloned cannot be asked. */
  post(request: Request): void
  /** Counts something that could not be taken. */
  drop(): void
  readonly dropped: number
  readonly gone: AbortSignal
  close(): void
}

/** Twice is harmless. */
export interface Settle<T> {
  resolve(value: T): void
  reject(error: TransportError): void
  readonly isOver: boolean
}

type Pending = (reply: ForRequest) => void

interface Open {
  readonly take: Pending
  fail(fault: TransportFault): void
}

export function openSession(channel: Channel): Session {
  const session = mintSession()
  const open = new Map<number, Open>()
  const ended = new AbortController()
  let gone: TransportFault | undefined
  let lastId = 0
  let dropped = 0

  function post(request: Request): void {
    try {
      channel.post(posted(session, request))
    } catch (cause) {
      throw new TransportError({ type: 'protocol', detail: 'a request that cannot cross' }, { cause })
    }
  }

  function hear(message: unknown): void {
    if (!isClaimed(message)) dropped += 1
    else if (message.session === session && !take(readReply(message))) dropped += 1
  }

  /** Whether it was something that can be taken. */
  function take(reply: ReadReply | undefined): boolean {
    if (!reply) return false
    if (reply.type === 'over') end(reply.fault)
    else if (reply.type !== 'welcome') {
      if (reply.id > lastId) return false
      // A reply to nothing is late: it was on its way when its request was given up.
      open.get(reply.id)?.take(reply)
    }
    return true
  }

  function end(fault: TransportFault): void {
    if (gone) return
    gone = fault
    unlisten()
    for (const each of [...open.values()]) each.fail(fault)
    ended.abort()
  }

  async function begin<T>(request: (id: number) => Request, pending: Begun<T>, signal?: AbortSignal): Promise<T> {
    const fault = gone ?? (signal?.aborted ? ({ type: 'aborted' } as const) : undefined)
    if (fault) throw new TransportError(fault)
    lastId += 1
    const id = lastId
    post(request(id))
    return until<T>(open, id, pending, () => post({ type: 'leave', id }), signal)
  }

  const unlisten = channel.listen(hear, () => end({ type: 'network' }))
  post({ type: 'hello' })

  return {
    begin,
    post,
    drop() {
      dropped += 1
    },
    get dropped() {
      return dropped
    },
    gone: ended.signal,
    close() {
      if (gone) return
      post({ type: 'bye' })
      end({ type: 'network' })
    },
  }
}

type Begun<T> = (id: number, settle: Settle<T>) => Pending

/** Keeps the request open until it is settled, fails, or is aborted: then `leave` is called. */
function until<T>(
  open: Map<number, Open>,
  id: number,
  pending: Begun<T>,
  leave: () => void,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = (act: () => void) => {
      open.delete(id)
      signal?.removeEventListener('abort', abort)
      act()
    }
    const fail = (fault: TransportFault) => over(() => reject(new TransportError(fault)))
    const abort = () => {
      leave()
      fail({ type: 'aborted' })
    }
    signal?.addEventListener('abort', abort)
    const take = pending(id, {
      resolve: (value) => over(() => resolve(value)),
      reject: (error) => over(() => reject(error)),
      get isOver() {
        return !open.has(id)
      },
    })
    open.set(id, { take, fail })
  })
}

function mintSession(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-')
}
