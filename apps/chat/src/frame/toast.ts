/** What a short note over the page says. */
export type Toast =
  | { readonly type: 'finished' | 'failed'; readonly id: string; readonly text: string; view(): void }
  | { readonly type: 'trouble'; readonly text: string; readonly detail: string }
