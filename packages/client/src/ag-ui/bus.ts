/**
 * Who is told that something was written, in this page and in the other pages of the profile. A notice may be lost or come
 * twice: its receivers read what is in the store.
 */
import { keyOf, type ThreadKey } from '@holdfast/core'
import type { Line } from '../environment/neighbours.ts'
import { createListeners } from '../observable/observable.ts'

export interface Notice {
  /** The thread whose log has more. */
  readonly key?: ThreadKey
  /** Runs, the queue or lists have changed; otherwise a run has only said more. */
  readonly wide: boolean
  readonly from: 'here' | 'elsewhere'
}

export interface NoticeBus {
  tell(notice: Omit<Notice, 'from'>): void
  listen(listener: (notice: Notice) => void): () => void
  close(): void
}

/** `line`: to the other pages; absent where there is only this one. */
export function createNoticeBus(line: Line | undefined): NoticeBus {
  const listeners = createListeners<[Notice]>()
  const undo = line?.listen(
    (message) => listeners.tell({ ...readNotice(message), from: 'elsewhere' }),
    () => {},
  )
  return {
    tell(notice) {
      line?.post(notice)
      listeners.tell({ ...notice, from: 'here' })
    },
    listen: listeners.add,
    close() {
      undo?.()
      line?.close()
      listeners.clear()
    },
  }
}

/** Another page may say anything. What cannot be read is a reason to look at everything. */
function readNotice(message: unknown): Omit<Notice, 'from'> {
  const said = (typeof message === 'object' && message !== null ? message : {}) as Readonly<Record<string, unknown>>
  const key = keyOf(said.key)
  return { wide: said.wide !== false, ...(key && { key }) }
}
