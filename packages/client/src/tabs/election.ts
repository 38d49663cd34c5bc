/**
 * Where there is no shared worker, one of the tabs has the connection, and the others read through that tab.
 *
 * Owns: the tabs' common channel, and what is done about a notice there. Does not know: what follows from a notice
 * (`election-model.ts`), how the role changes (`tab-role.ts`), what is asked of the leader, HTTP.
 *
 * Invariants:
 * - The tab that leads holds the leader's lock. If it dies, the browser gives the lock to the next. If it is silent for 3 s
 *   while a tab that is awake asks it (`watch.ts`), that tab steals the lock.
 * - Each leader's generation is greater than any it has heard of. A tab ignores older ones, and each leader has lines of its
 *   own, so that nothing arrives that a displaced leader still sends. It has nothing to write: tabs share only what they read.
 */
import { type Step, stepAfter } from './election-model.ts'
import { type Notice, readNotice } from './notices.ts'
import { createTabRole, type TabRoleOptions } from './tab-role.ts'

export interface Election {
  readonly role: 'seeking' | 'following' | 'leading'
  /** The leader is gone, or does not answer: if it is silent, it is displaced. */
  lost(how: 'gone' | 'silent'): void
  close(): void
}

export function createElection(options: TabRoleOptions): Election {
  const board = options.neighbours.broadcast(options.scope)
  const post = (notice: Notice) => board.post(notice)
  const tab = createTabRole(options, post)
  let isClosed = false

  function act(step: Step): void {
    switch (step.type) {
      case 'ignore':
        break
      case 'announce':
        post({ type: 'leads', ...step.leader })
        break
      case 'admit':
        tab.admit(step.tab, step.lock)
        break
      case 'join':
        tab.join(step.leader)
        break
      case 'follow':
        tab.follow(step.leader)
        break
    }
  }

  function hear(message: unknown): void {
    const notice = readNotice(message)
    if (notice && !isClosed) act(stepAfter(tab.standing, notice))
  }

  const unlisten = board.listen(hear, () => {})
  tab.begin()

  return {
    get role() {
      const { type } = tab.standing.role
      return type === 'joining' ? 'seeking' : type
    },
    lost(how) {
      if (isClosed || tab.standing.role.type !== 'following') return
      if (how === 'silent') tab.displace()
      else tab.seek()
    },
    close() {
      if (isClosed) return
      isClosed = true
      unlisten()
      tab.close()
      board.close()
    },
  }
}
