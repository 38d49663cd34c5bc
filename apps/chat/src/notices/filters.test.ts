import type { NoticeInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { FILTERS, filtered } from './filters.ts'

const notice = (noticeId: string, kind: NoticeInfo['kind'], read: boolean): NoticeInfo => ({
  noticeId,
  kind,
  read,
  roomId: 'R',
  threadId: noticeId,
  runId: noticeId,
  title: noticeId,
  at: '2026-01-01T00:00:00.000Z',
})

it('notices are shown all, only those not read, or of one kind', () => {
  const items = [
    notice('a', 'finished', false),
    notice('b', 'failed', true),
    notice('c', 'needs_you', false),
    notice('d', 'stopped', true),
  ]
  const shown = FILTERS.map(({ filter }) =>
    filtered(items, filter)
      .map(({ noticeId }) => noticeId)
      .join(''),
  )
  expect(shown).toEqual(['abcd', 'ac', 'c', 'b', 'a'])
})
