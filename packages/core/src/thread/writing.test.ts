import { describe, expect, test } from 'vitest'
import type { EventJson } from '../testing/log-builder.ts'
import { ask, runningThread, textOf } from './testing/written-thread.ts'

describe('texts', () => {
  test('a text that starts again continues where it was', () => {
    const { say, view } = runningThread()
    say(...textOf('m', 'a'), { type: 'TEXT_MESSAGE_END', messageId: 'm' }, ...textOf('m', 'b'), ...textOf('m', 'c'))
    expect(view().messages[1]).toMatchObject({ content: 'abc' })
    expect(view().open).toHaveLength(1)
  })

  test('a delta for an item that is not open is ignored', () => {
    const { say, view } = runningThread()
    say(
      ...textOf('m', 'a'),
      { type: 'TEXT_MESSAGE_END', messageId: 'm' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'late' },
      { type: 'TEXT_MESSAGE_END', messageId: 'never' },
    )
    expect(view().messages[1]).toMatchObject({ content: 'a' })
  })

  test("MESSAGES_SNAPSHOT replaces the content of the run's messages, adds unknown ones, and changes no others", () => {
    const { say, view } = runningThread()
    say(...textOf('m', 'draft'), ...textOf('silent'), {
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'ask', role: 'user', content: 'Why not?' },
        { id: 'm', role: 'assistant', content: 'Fair.' },
        { id: 'silent', role: 'tool', toolCallId: 'c', content: [] },
        { id: 'extra', role: 'assistant', content: 'PS' },
      ],
    })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: ' Then.' })
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'silent', delta: 'lost' })
    expect(view().messages).toEqual([
      { ...ask, parentId: null },
      { id: 'm', role: 'assistant', content: 'Fair. Then.', parentId: 'ask', runId: 'run' },
      { id: 'silent', role: 'tool', toolCallId: 'c', content: [], parentId: 'm', runId: 'run' },
      { id: 'extra', role: 'assistant', content: 'PS', parentId: 'silent', runId: 'run' },
    ])
  })

  test('metadata of events accumulates in their message', () => {
    const { say, view } = runningThread()
    say(
      { type: 'TEXT_MESSAGE_START', messageId: 'm', metadata: { a: 1 } },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x', metadata: { b: 2 } },
      { type: 'TEXT_MESSAGE_END', messageId: 'm', metadata: { a: 3 } },
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm', metadata: { d: 4 } },
      { type: 'TOOL_CALL_END', toolCallId: 'c', metadata: { e: 5 } },
    )
    expect(view().messages[1]).toMatchObject({
      content: 'x',
      metadata: { a: 3, b: 2 },
      toolCalls: [{ id: 'c', metadata: { d: 4, e: 5 } }],
    })
  })

  test('a message with invalid tool calls is dropped', () => {
    const { say, view } = runningThread()
    say({
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'a', role: 'assistant', toolCalls: 'none' },
        { id: 'b', role: 'assistant', toolCalls: [null] },
        {
          id: 'c',
          role: 'assistant',
          toolCalls: [{ id: 'x', type: 'function', function: { name: 'look', arguments: '' } }],
        },
      ],
    })
    expect(view().messages.map(({ id }) => id)).toEqual(['ask', 'c'])
  })
})

describe('a snapshot that changes a message that is being written', () => {
  const restated = (...messages: readonly object[]): EventJson => ({ type: 'MESSAGES_SNAPSHOT', messages })

  test('I4 a text whose message becomes a tool result stops growing, and continues once it is a text again', () => {
    const { everyway, say } = runningThread()
    const delta = (said: string): EventJson => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: said })
    say(...textOf('m', 'a'), restated({ id: 'm', role: 'tool', toolCallId: 'c', content: 'b' }), delta('lost'))
    expect(everyway().messages[1]).toMatchObject({ role: 'tool', content: 'b' })
    say(restated({ id: 'm', role: 'assistant', content: 'c' }), delta('d'))
    expect(everyway().messages[1]).toMatchObject({ role: 'assistant', content: 'cd' })
  })

  test('I4 a thought that becomes an answer has no thinking time', () => {
    const { everyway, say } = runningThread()
    say({ type: 'REASONING_MESSAGE_START', messageId: 'm', role: 'reasoning' })
    say(restated({ id: 'm', role: 'assistant', content: 'So' }), { type: 'REASONING_MESSAGE_END', messageId: 'm' })
    expect(everyway().messages[1]).not.toHaveProperty('endedAt')
  })

  test('I4 the arguments of a call grow in the newest call of its id, even if a later run restates an older one', () => {
    const { everyway, log, say } = runningThread()
    const start: EventJson = { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look' }
    say({ ...start, parentMessageId: 'first' }, { type: 'TOOL_CALL_END', toolCallId: 'c' })
    log.end('run', { type: 'succeeded' })
    log.accept('next')
    log.start('next')
    const calls = [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }]
    log.agui('next', { ...start, parentMessageId: 'second' })
    log.agui('next', restated({ id: 'first', role: 'assistant', toolCalls: calls }))
    log.agui('next', { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"q"' })
    expect(everyway().messages.slice(1)).toMatchObject([
      { id: 'first', toolCalls: [{ function: { arguments: '' } }] },
      { id: 'second', toolCalls: [{ function: { arguments: '{"q"' } }] },
    ])
  })
})

describe('tool calls', () => {
  test('the arguments of a call grow beside the text of the same message', () => {
    const { say, view } = runningThread()
    const start = (toolCallId: string): EventJson => ({
      type: 'TOOL_CALL_START',
      toolCallId,
      toolCallName: 'look',
      parentMessageId: 'm',
    })
    say(...textOf('m', 'a'), start('c1'), start('c2'))
    say(
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{"q"' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'b' },
    )
    say(
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: ':1}' },
      { type: 'TOOL_CALL_END', toolCallId: 'c1' },
      start('c1'),
    )
    expect(view().messages[1]).toEqual({
      id: 'm',
      role: 'assistant',
      content: 'ab',
      parentId: 'ask',
      runId: 'run',
      toolCalls: [
        { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"q":1}' } },
        { id: 'c2', type: 'function', function: { name: 'look', arguments: '' } },
      ],
    })
  })

  test('a tool call without a known assistant message gets one, as in the stock client', () => {
    const { say, view } = runningThread()
    say(
      { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'look' },
      { type: 'TOOL_CALL_START', toolCallId: 'c2', toolCallName: 'look', parentMessageId: 'unknown' },
      ...textOf('unknown', 'Text'),
      { type: 'TEXT_MESSAGE_START', messageId: 'person', role: 'user' },
      { type: 'TOOL_CALL_START', toolCallId: 'c3', toolCallName: 'look', parentMessageId: 'person' },
    )
    expect(view().messages.slice(1)).toMatchObject([
      { id: 'c1', role: 'assistant', toolCalls: [{ id: 'c1' }] },
      { id: 'unknown', content: 'Text', toolCalls: [{ id: 'c2' }] },
      { id: 'person', role: 'user' },
      { id: 'c3:call', role: 'assistant', toolCalls: [{ id: 'c3' }] },
    ])
  })

  test('encrypted values go to their message or call of the same run only', () => {
    const { log, say, view } = runningThread()
    const encrypted = (subtype: string, entityId: string): EventJson => ({
      type: 'REASONING_ENCRYPTED_VALUE',
      subtype,
      entityId,
      encryptedValue: '?',
    })
    say(...textOf('m', 'a'), { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' })
    say(
      encrypted('message', 'm'),
      encrypted('tool-call', 'c'),
      encrypted('message', 'ask'),
      encrypted('tool-call', 'no'),
    )
    log.agui('other', encrypted('tool-call', 'c'))
    expect(view().messages).toMatchObject([
      ask,
      { content: 'a', encryptedValue: '?', toolCalls: [{ id: 'c', encryptedValue: '?' }] },
    ])
    expect(view().messages[0]).not.toHaveProperty('encryptedValue')
  })

  test('a value for a call that a snapshot has removed changes nothing, not even the list', () => {
    const { fold, log, say } = runningThread()
    say({ type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' })
    say({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' })
    say({ type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm', role: 'assistant', content: '' }] })
    const thread = fold()
    const { messages } = thread.view()
    say({ type: 'REASONING_ENCRYPTED_VALUE', subtype: 'tool-call', entityId: 'c', encryptedValue: '?' })
    for (const envelope of log.envelopes.slice(-1)) expect(thread.apply(envelope)).toBe('accepted')
    expect(thread.view().messages).toBe(messages)
  })
})

describe('open items', () => {
  test('are listed with their sub-agent until they close', () => {
    const { say, view } = runningThread()
    say(
      { type: 'STEP_STARTED', stepName: 's' },
      { type: 'STEP_STARTED', stepName: 's', subagentRunId: 'sub' },
      { type: 'REASONING_START', messageId: 'block' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 'sub', name: 'helper' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 'bad', name: 'helper' },
    )
    expect(view().open.map(({ kind, id, subagentRunId }) => [kind, id, subagentRunId])).toEqual([
      ['step', 's', undefined],
      ['step', 's', 'sub'],
      ['reasoning_block', 'block', undefined],
      ['subagent', 'sub', 'sub'],
      ['subagent', 'bad', 'bad'],
    ])
    expect(view().open[0]).toMatchObject({ runId: 'run', startedAt: '2026-01-01T00:00:04.000Z' })
    say({ type: 'STEP_FINISHED', stepName: 's' }, { type: 'REASONING_END', messageId: 'block' })
    say(
      { type: 'SUBAGENT_FINISHED', subagentRunId: 'sub' },
      { type: 'SUBAGENT_ERROR', subagentRunId: 'bad', message: 'x' },
    )
    expect(view().open.map(({ subagentRunId }) => subagentRunId)).toEqual(['sub'])
  })

  test('end with their run, even if nothing closed them', () => {
    const { log, say, view } = runningThread()
    say(...textOf('m', 'a'))
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'late' })
    expect(view()).toMatchObject({ open: [], messages: [ask, { content: 'a' }] })
  })

  test('of other runs stay when a run ends', () => {
    const { log, say, view } = runningThread()
    say(...textOf('m', 'a'))
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'other')
    expect(view().open).toHaveLength(1)
  })

  test('may lose their message to one that has no place for their text', () => {
    const { say, view } = runningThread()
    say(
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'm' },
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'm', role: 'reasoning', content: 'Hm' },
          { id: 'n', role: 'user', content: [] },
        ],
      },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: 'lost' },
      ...textOf('n', 'lost'),
      { type: 'TOOL_CALL_END', toolCallId: 'c', metadata: {} },
    )
    expect(view().messages).toMatchObject([ask, { role: 'reasoning', content: 'Hm' }, { role: 'user', content: [] }])
  })
})
