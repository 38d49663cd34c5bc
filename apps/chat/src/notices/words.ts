/** What notices are called, one or several. Does not know: React, titles. */
import type { NoticeKind } from '@holdfast/core'

/** What needs a person first. */
const ORDER: readonly NoticeKind[] = ['needs_you', 'failed', 'finished', 'stopped']

export const WORDS: Readonly<Record<NoticeKind, string>> = {
  needs_you: 'Needs you',
  failed: 'Failed',
  finished: 'Finished',
  stopped: 'Stopped',
}

interface OfKind {
  readonly kind: NoticeKind
}

/** Of all of them, what matters most. */
export function kindOfAll(notices: readonly OfKind[]): NoticeKind {
  return ORDER.find((kind) => notices.some((notice) => notice.kind === kind)) ?? 'finished'
}

export function wordsFor(notices: readonly OfKind[]): string {
  const count = (kind: NoticeKind) => notices.filter((notice) => notice.kind === kind).length
  const [all, failed, asking, stopped] = [notices.length, count('failed'), count('needs_you'), count('stopped')]
  if (failed === all) return `${all} runs failed`
  if (stopped === all) return `${all} runs stopped`
  if (asking === all) return `${all} runs need you`
  if (failed + asking + stopped === 0) return `${all} runs finished`
  return [
    `${all} runs ended`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(stopped > 0 ? [`${stopped} stopped`] : []),
    ...(asking > 0 ? [`${asking} ${asking === 1 ? 'needs' : 'need'} you`] : []),
  ].join(', ')
}
