/** What the composition root passes to the page besides the registry. Components reach the outside only through it. */
import type { Observable, RunRegistry } from '@holdfast/client'
import type { AgentInfo, QueueEntry, ThreadInfo, ThreadKey } from '@holdfast/core'
import { createContext, useContext } from 'react'
import type { NewBuild } from './build/new-build.ts'
import type { AgentChoices } from './composer/agent-choices.ts'
import type { DraftsOptions } from './composer/drafts.ts'
import type { Permissions } from './notices/permission.ts'

export interface Services {
  /** The agents that a run may name; empty until the server has answered. */
  readonly agents: Observable<readonly AgentInfo[]>
  /** What drafts are created from (`composer/use-drafts.ts`). */
  readonly draftsFrom: DraftsOptions
  /** Whether this browser may show notifications. */
  readonly permissions: Permissions
  /** Whether the server has a newer build of this page. */
  readonly newBuild: NewBuild
  readonly choices: AgentChoices
  /** The threads whose answer ends when this page is left. Absent: there is a server, and none does. */
  readonly leaving?: Observable<readonly ThreadKey[]> | undefined
  /** Runs over time, and the events of one run. */
  readonly runs: Pick<RunRegistry, 'ask' | 'open'>
  /** The queued messages of a thread, in order, whether or not it is open here. */
  waiting(key: ThreadKey): Promise<readonly QueueEntry[]>
  /** Threads of a room whose title or messages contain this text; newest first. */
  search(roomId: string, words: string): Promise<readonly ThreadInfo[]>
}

const ServicesContext = createContext<Services | undefined>(undefined)

export const ServicesProvider = ServicesContext.Provider

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('The page was rendered without its services (src/furnish.ts).')
  return services
}
