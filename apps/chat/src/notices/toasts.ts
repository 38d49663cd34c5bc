/**
 * Notices as short notes over the page: one names its thread and leads there; a burst is one, and leads to the list.
 *
 * Owns: what a note says. Does not know: which window shows which notice, and when (`client/attention`).
 */
import type { NoticeKind, ThreadKey } from '@holdfast/core'
import { say, unsay } from '../frame/toasts.ts'
import { kindOfAll, WORDS, wordsFor } from './words.ts'

interface Shown extends ThreadKey {
  readonly id: string
  readonly kind: NoticeKind
}

interface ToastsOptions {
  /** What a thread is called now. */
  titleOf(key: ThreadKey): string
  open(key: ThreadKey): void
  openAll(): void
  /** No longer shown, whatever took them away. */
  gone(ids: readonly string[]): void
}

export interface Toasts {
  show(notices: readonly Shown[], isGroup: boolean): void
  close(ids: readonly string[], isGroup: boolean): void
}

const TOGETHER = 'notices together'

export function createToasts({ titleOf, open, openAll, gone }: ToastsOptions): Toasts {
  const wordsForOne = ({ kind, roomId, threadId }: Shown) => `${WORDS[kind]}: ${titleOf({ roomId, threadId })}`

  return {
    show(notices, isGroup) {
      const [first] = notices
      if (!first) return
      if (isGroup) {
        const ids = notices.map(({ id }) => id)
        say({
          type: kindOfAll(notices),
          id: TOGETHER,
          // One is left of a burst: the others have been read.
          text: notices.length === 1 ? wordsForOne(first) : wordsFor(notices),
          view: openAll,
          gone: () => gone(ids),
        })
        return
      }
      for (const notice of notices) {
        const { id, kind, roomId, threadId } = notice
        const view = () => open({ roomId, threadId })
        say({ type: kind, id, text: wordsForOne(notice), view, gone: () => gone([id]) })
      }
    },
    close(ids, isGroup) {
      for (const id of isGroup ? [TOGETHER] : ids) unsay(id)
    },
  }
}
