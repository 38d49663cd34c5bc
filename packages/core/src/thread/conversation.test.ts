import { describe, expect, test } from 'vitest'
import type { EventJson } from '../testing/log-builder.ts'
import { createConversation } from './conversation.ts'
import { ask, emptyThread, runningThread, textOf } from './testing/written-thread.ts'
import type { ThreadView } from './thread-view.ts'

test('a question and its answer are there once, in order and in their place', () => {
  const { say, view } = runningThread()
  say(...textOf('answer', 'Be', 'cause'), { type: 'TEXT_MESSAGE_END', messageId: 'answer' })
  expect(view().messages).toEqual([
    { ...ask, parentId: null },
    { id: 'answer', role: 'assistant', content: 'Because', parentId: 'ask', runId: 'run' },
  ])
})

test("a run's messages form one chain, and what a sub-agent says is not among them", () => {
  const { say, view } = runningThread()
  say(
    { type: 'REASONING_MESSAGE_START', messageId: 'thought', role: 'reasoning' },
    { type: 'REASONING_MESSAGE_CONTENT', messageId: 'thought', delta: 'Hm' },
    { type: 'REASONING_MESSAGE_END', messageId: 'thought' },
    { type: 'TEXT_MESSAGE_START', messageId: 'aside', subagentRunId: 'sub', name: 'helper' },
    ...textOf('answer', 'So'),
    { type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'look', parentMessageId: 'answer' },
    { type: 'TOOL_CALL_RESULT', messageId: 'result', toolCallId: 'call', content: '42' },
  )
  expect(view().messages.map(({ id, parentId }) => [id, parentId])).toEqual([
    ['ask', null],
    ['thought', 'ask'],
    ['answer', 'thought'],
    ['result', 'answer'],
  ])
  expect(view().messages[1]).toMatchObject({ role: 'reasoning', content: 'Hm' })
  expect(view().messages[3]).toMatchObject({ role: 'tool', toolCallId: 'call', content: '42' })
})

test('a run without new messages attaches to the message that it answers, so a retry is a sibling', () => {
  const { log, say, view } = runningThread()
  say(...textOf('first', 'One'))
  log.end('run', { type: 'failed', code: 'agent_error', message: 'Broke.' })
  log.accept('again', [], { retryOf: 'run' })
  log.start('again', [], 'ask')
  log.agui('again', { type: 'TEXT_MESSAGE_START', messageId: 'second' })
  const { messages } = view()
  expect(messages.map(({ id, parentId }) => [id, parentId])).toEqual([
    ['ask', null],
    ['first', 'ask'],
    ['second', 'ask'],
  ])
})

test('a second root begins a new conversation beside the first', () => {
  const { log, view } = runningThread()
  log.end('run', { type: 'succeeded' })
  log.accept('other', [])
  log.start('other', [{ id: 'edited', role: 'user', content: 'How?' }], null)
  log.agui('other', { type: 'TEXT_MESSAGE_START', messageId: 'so' })
  expect(view().messages.map(({ parentId }) => parentId)).toEqual([null, null, 'edited'])
})

test('messages that the thread already has are not added twice: the log wins', () => {
  const { log, view } = runningThread()
  log.end('run', { type: 'succeeded' })
  log.start(
    'next',
    [
      { ...ask, content: 'Changed' },
      { id: 'more', role: 'user', content: 'And?' },
    ],
    null,
  )
  expect(view().messages).toEqual([
    { ...ask, parentId: null },
    { id: 'more', role: 'user', content: 'And?', parentId: 'ask' },
  ])
})

test('a start without a parent continues from the newest message', () => {
  const { log, view } = runningThread()
  log.end('run', { type: 'succeeded' })
  log.start('next', [{ id: 'more', role: 'user', content: 'And?', runId: 'forged' } as never])
  expect(view().messages[1]).toEqual({ id: 'more', role: 'user', content: 'And?', parentId: 'ask' })
})

test('an agent that reuses an id in the next run writes another message', () => {
  const { log, view } = emptyThread()
  for (const runId of ['one', 'two']) {
    log.accept(runId, [])
    log.start(runId, [], null)
    for (const event of textOf('m1', runId)) log.agui(runId, event)
    log.end(runId, { type: 'succeeded' })
  }
  expect(view().messages.map(({ id, content }) => [id, content])).toEqual([
    ['m1', 'one'],
    ['two:m1', 'two'],
  ])
})

test('a thought, an answer and a third kind under one id are three messages', () => {
  const { say, view } = runningThread()
  say(
    { type: 'REASONING_MESSAGE_START', messageId: 'm', role: 'reasoning' },
    { type: 'REASONING_MESSAGE_END', messageId: 'm' },
    ...textOf('m', 'Said'),
    { type: 'TOOL_CALL_RESULT', messageId: 'm', toolCallId: 'c', content: 'Done' },
  )
  expect(
    view()
      .messages.slice(1)
      .map(({ id, role }) => [id, role]),
  ).toEqual([
    ['m', 'reasoning'],
    ['run:m', 'assistant'],
    ['run:m:2', 'tool'],
  ])
})

describe('a snapshot with other ids for messages', () => {
  const restated = (...messages: readonly object[]): EventJson => ({ type: 'MESSAGES_SNAPSHOT', messages })
  const said = ({ messages }: ThreadView) => messages.map(({ id, content }) => [id, content])

  test('adds nothing that the run has already written', () => {
    const { everyway, say } = runningThread()
    say(...textOf('one', 'Yes.'), ...textOf('two', 'Yes.'), ...textOf('three', 'No.'))
    say(restated({ id: 'x', role: 'assistant', content: 'Yes. ' }, { id: 'y', role: 'assistant', content: 'Yes.' }))
    expect(said(everyway())).toEqual([
      ['ask', 'Why?'],
      ['one', 'Yes.'],
      ['two', 'Yes.'],
      ['three', 'No.'],
    ])
  })

  test('adds a repeated message, a message of another kind, and one that makes a call', () => {
    const { everyway, say } = runningThread()
    const toolCalls = [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }]
    say(...textOf('one', 'Yes.'))
    say(
      restated(
        { id: 'one', role: 'assistant', content: 'Yes.' },
        { id: 'x', role: 'assistant', content: 'Yes.' },
        { id: 'y', role: 'reasoning', content: 'Yes.' },
        { id: 'z', role: 'assistant', content: 'Yes.', toolCalls },
      ),
    )
    expect(everyway().messages.map(({ id }) => id)).toEqual(['ask', 'one', 'x', 'y', 'z'])
  })

  test('changes nothing of an earlier run', () => {
    const { log, everyway, say } = runningThread()
    say(...textOf('answer', 'Because.'), { type: 'TEXT_MESSAGE_END', messageId: 'answer' })
    log.end('run', { type: 'succeeded' })
    log.start('next', [{ id: 'more', role: 'user', content: 'And?' }])
    log.agui(
      'next',
      restated(
        { id: 'ask', role: 'user', content: 'Forged.' },
        { id: 'answer', role: 'assistant', content: 'Forged.' },
      ),
    )
    expect(said(everyway())).toEqual([
      ['ask', 'Why?'],
      ['answer', 'Because.'],
      ['more', 'And?'],
    ])
  })
})

test('a message of a sub-agent that an older view holds is not the newest of the conversation', () => {
  const aside = { id: 'aside', role: 'assistant', content: 'Hm', subagentRunId: 'sub', parentId: 'ask' } as const
  expect(createConversation([{ ...ask, parentId: null }, aside]).newest()).toBe('ask')
})

test('what follows a removed first message is a first message', () => {
  const first = { id: 'first', role: 'assistant', content: 'One', parentId: null } as const
  const conversation = createConversation([first, { ...ask, parentId: 'first' }])
  expect(conversation.remove(new Set([0])).removed).toEqual([first])
  expect(conversation.handOut()).toEqual([{ ...ask, parentId: null }])
})

test('a message keeps the name of who says it', () => {
  const { say, view } = runningThread()
  say({ type: 'TEXT_MESSAGE_START', messageId: 'answer', name: 'helper' })
  expect(view().messages[1]).toMatchObject({ id: 'answer', name: 'helper' })
})
