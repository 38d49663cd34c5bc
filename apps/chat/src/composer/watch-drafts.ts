/**
 * What happens to drafts while no page shows them: their thread is deleted, this tab sleeps.
 *
 * A deletion while no page was open is in no stream, so the threads of stored drafts are looked up once.
 *
 * Does not know: where drafts are shown.
 */
import { type InboxStream, problemOf, type RunRegistry, TransportError, type Visibility } from '@holdfast/client'
import { keyOf, keyString, type ThreadKey } from '@holdfast/core'
import { say } from '../frame/toasts.ts'
import { createDraftRecords, type DraftRecord } from './draft-records.ts'
import type { DraftsOptions } from './drafts.ts'
import { draftsOf } from './use-drafts.ts'

export interface WatchDraftsParts {
  readonly from: DraftsOptions
  readonly inbox: InboxStream
  readonly visibility: Visibility
  readonly ask: RunRegistry['ask']
  isOnScreen(key: ThreadKey): boolean
}

export function watchDrafts({ from, inbox, visibility, ask, isOnScreen }: WatchDraftsParts): void {
  const drafts = draftsOf(from)
  visibility.subscribe(() => {
    if (!visibility.hidden) drafts.catchUp()
  })
  inbox.subscribe((entry) => {
    if (entry.type === 'RoomDeleted') drafts.orphan(`${entry.roomId}/`)
    if (entry.type === 'ThreadDeleted') threadDeleted(entry)
  })
  void lookUp(createDraftRecords(from.shared, from.now).all())

  function threadDeleted(key: ThreadKey): void {
    const place = keyString(key)
    drafts.orphan(place)
    if (drafts.read(place) === '' || isOnScreen(key)) return
    const detail = 'Your unsent message is on its room’s page.'
    void say({ type: 'trouble', text: 'A thread you were writing in was deleted.', detail })
  }

  /** One after another: there are up to fifty, and nothing waits for the answer. */
  async function lookUp(records: readonly DraftRecord[]): Promise<void> {
    for (const { place, orphan } of records) {
      if (orphan) continue
      const [roomId = '', threadId = ''] = place.split('/')
      const key = keyOf({ roomId, threadId })
      const question = key ? ask('runEvents', [key, NO_RUN, { limit: 1 }]) : ask('threads', [roomId, { limit: 1 }])
      if (!(await isRefusedAsDeleted(question))) continue
      if (key) threadDeleted(key)
      else drafts.orphan(place)
    }
  }
}

/** No run has this id. Asking for its events is the smallest question that is refused in a deleted thread. */
const NO_RUN = '-'

async function isRefusedAsDeleted(question: Promise<unknown>): Promise<boolean> {
  try {
    await question
    return false
  } catch (cause) {
    return cause instanceof TransportError && problemOf(cause)?.code === 'deleted'
  }
}
