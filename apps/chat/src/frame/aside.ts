/**
 * What the page does beside what it shows: wired here, so that the entry does without it.
 *
 * Owns: the wiring. Does not know: React.
 */
import type { Environment, RunRegistry, RunTransport } from '@holdfast/client'
import { keyOf } from '@holdfast/core'
import type { DraftsOptions } from '../composer/drafts.ts'
import { watchDrafts } from '../composer/watch-drafts.ts'
import { besideIn, isShown } from '../conversation/beside.ts'
import { router } from '../router.tsx'
import { reportPresence } from './presence.ts'

export function tellWhatIsShown(parts: { readonly transport: RunTransport; readonly environment: Environment }): void {
  const address = {
    panes: () => ({
      first: keyOf(router.state.matches.at(-1)?.params),
      second: besideIn(router.state.location.search),
    }),
    subscribe: (listener: () => void) => router.subscribe('onResolved', listener),
  }
  reportPresence({ ...parts, address })
}

interface WatchOverDraftsParts {
  readonly registry: RunRegistry
  readonly environment: Environment
  readonly draftsFrom: DraftsOptions
}

export function watchOverDrafts({ registry, environment, draftsFrom }: WatchOverDraftsParts): void {
  watchDrafts({
    from: draftsFrom,
    inbox: registry.inbox,
    visibility: environment.visibility,
    isOnScreen: (key) => isShown(router.state.location, key),
  })
}
