import type { NoticeKind } from '@holdfast/core'

/** The content of a toast. */
export type Toast = Ended | Offer | { readonly type: 'trouble'; readonly text: string; readonly detail: string }

interface Ended {
  readonly type: NoticeKind
  /** A toast with the same id replaces the earlier one. */
  readonly id: string
  readonly text: string
  view(): void
  /** It is no longer shown, whatever took it away. */
  gone(): void
}

/** To turn notifications on. It stays until the person decides. */
interface Offer {
  readonly type: 'offer'
  turnOn(): void
}
