/** Adds to the entries that report the end of a run the notice that it raised for the person who reads. */
import type { InboxEntry } from '@holdfast/core'
import type { InboxItem } from '../port.ts'
import type { Principal } from '../principal.ts'
import { runOf } from '../tenant-thread.ts'
import { noticeIdOf } from './person-notices.ts'

const ENDS = ['"type":"RunCompleted"', '"type":"NeedsYou"']

/** `has`: whether the person has a notice with this id. */
export function withNoticeIds(
  items: readonly InboxItem[],
  person: Principal,
  has: (noticeId: string) => boolean,
): readonly InboxItem[] {
  return items.map((item) => {
    // Most entries report something else, and are not parsed.
    if (!ENDS.some((mark) => item.json.includes(mark))) return item
    const entry = JSON.parse(item.json) as InboxEntry
    if (entry.type !== 'RunCompleted' && entry.type !== 'NeedsYou') return item
    const noticeId = noticeIdOf(person, runOf(person, entry, entry.runId))
    return has(noticeId) ? { ...item, json: `${item.json.slice(0, -1)},"noticeId":"${noticeId}"}` } : item
  })
}
