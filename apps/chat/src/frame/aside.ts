/**
 * What the page does in the background, wired here so that the entry does not load it.
 *
 * Owns: the wiring. Does not know: React.
 */
import type { Environment, RunRegistry } from '@holdfast/client'
import { keyOf } from '@holdfast/core'
import type { DraftsOptions } from '../composer/drafts.ts'
import { watchDrafts } from '../composer/watch-drafts.ts'
import { besideIn, isShown } from '../conversation/beside.ts'
import { attend } from '../notices/attend.ts'
import type { Permissions } from '../notices/permission.ts'
import type { PageAddress } from './page-address.ts'
import { reportPresence } from './presence.ts'
import { say } from './toasts.ts'
import { showLayer } from './wanted-layer.ts'

export { registerWorker } from '../worker/register.ts'

interface PresenceParts {
  readonly registry: RunRegistry
  readonly environment: Environment
  readonly address: PageAddress
  readonly permissions: Permissions
}

export function tellWhatIsShown({ address, registry, environment, permissions }: PresenceParts): void {
  const panes = () => ({ first: keyOf(address.params()), second: besideIn(address.location().search) })
  reportPresence({ transport: registry, environment, address: { panes, subscribe: address.subscribe } })
  const { show } = attend({
    registry,
    environment,
    permissions,
    open: address.open,
    openAll: () => showLayer('tray'),
    offer: (turnOn) => say({ type: 'offer', turnOn }),
  })
  const tell = () => {
    const { first, second } = panes()
    show([first, second].filter((key) => key !== undefined))
  }
  address.subscribe(tell)
  tell()
}

interface WatchOverDraftsParts {
  readonly registry: RunRegistry
  readonly environment: Environment
  readonly draftsFrom: DraftsOptions
  readonly address: PageAddress
}

export function watchOverDrafts({ registry, environment, draftsFrom, address }: WatchOverDraftsParts): void {
  watchDrafts({
    from: draftsFrom,
    inbox: registry.inbox,
    visibility: environment.visibility,
    ask: registry.ask,
    isOnScreen: (key) => isShown(address.location(), key),
  })
}
