import type { ThreadKey } from '@holdfast/core'
import type { isShown } from '../conversation/beside.ts'

/** Where the page is, as the router has it. */
export interface PageAddress {
  location(): Parameters<typeof isShown>[0]
  /** Of the route that is shown. */
  params(): Readonly<Record<string, string>> | undefined
  open(key: ThreadKey): void
  /** Calls `listener` after each navigation, until the returned function is called. */
  subscribe(listener: () => void): () => void
}
