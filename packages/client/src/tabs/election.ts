/**
 * Where there is no shared worker, one of the tabs has the connection, and the others read through that tab.
 *
 * Owns: which tab leads, since when (the generation), how a tab finds the leader, when a silent one is displaced. Does not
 * know: what is asked of the leader, HTTP.
 *
 * Invariants:
 * - The tab that leads holds the leader's lock. If it dies, the browser gives the lock to the next. If it is silent for 3 s
 *   while a tab that is awake asks it (`watch.ts`), that tab steals the lock.
 * - Each leader's generation is greater than any it has heard of. A tab ignores older ones, and each leader has lines of its
 *   own, so that nothing arrives that a displaced leader still sends. It has nothing to write: tabs share only what they read.
 * - No state but `leading` has a connection; no state but `following` and `leading` gives the tab a line.
 */
import type { Clock } from '@holdfast/core'
import type { Line, Neighbours } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import { type Admitted, createHost } from './host.ts'
import { createLoopback } from './loopback.ts'
import { type Notice, readNotice } from './notices.ts'
import { watch } from './watch.ts'

export interface ElectionOptions {
  /** Of all tabs that share a connection: of one person, with one build. */
  readonly scope: string
  /** This tab's id, and the lock that it holds for as long as it lives. */
  readonly tabId: string
  readonly tabLock: string
  readonly neighbours: Neighbours
  readonly clock: Clock
  /** The connection, once this tab leads. */
  connect(): ReadTransport
  /** The line to the tab that leads now. */
  onHost(line: Line): void
}

export interface Election {
  readonly role: 'seeking' | 'following' | 'leading'
  /** The leader is gone, or does not answer: if it is silent, it is displaced. */
  lost(how: 'gone' | 'silent'): void
  close(): void
}

interface Leader {
  readonly tab: string
  readonly generation: number
}

type Role =
  | { readonly type: 'seeking' }
  /** The leader is known, and was asked for a line. */
  | { readonly type: 'joining'; readonly leader: Leader }
  | { readonly type: 'following'; readonly leader: Leader }
  | { readonly type: 'leading'; readonly leader: Leader; end(): void; admit(tab: string, lock: string): void }

export function createElection(options: ElectionOptions): Election {
  const { scope, tabId, tabLock, neighbours, clock, connect, onHost } = options
  const { locks } = neighbours
  const leaderLock = `${scope} leads`
  const board = neighbours.broadcast(scope)
  let role: Role = { type: 'seeking' }
  let newest = 0
  let queue = new AbortController()
  let stopSeeking = () => {}
  let found = () => {}
  let isClosed = false

  const post = (notice: Notice) => board.post(notice)

  // ---- finding the leader

  function seek(): void {
    role = { type: 'seeking' }
    stopSeeking()
    const answered = Promise.withResolvers<void>()
    found = answered.resolve
    stopSeeking = watch({
      clock,
      ask() {
        post({ type: 'who' })
        return answered.promise
      },
      onSilent: displace,
    })
  }

  function hear(message: unknown): void {
    const notice = readNotice(message)
    if (!notice || isClosed) return
    switch (notice.type) {
      case 'who':
        if (role.type === 'leading') post({ type: 'leads', ...role.leader })
        break
      case 'leads':
        consider({ tab: notice.tab, generation: notice.generation })
        break
      case 'joins':
        if (role.type === 'leading' && isSame(role.leader, notice.leader)) role.admit(notice.tab, notice.lock)
        break
      case 'admits':
        if (role.type === 'joining' && notice.tab === tabId && isSame(role.leader, notice.leader)) follow(role.leader)
        break
    }
  }

  function consider(leader: Leader): void {
    if (!isNews(leader)) return
    newest = leader.generation
    if (role.type === 'leading') {
      role.end()
      stand()
    }
    if (role.type !== 'seeking') seek()
    role = { type: 'joining', leader }
    post({ type: 'joins', tab: tabId, lock: tabLock, leader })
  }

  /** Two tabs may take over at the same moment, and one has the lock: a tab without a line may still turn to the other. */
  function isNews({ tab, generation }: Leader): boolean {
    if (generation !== newest) return generation > newest
    return role.type === 'seeking' || (role.type === 'joining' && role.leader.tab !== tab)
  }

  function follow(leader: Leader): void {
    stopSeeking()
    found()
    role = { type: 'following', leader }
    onHost(neighbours.broadcast(lineName(leader, tabId)))
  }

  // ---- leading

  function stand(): void {
    queue.abort()
    queue = new AbortController()
    void locks.hold(leaderLock, { signal: queue.signal }, lead)
  }

  /** No tab answers: the lock is stolen. */
  function displace(): void {
    if (isClosed || role.type === 'leading') return
    queue.abort()
    void locks.hold(leaderLock, { steal: true }, lead)
  }

  async function lead(stolen: AbortSignal): Promise<void> {
    if (isClosed) return
    stopSeeking()
    const leader = { tab: tabId, generation: Math.max(newest + 1, clock.now()) }
    newest = leader.generation
    const host = createHost(connect(), locks)
    const admitted = new Map<string, Admitted>()
    const over = Promise.withResolvers<void>()

    const end = () => {
      host.close()
      over.resolve()
    }
    function admit(tab: string, lock: string): void {
      admitted.get(tab)?.close()
      const one = host.admit(neighbours.broadcast(lineName(leader, tab)))
      admitted.set(tab, one)
      one.lives(lock)
      post({ type: 'admits', tab, leader })
    }
    stolen.addEventListener('abort', () => {
      if (role.type !== 'leading' || role.leader !== leader) return
      end()
      stepDown()
    })

    role = { type: 'leading', leader, end, admit }
    post({ type: 'leads', ...leader })
    const [near, far] = createLoopback()
    host.admit(far)
    onHost(near)
    return over.promise
  }

  /** Waits for the lock behind all others, and looks for the tab that leads instead. */
  function stepDown(): void {
    if (isClosed) return
    stand()
    seek()
  }

  const unlisten = board.listen(hear, () => {})
  stand()
  seek()

  return {
    get role() {
      return role.type === 'joining' ? 'seeking' : role.type
    },
    lost(how) {
      if (isClosed || role.type !== 'following') return
      if (how === 'silent') displace()
      else seek()
    },
    close() {
      if (isClosed) return
      isClosed = true
      unlisten()
      stopSeeking()
      queue.abort()
      if (role.type === 'leading') role.end()
      board.close()
    },
  }
}

function isSame(a: Leader, b: Leader): boolean {
  return a.tab === b.tab && a.generation === b.generation
}

function lineName({ tab: leader, generation }: Leader, tab: string): string {
  return `holdfast ${leader} ${generation} ${tab}`
}
