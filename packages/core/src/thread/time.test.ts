import { expect, test } from 'vitest'
import type { EventJson } from '../testing/log-builder.ts'
import { runningThread } from './testing/written-thread.ts'

const begin: EventJson = { type: 'REASONING_MESSAGE_START', messageId: 'thought', role: 'reasoning' }
const wait = { reason: 'rate_limited', until: '2026-01-01T00:01:00.000Z', attempt: 2, maxAttempts: 5 } as const
const waiting = (value: unknown): EventJson => ({ type: 'CUSTOM', name: 'holdfast.waiting', value })

test('I4 a finished thought has its times from the log, whatever its agent says later', () => {
  const { everyway, log, say, view } = runningThread()
  const at = log.envelopes.length
  say(begin, { type: 'REASONING_MESSAGE_CONTENT', messageId: 'thought', delta: 'Hm' })
  expect(view().messages[1]).not.toHaveProperty('endedAt')
  say({ type: 'REASONING_MESSAGE_END', messageId: 'thought' })
  const took = { startedAt: log.envelopes[at]?.at, endedAt: log.envelopes.at(-1)?.at }
  expect(everyway().messages[1]).toMatchObject({ content: 'Hm', ...took })
  say({ type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'thought', role: 'reasoning', content: 'Hm!' }] })
  expect(everyway().messages[1]).toMatchObject({ content: 'Hm!', ...took })
  expect(view().messages[0]).not.toHaveProperty('endedAt')
})

test('a thought that was left open ends with its run', () => {
  const { everyway, log, say } = runningThread()
  say(begin)
  log.end('run', { type: 'cancelled', by: 'you' })
  expect(everyway().messages[1]).toMatchObject({ endedAt: log.envelopes.at(-1)?.at })
})

test('I4 a run waits for its provider until another of its events follows', () => {
  const { everyway, log, say } = runningThread()
  say(waiting(wait))
  expect(everyway().runs).toMatchObject([{ status: 'running', waiting: wait }])
  say(waiting({ ...wait, reason: 'unavailable', attempt: 3, more: 'of the future' }))
  expect(everyway().runs).toMatchObject([{ waiting: { ...wait, reason: 'unavailable', attempt: 3 } }])
  say(waiting({ ...wait, reason: 'busy' }))
  expect(everyway().runs).toMatchObject([{ waiting: { reason: 'busy' } }])
  say(begin)
  expect(everyway().runs[0]).not.toHaveProperty('waiting')
  say(waiting(wait))
  log.end('run', { type: 'succeeded' })
  expect(everyway().runs[0]).not.toHaveProperty('waiting')
  say(waiting(wait))
  expect(everyway().runs[0]).not.toHaveProperty('waiting')
})

test('a malformed wait is ignored, and so is one of a run that has not started', () => {
  const { everyway, log, say } = runningThread()
  for (const value of [undefined, null, 7, {}, { ...wait, reason: 'tired' }, { ...wait, until: 1 }]) say(waiting(value))
  say(waiting({ ...wait, attempt: '2' }), waiting({ ...wait, maxAttempts: undefined }))
  say({ type: 'CUSTOM', name: 'mine', value: wait })
  log.accept('next')
  log.agui('next', waiting(wait))
  expect(everyway().runs.map((run) => 'waiting' in run)).toEqual([false, false])
})

test('a wait ends with the run, even if no other event follows', () => {
  const { everyway, log, say, view } = runningThread()
  say(waiting(wait))
  log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
  expect(everyway().runs[0]).toMatchObject({ status: 'succeeded' })
  expect(view().runs[0]).not.toHaveProperty('waiting')
  log.control({ type: 'thread.deleted' })
  expect(everyway().runs).toEqual([])
})

test('a run has used most of its tokens from its budget event until its end, and nothing else counts as one', () => {
  const { everyway, log, say } = runningThread()
  const budget = (value: unknown): EventJson => ({ type: 'CUSTOM', name: 'holdfast.budget', value })
  for (const value of [null, 'x', {}, { used: '1', limit: 2 }, { used: 1, limit: 0 }, { used: -1, limit: 1 }]) {
    say(budget(value))
  }
  expect(everyway().runs[0]).not.toHaveProperty('budget')
  say(budget({ used: 80, limit: 100, more: 1 }), begin)
  expect(everyway().runs[0]).toHaveProperty('budget', { used: 80, limit: 100 })
  log.end('run', { type: 'succeeded' })
  expect(everyway().runs[0]).not.toHaveProperty('budget')
})
