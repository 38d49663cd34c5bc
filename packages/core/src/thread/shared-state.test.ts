import { expect, test } from 'vitest'
import type { EventJson } from '../testing/log-builder.ts'
import { runningThread } from './testing/written-thread.ts'

test('the state is replaced and patched, and unchanged by a patch that does not apply', () => {
  const { say, view } = runningThread()
  say(
    { type: 'STATE_SNAPSHOT', snapshot: { a: 1, list: [1] } },
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/list/-', value: 2 }] },
    {
      type: 'STATE_DELTA',
      delta: [
        { op: 'replace', path: '/a', value: 9 },
        { op: 'remove', path: '/no' },
      ],
    },
  )
  expect(view().state).toEqual({ a: 1, list: [1, 2] })
})

test('an activity is added, kept, replaced and patched in its place', () => {
  const { say, view } = runningThread()
  const set = (content: object, more = {}): EventJson => ({
    type: 'ACTIVITY_SNAPSHOT',
    messageId: 'plan',
    activityType: 'PLAN',
    content,
    ...more,
  })
  const patch = (messageId: string, path: string): EventJson => ({
    type: 'ACTIVITY_DELTA',
    messageId,
    activityType: 'PLAN',
    patch: [{ op: 'replace', path, value: 'new' }],
  })
  say(set({ step: 1 }), set({ step: 2 }, { replace: false }))
  expect(view().messages[1]).toMatchObject({
    role: 'activity',
    activityType: 'PLAN',
    content: { step: 1 },
  })
  say(set({ step: 3, note: 'old' }), patch('plan', '/note'), patch('plan', '/nowhere'), patch('unknown', '/note'))
  expect(view().messages[1]).toMatchObject({ content: { step: 3, note: 'new' } })
})
