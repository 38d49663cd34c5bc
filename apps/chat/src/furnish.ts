/**
 * The services of the page besides the registry, created once, when the frame is loaded; nothing needs them earlier.
 *
 * Does not know: the real transport, components.
 */
import type { browserEnvironment, Observable, RunRegistry } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'
import { createNewBuild, fetchIndex } from './build/new-build.ts'
import { createAgentChoices } from './composer/agent-choices.ts'
import { createAgents } from './composer/agents.ts'
import type { PageAddress } from './frame/page-address.ts'
import { browserPermissions } from './notices/permission.ts'
import { createPart, type Part } from './parts/part.ts'
import type { Services } from './services.ts'

/** What the composition root has made. */
export interface Parts {
  readonly environment: ReturnType<typeof browserEnvironment>
  readonly registry: RunRegistry
  /** As in `Services`. */
  readonly leaving?: Observable<readonly ThreadKey[]> | undefined
  readonly address: PageAddress
  /** Pages that a person may go to next. */
  readonly later: readonly Part<unknown>[]
  /** The address of the script that runs here. */
  readonly entry: string
}

let furnished: Services | undefined

export function furnish(parts: Parts): Services {
  furnished ??= make(parts)
  return furnished
}

/** Nothing waits for it, and it is retried until it succeeds. */
const aside = createPart(() => import('./frame/aside.ts'))

function make({ environment, registry, leaving, address, entry }: Parts): Services {
  const { keep, shared, clock, mintId } = environment
  const draftsFrom = { keep, shared, now: clock.now, mintId }
  const permissions = browserPermissions()
  const undo = aside.subscribe(() => {
    const module = aside.current()
    if (!module) return
    undo()
    module.tellWhatIsShown({ registry, environment, address, permissions })
    module.watchOverDrafts({ registry, environment, draftsFrom, address })
    if (import.meta.env.PROD) module.registerWorker(import.meta.env.BASE_URL)
  })
  void aside.load()
  return {
    agents: createAgents(() => registry.ask('agents', []), clock),
    choices: createAgentChoices(keep),
    leaving,
    draftsFrom,
    permissions,
    newBuild: createNewBuild({ entry, index: fetchIndex }),
    runs: registry,
    waiting: async (key) => (await registry.ask('snapshot', [key])).queue,
    search: async (roomId, q) => (await registry.ask('threads', [roomId, { q, limit: 20 }])).items,
  }
}
