import type { Event, Message } from '@ag-ui/core'
import { expect, it } from 'vitest'
import { createEchoFilter } from './echo.ts'

const asked: Message[] = [{ id: 'q', role: 'user', content: [{ type: 'text', text: 'Why is it so?' }] }]
const start = (role: string, messageId = 'e') => ({ type: 'TEXT_MESSAGE_START', messageId, role })
const say = (delta: string, messageId = 'e') => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const chunk = (delta: string, more: object = {}) => ({ type: 'TEXT_MESSAGE_CHUNK', delta, ...more })
const end = (messageId = 'e') => ({ type: 'TEXT_MESSAGE_END', messageId })
const FINISHED = { type: 'RUN_FINISHED' }

function passed(events: readonly object[], messages = asked): unknown[] {
  const filter = createEchoFilter(messages)
  return events.flatMap((event) => filter.pass(event as Event))
}

it.each<[string, readonly object[]]>([
  ['in pieces', [start('user'), say('Why '), say('is it so? '), end()]],
  ['without an end', [start('user'), say('Why is it so?')]],
  ['in chunks', [chunk('Why', { messageId: 'e', role: 'user' }), chunk(' is it so?')]],
  ['twice', [start('user'), say('Why is it so?'), end(), start('user', 'f'), say('Why is it so?', 'f'), end('f')]],
])('the person’s words, said back %s, are said once', (_, echo) => {
  const answer = [start('assistant', 'a'), say('Because.', 'a'), end('a'), FINISHED]
  expect(passed([...echo, ...answer])).toEqual(answer)
})

it.each<[string, readonly object[]]>([
  ['other words', [start('user'), say('Why '), say('not?'), end()]],
  ['fewer words', [start('user'), say('Why '), end()]],
  ['fewer words, without an end', [start('user'), say('Why '), FINISHED]],
  ['more words', [start('user'), say('Why is it so? Tell me.'), end()]],
  ['chunks of another', [chunk('Who', { messageId: 'e', role: 'user' }), chunk(' are you?')]],
  ['an answer in the same words', [start('assistant'), say('Why is it so?'), end()]],
])('%s are passed on as they came', (_, events) => {
  expect(passed([...events, FINISHED, null as never])).toEqual([...events, FINISHED, null])
})

it('other words are passed on as soon as they are others', () => {
  const filter = createEchoFilter(asked)
  expect(filter.pass(start('user') as Event)).toEqual([])
  expect(filter.pass(say('Who') as Event)).toHaveLength(2)
})

it('white space without end is passed on, not kept', () => {
  const filter = createEchoFilter(asked)
  filter.pass(start('user') as Event)
  const blank = say(' '.repeat(10_000)) as Event
  const kept = Array.from({ length: 10 }, () => filter.pass(blank)).findIndex((events) => events.length > 0)
  expect(kept).toBe(6)
})

it('without a person’s message there is no echo', () => {
  expect(passed([start('user'), end()], [])).toEqual([start('user'), end()])
})
