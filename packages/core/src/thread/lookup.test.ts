import fc from 'fast-check'
import { expect, it } from 'vitest'
import { legalLog } from '../testing/legal-log.ts'
import { createLogBuilder, TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from './fold.ts'
import { inBrief, messageIn } from './lookup.ts'
import type { ThreadView } from './thread-view.ts'

it('I4 a look-up in any view, however old, gives what a scan gives', () => {
  fc.assert(
    fc.property(legalLog(), (log) => {
      const thread = createFold(TEST_KEY)
      const views: ThreadView[] = []
      for (const envelope of log) {
        thread.apply(envelope)
        views.push(thread.view())
      }
      const ids = new Set(views.flatMap(({ messages }) => messages.map(({ id }) => id)))
      const deleted = views.findIndex((view) => view.deleted)
      for (const { messages, runs } of views.slice(0, deleted === -1 ? undefined : deleted)) {
        expect(inBrief(runs)).toEqual(inBrief([...runs]))
        for (const id of ids) expect(messageIn(messages, id)).toBe(messages.find((message) => message.id === id))
      }
    }),
  )
})

it('look-ups still work in a view whose thread was deleted later', () => {
  const thread = createFold(TEST_KEY)
  const at = '2026-01-01T00:00:00.000Z'
  const messages = [{ id: 'q', role: 'user', content: 'What?' }] as const
  const input = { threadId: TEST_KEY.threadId, runId: 'r', messages, tools: [], context: [] }
  const started = { type: 'RUN_STARTED', threadId: TEST_KEY.threadId, runId: 'r', input }
  thread.apply({ v: 1, ...TEST_KEY, runId: 'r', seq: 1, at, kind: 'agui', event: started } as never)
  const before = thread.view()
  expect(messageIn(before.messages, 'q')).toBe(before.messages[0])
  thread.apply({ v: 1, ...TEST_KEY, seq: 2, at, kind: 'control', event: { type: 'thread.deleted' } })
  expect(messageIn(thread.view().messages, 'q')).toBeUndefined()
  expect(messageIn(before.messages, 'q')).toBe(before.messages[0])
})

it.each([
  ['in the order of their acceptance', ['a', 'b']],
  ['in the other order', ['b', 'a']],
])('of two runs that end at the same time, %s, the one accepted later is the last', (_, order) => {
  const log = createLogBuilder()
  for (const runId of ['a', 'b']) log.accept(runId)
  for (const runId of order) log.end(runId, { type: 'succeeded' })
  const thread = createFold(TEST_KEY)
  for (const envelope of log.envelopes) thread.apply({ ...envelope, at: '2026-01-01T00:00:00.000Z' })
  const { runs } = thread.view()
  expect(inBrief(runs).lastEnded?.runId).toBe('b')
  expect(inBrief([...runs]).lastEnded?.runId).toBe('b')
})
