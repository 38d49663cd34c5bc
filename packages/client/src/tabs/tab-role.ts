/**
 * The role of one tab in an election, and what each change of it entails.
 *
 * Owns: the role, the newest generation, the search for a leader, when a silent leader is displaced. Does not know: what
 * follows from a notice (`election-model.ts`), what a leader does for the others (`leading.ts`).
 *
 * Invariant: no role but `leading` has a connection; no role but `following` and `leading` gives the tab a line.
 */
import type { Clock } from '@holdfast/core'
import type { Line, Neighbours } from '../environment/neighbours.ts'
import type { ReadTransport } from '../transport/port.ts'
import type { Leader, Role, Standing } from './election-model.ts'
import { createLeaderLock } from './leader-lock.ts'
import { createLeading, type Leading, lineName } from './leading.ts'
import type { Notice } from './notices.ts'
import { watch } from './watch.ts'

export interface TabRoleOptions {
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

export interface TabRole {
  readonly standing: Standing
  /** Queues for the leader's lock, and looks for the leader. */
  begin(): void
  seek(): void
  join(leader: Leader): void
  follow(leader: Leader): void
  /** If it leads: gives a line to the tab that holds this lock. */
  admit(tab: string, lock: string): void
  /** No answer came: the lock is stolen. */
  displace(): void
  close(): void
}

export function createTabRole(options: TabRoleOptions, post: (notice: Notice) => void): TabRole {
  const { scope, tabId, tabLock, neighbours, clock, connect, onHost } = options
  const lock = createLeaderLock(neighbours.locks, `${scope} leads`, lead)
  let role: Exclude<Role, { type: 'leading' }> | Leading = { type: 'seeking' }
  let newest = 0
  let stopSeeking = () => {}
  let isClosed = false

  function begin(): void {
    lock.queue()
    seek()
  }

  function seek(): void {
    role = { type: 'seeking' }
    stopSeeking()
    stopSeeking = watch({ clock, ask: () => askWhoLeads(post), onSilent: displace })
  }

  function displace(): void {
    if (!isClosed && role.type !== 'leading') lock.steal()
  }

  async function lead(stolen: AbortSignal): Promise<void> {
    if (isClosed) return
    stopSeeking()
    newest = Math.max(newest + 1, clock.now())
    const leading = createLeading({ tab: tabId, generation: newest }, neighbours, connect())
    stolen.addEventListener('abort', () => stepDown(leading))
    role = leading
    post({ type: 'leads', ...leading.leader })
    onHost(leading.ownLine())
    return leading.over
  }

  function stepDown(leading: Leading): void {
    if (role !== leading) return
    leading.end()
    if (!isClosed) begin()
  }

  return {
    get standing() {
      return { tabId, role, newest }
    },
    begin,
    seek,
    join(leader) {
      newest = leader.generation
      if (role.type === 'leading') {
        role.end()
        lock.queue()
      }
      if (role.type !== 'seeking') seek()
      role = { type: 'joining', leader }
      post({ type: 'joins', tab: tabId, lock: tabLock, leader })
    },
    follow(leader) {
      stopSeeking()
      role = { type: 'following', leader }
      onHost(neighbours.broadcast(lineName(leader, tabId)))
    },
    admit(tab, itsLock) {
      if (role.type !== 'leading') return
      role.admit(tab, itsLock)
      post({ type: 'admits', tab, leader: role.leader })
    },
    displace,
    close() {
      isClosed = true
      stopSeeking()
      lock.leave()
      if (role.type === 'leading') role.end()
    },
  }
}

/** The answer is a notice, and ends the watch: the promise never settles. */
function askWhoLeads(post: (notice: Notice) => void): Promise<never> {
  post({ type: 'who' })
  return new Promise(() => {})
}
