/** Says that an answer ends with this page. Only in a build without a server, and only while one is written. */
import type { Observable } from '@holdfast/client'
import { sameKey, type ThreadKey } from '@holdfast/core'
import { useSyncExternalStore } from 'react'

interface LeavingNoteProps {
  readonly threadKey: ThreadKey
  readonly leaving: Observable<readonly ThreadKey[]>
}

export default function LeavingNote({ threadKey, leaving }: LeavingNoteProps) {
  const ending = useSyncExternalStore(leaving.subscribe, leaving.snapshot)
  if (!ending.some((key) => sameKey(key, threadKey))) return null
  return (
    <p className="leaving-note" role="status">
      Keep this page open. Leaving it ends the answer.
    </p>
  )
}
