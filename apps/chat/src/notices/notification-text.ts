/** What a notification of the operating system says; for pages and for the service worker, which share no other code. */
import type { NoticeKind } from '@holdfast/core'

/** Of the one notification that stands for several: a later one replaces it. */
export const GROUP_TAG = 'holdfast-several'

const ONE: Readonly<Record<NoticeKind, string>> = {
  finished: 'Finished',
  failed: 'A run failed',
  needs_you: 'A run needs you',
  stopped: 'A run was stopped',
}

/** @param kind of the most urgent one */
export function titleFor(kind: NoticeKind, count: number): string {
  if (count === 1) return ONE[kind]
  switch (kind) {
    case 'needs_you':
      return `${count} runs ended, and one needs you`
    case 'failed':
      return `${count} runs ended, and not all succeeded`
    case 'finished':
    case 'stopped':
      return `${count} runs finished`
  }
}
