/**
 * What happens to drafts while no page shows them: their thread is deleted, this tab sleeps.
 *
 * Does not know: where they are shown.
 */
import type { InboxStream, Visibility } from '@holdfast/client'
import { keyString, type ThreadKey } from '@holdfast/core'
import { say } from '../frame/toasts.ts'
import type { DraftsOptions } from './drafts.ts'
import { draftsOf } from './use-drafts.ts'

export interface WatchDraftsParts {
  readonly from: DraftsOptions
  readonly inbox: InboxStream
  readonly visibility: Visibility
  isOnScreen(key: ThreadKey): boolean
}

export function watchDrafts({ from, inbox, visibility, isOnScreen }: WatchDraftsParts): void {
  const drafts = draftsOf(from)
  visibility.subscribe(() => {
    if (!visibility.hidden) drafts.catchUp()
  })
  inbox.subscribe((entry) => {
    if (entry.type === 'RoomDeleted') drafts.orphan(`${entry.roomId}/`)
    if (entry.type !== 'ThreadDeleted') return
    const place = keyString(entry)
    drafts.orphan(place)
    if (drafts.read(place) === '' || isOnScreen(entry)) return
    const detail = 'Your unsent message is on its room’s page.'
    void say({ type: 'trouble', text: 'A thread you were writing in was deleted.', detail })
  })
}
