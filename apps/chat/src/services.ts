/** What the composition root hands to the page, beside the registry. Components reach the outside only so. */
import type { Observable, RunRegistry } from '@holdfast/client'
import type { AgentInfo, QueueEntry, ThreadInfo, ThreadKey } from '@holdfast/core'
import { createContext, useContext } from 'react'
import type { NewBuild } from './build/new-build.ts'
import type { AgentChoices } from './composer/agent-choices.ts'
import type { DraftsOptions } from './composer/drafts.ts'
import type { Finished } from './tray/finished.ts'

export interface Services {
  /** The agents a run may name; empty until the server has said them. */
  readonly agents: Observable<readonly AgentInfo[]>
  /** What drafts are made from (`composer/use-drafts.ts`). */
  readonly draftsFrom: DraftsOptions
  /** What ended in the background and nobody has looked at. */
  readonly finished: Finished
  /** Whether the server has another build of this page. */
  readonly newBuild: NewBuild
  readonly choices: AgentChoices
  /** What ran, and what one run did, for whoever looks into it. */
  readonly runs: Pick<RunRegistry, 'ask' | 'open'>
  /** The messages that wait in a thread, in their order, whether or not it is open here. */
  waiting(key: ThreadKey): Promise<readonly QueueEntry[]>
  /** Threads of a room whose title, or what was said, holds these words; the newest first. */
  search(roomId: string, words: string): Promise<readonly ThreadInfo[]>
}

const ServicesContext = createContext<Services | undefined>(undefined)

export const ServicesProvider = ServicesContext.Provider

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('The page was rendered without its services (src/furnish.ts).')
  return services
}
