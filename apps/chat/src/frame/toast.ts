/** What a short note over the page says. */
export type Toast = Ended | { readonly type: 'trouble'; readonly text: string; readonly detail: string }

export interface Ended {
  readonly type: 'finished' | 'failed' | 'asks'
  /** Said again with the same id it takes the place of what was said. */
  readonly id: string
  readonly text: string
  view(): void
  /** It is no longer shown, whatever took it away. */
  gone(): void
}
