/**
 * What is asked of the scripted transport: noted, held up where a test says so, answered or met by a mishap.
 *
 * Owns: the requests, what meets them. Does not know: threads.
 */
import {
  type ChangeQueueBody,
  type ChangeRoomBody,
  type ChangeThreadBody,
  type EditRunBody,
  type FeedBody,
  PROBLEM_STATUS,
  type PresenceBody,
  type Problem,
  type ProblemCode,
  type StartBody,
  type ThreadKey,
} from '@holdfast/core'
import { TransportError, type TransportFault } from '../transport/error.ts'

/** A request, as it arrived. */
export type Asked =
  | { readonly type: 'agents' | 'rooms' | 'createRoom' | 'threads' | 'runs' | 'inbox' }
  | { readonly type: 'changeRoom'; readonly roomId: string; readonly change: ChangeRoomBody }
  | { readonly type: 'deleteRoom'; readonly roomId: string; readonly force: boolean }
  | { readonly type: 'changeRun'; readonly key: ThreadKey; readonly runId: string; readonly body: EditRunBody }
  | { readonly type: 'changeQueue'; readonly key: ThreadKey; readonly change: ChangeQueueBody }
  | { readonly type: 'openFeed' | 'pollFeed'; readonly body: FeedBody }
  | { readonly type: 'presence'; readonly body: PresenceBody }
  | { readonly type: 'runEvents'; readonly key: ThreadKey; readonly runId: string }
  | { readonly type: 'snapshot'; readonly key: ThreadKey }
  | { readonly type: 'start'; readonly key: ThreadKey; readonly body: StartBody }
  | { readonly type: 'cancelRun'; readonly key: ThreadKey; readonly runId: string; readonly reason?: string }
  | { readonly type: 'cancelThread'; readonly key: ThreadKey; readonly reason?: string }
  | { readonly type: 'cancelSubagent'; readonly key: ThreadKey; readonly subagentRunId: string }
  | { readonly type: 'changeThread'; readonly key: ThreadKey; readonly change: ChangeThreadBody }
  | { readonly type: 'deleteThread'; readonly key: ThreadKey; readonly force: boolean }
  | { readonly type: 'read'; readonly key: ThreadKey; readonly seq: number }
  | { readonly type: 'markUnread'; readonly key: ThreadKey }
  | { readonly type: 'readRoom'; readonly roomId: string }
  | { readonly type: 'readAll' | 'notificationSettings' | 'changeNotificationSettings' }
  | { readonly type: 'notices' | 'deleteNotice' | 'deleteNotices' }
  | { readonly type: 'pushKey' | 'subscribePush' | 'unsubscribePush' }
  | { readonly type: 'log'; readonly key: ThreadKey }
  | { readonly type: 'claimNotice'; readonly noticeId: string; readonly deviceId: string }
  | { readonly type: 'openLog'; readonly key: ThreadKey; readonly after: number }

type AskedType = Asked['type']

/** What a request of one kind meets instead of its answer. `lost`: the server did it, and the answer was lost. */
export type Mishap = { readonly type: 'fault'; readonly fault: TransportFault } | { readonly type: 'lost' }

export function problem(code: ProblemCode, more: Partial<Problem> = {}): TransportFault {
  const status = PROBLEM_STATUS[code]
  return { type: 'problem', problem: { type: 'about:blank', title: code, status, code, detail: `${code}.`, ...more } }
}

export interface Requests {
  readonly asked: readonly Asked[]
  /** The next request of this kind meets this. Several are met one after the other. */
  next(type: AskedType, mishap: Mishap): void
  /** From now on every request meets this, one that `only` names or any, until the returned function is called. */
  always(mishap: Mishap, only?: readonly AskedType[]): () => void
  /** Requests of this kind wait until the returned function is called. */
  hold(type: AskedType): () => void
  /** Requests of this kind are done at once, and their answers are on the way until the returned function is called. */
  holdAnswer(type: AskedType): () => void
  /** How many answers are on such a way. */
  readonly reading: number
  /** Notes the request, lets it wait where it has to, and answers it, unless it meets a mishap. */
  answer<T>(request: Asked, act: () => T): Promise<T>
}

export function createRequests(): Requests {
  const asked: Asked[] = []
  const mishaps = new Map<AskedType, Mishap[]>()
  const held = new Map<AskedType, Promise<void>>()
  const heldAnswers = new Map<AskedType, Promise<void>>()
  let reading = 0
  let standing: { readonly mishap: Mishap; readonly only: readonly AskedType[] | undefined } | undefined

  function mishapFor(type: AskedType): Mishap | undefined {
    if (standing && (standing.only?.includes(type) ?? true)) return standing.mishap
    return mishaps.get(type)?.shift()
  }

  function holdIn(where: Map<AskedType, Promise<void>>, type: AskedType): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    where.set(type, promise)
    return () => {
      where.delete(type)
      resolve()
    }
  }

  return {
    asked,
    next: (type, mishap) => void mishaps.set(type, [...(mishaps.get(type) ?? []), mishap]),
    always(mishap, only) {
      const own = { mishap, only }
      standing = own
      return () => {
        if (standing === own) standing = undefined
      }
    },
    hold: (type) => holdIn(held, type),
    holdAnswer: (type) => holdIn(heldAnswers, type),
    get reading() {
      return reading
    },
    async answer(request, act) {
      asked.push(request)
      await held.get(request.type)
      const mishap = mishapFor(request.type)
      if (mishap?.type === 'fault') throw new TransportError(mishap.fault)
      try {
        const result = act()
        if (mishap) throw new TransportError({ type: 'network' })
        return result
      } finally {
        const late = heldAnswers.get(request.type)
        if (late) {
          reading += 1
          await late
          reading -= 1
        }
      }
    },
  }
}
