/**
 * A message of a thread: an AG-UI message with its place in the tree. What a view shows is the path from the root to a
 * selected head: retry and edit are siblings, continue is a child, nothing is ever cut off.
 */
import type { Message } from '@ag-ui/core'

export type ThreadMessage = Message & {
  /** The message before it; null for a first message. */
  readonly parentId: string | null
  /** The run that wrote it; absent for a message that came with a request and for one that predates the run. */
  readonly runId?: string
}
