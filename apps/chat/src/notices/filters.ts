/** Which notices are shown. */
import type { NoticeInfo } from '@holdfast/core'

export type Filter = 'all' | 'unread' | 'needs_you' | 'failed' | 'finished'

export const FILTERS: readonly { readonly filter: Filter; readonly label: string }[] = [
  { filter: 'all', label: 'All' },
  { filter: 'unread', label: 'Unread' },
  { filter: 'needs_you', label: 'Needs you' },
  { filter: 'failed', label: 'Failed' },
  { filter: 'finished', label: 'Finished' },
]

export function filtered(items: readonly NoticeInfo[], filter: Filter): readonly NoticeInfo[] {
  switch (filter) {
    case 'all':
      return items
    case 'unread':
      return items.filter(({ read }) => !read)
    default:
      return items.filter(({ kind }) => kind === filter)
  }
}
