/** What every list is made of, and when it is asked for again. */
import type { InboxFrame, ThreadKey } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import type { Marks } from '../marks/marks.ts'
import type { Observable } from '../observable/observable.ts'
import type { ActiveRun } from '../thread/port.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Inbox } from './inbox.ts'
import type { InboxNews } from './inbox-reader.ts'
import type { Poll } from './polled.ts'
import type { ListNotice } from './port.ts'

export interface ListOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly cache?: DeviceCache | undefined
  readonly active: Observable<readonly ActiveRun[]>
  emit(notice: ListNotice): void
  /** Called with the thread in which a run started or ended. */
  readonly lifecycle: { subscribe(listener: (event: ThreadKey) => void): () => void }
  readonly inbox: Inbox
  readonly marks: Marks
  /** The first words of a thread that no list contains yet. */
  titleOf(key: ThreadKey): string
}

export interface Refreshable {
  refresh(): void
  close(): void
}

/** Asks again when the inbox says that the list may have changed. */
export function follow(poll: Poll, news: InboxNews, concerns: (entry: InboxFrame) => boolean): void {
  switch (news.type) {
    case 'entries':
      if (news.batch.some(concerns)) poll.soon()
      break
    case 'restarted':
      poll.soon()
      break
    case 'moved':
      poll.retime()
      break
  }
}
