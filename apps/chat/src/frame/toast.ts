/** The content of a toast. */
export type Toast = Ended | { readonly type: 'trouble'; readonly text: string; readonly detail: string }

export interface Ended {
  readonly type: 'finished' | 'failed' | 'asks'
  /** A toast with the same id replaces the earlier one. */
  readonly id: string
  readonly text: string
  view(): void
  /** It is no longer shown, whatever took it away. */
  gone(): void
}
