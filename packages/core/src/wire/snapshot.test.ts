import fc from 'fast-check'
import { expect, test } from 'vitest'
import { legalLog } from '../testing/legal-log.ts'
import { TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from '../thread/fold.ts'
import { snapshotOf, viewFromSnapshot } from './snapshot.ts'

test('S002-C3 I4 a view that was sent as a snapshot and read again is the same', () => {
  const thread = {
    ...TEST_KEY,
    title: '',
    status: 'idle',
    unread: false,
    readSeq: 0,
    completedSeq: 0,
    archived: false,
    lastSeq: 0,
    updatedAt: '',
  } as const
  fc.assert(
    fc.property(legalLog(), (log) => {
      const fold = createFold(TEST_KEY)
      for (const envelope of log) fold.apply(envelope)
      const wire = JSON.parse(JSON.stringify(snapshotOf(thread, fold.view())))
      expect(viewFromSnapshot(TEST_KEY, wire)).toEqual(fold.view())
    }),
  )
})
