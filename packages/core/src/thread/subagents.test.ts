import { describe, expect, test } from 'vitest'
import type { EventJson } from '../testing/log-builder.ts'
import { createFold } from './fold.ts'
import { createProgress } from './progress.ts'
import { standInFor } from './stand-in.ts'
import type { Subagent } from './subagent.ts'
import { ask, emptyThread, runningThread, textOf, type WrittenThread } from './testing/written-thread.ts'

const by = (event: EventJson, subagentRunId = 'sub'): EventJson => ({ ...event, subagentRunId })
const begin = (subagentRunId = 'sub', more = {}): EventJson => ({
  type: 'SUBAGENT_STARTED',
  subagentRunId,
  name: 'helper',
  ...more,
})
const finish = (subagentRunId = 'sub', more = {}): EventJson => ({ type: 'SUBAGENT_FINISHED', subagentRunId, ...more })
const error = (code?: string, subagentRunId = 'sub'): EventJson => ({
  type: 'SUBAGENT_ERROR',
  subagentRunId,
  message: 'It broke.',
  ...(code !== undefined && { code }),
})
const call = (toolCallId: string, toolCallName = 'look'): EventJson => ({
  type: 'TOOL_CALL_START',
  toolCallId,
  toolCallName,
})
const result = (toolCallId: string, content: string, more = {}): EventJson => ({
  type: 'TOOL_CALL_RESULT',
  messageId: `result-${toolCallId}`,
  toolCallId,
  content,
  ...more,
})
const said = (messageId: string, text: string): EventJson[] => [
  ...textOf(messageId, text),
  { type: 'TEXT_MESSAGE_END', messageId },
]
const progress = (toolCallId: string, text: string): EventJson => ({
  type: 'CUSTOM',
  name: 'holdfast.progress',
  value: { toolCallId, text },
})
const superseded = (...messageIds: readonly string[]): EventJson => ({
  type: 'CUSTOM',
  name: 'holdfast.superseded',
  value: { messageIds },
})

function withSubagent(): WrittenThread & { one(): Subagent | undefined } {
  const thread = runningThread()
  thread.say(begin())
  return { ...thread, one: () => thread.view().subagents[0] }
}

describe('what a sub-agent says', () => {
  test('S003-7 is in its steps, keyed by run and sub-agent, with job, status and time, and not in the conversation', () => {
    const { say, view, everyway } = runningThread()
    say(
      call('run_it', 'run_sub_agent'),
      { type: 'TOOL_CALL_END', toolCallId: 'run_it' },
      begin('sub', { parentToolCallId: 'run_it', metadata: { holdfast: { jobId: 'job-7' } } }),
      ...[
        { type: 'TEXT_MESSAGE_START', messageId: 'p', role: 'user' } as const,
        { type: 'TEXT_MESSAGE_CONTENT', messageId: 'p', delta: 'Look it up.' } as const,
        { type: 'TEXT_MESSAGE_END', messageId: 'p' } as const,
        { type: 'REASONING_MESSAGE_START', messageId: 'r', role: 'reasoning' } as const,
        { type: 'REASONING_MESSAGE_CONTENT', messageId: 'r', delta: 'Hm.' } as const,
        { type: 'REASONING_MESSAGE_END', messageId: 'r' } as const,
        call('c'),
        { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"q":1}' } as const,
        { type: 'TOOL_CALL_END', toolCallId: 'c' } as const,
        result('c', 'Found.'),
        ...textOf('m', 'It ', 'is'),
      ].map((event) => by(event)),
    )
    expect(view().subagents).toEqual([
      {
        subagentRunId: 'sub',
        runId: 'run',
        parentToolCallId: 'run_it',
        jobId: 'job-7',
        name: 'helper',
        status: 'running',
        steps: [
          { n: 1, at: '2026-01-01T00:00:07.000Z', kind: 'text', title: 'Prompt', text: 'Look it up.', messageId: 'p' },
          { n: 2, at: '2026-01-01T00:00:10.000Z', kind: 'reasoning', text: 'Hm.', messageId: 'r' },
          {
            n: 3,
            at: '2026-01-01T00:00:13.000Z',
            kind: 'tool',
            title: 'look',
            status: 'succeeded',
            toolCallId: 'c',
            input: '{"q":1}',
            text: 'Found.',
            messageId: 'c',
          },
          { n: 4, at: '2026-01-01T00:00:17.000Z', kind: 'text', text: 'It is', messageId: 'm' },
        ],
        droppedSteps: 0,
        startedAt: '2026-01-01T00:00:06.000Z',
        updatedAt: '2026-01-01T00:00:19.000Z',
      },
    ])
    expect(view().messages.map(({ id }) => id)).toEqual(['ask', 'run_it'])
    expect(view().open.map(({ kind, id }) => [kind, id])).toEqual([
      ['subagent', 'sub'],
      ['text', 'm'],
    ])
    everyway()
  })

  test('S003-10 a view that continues from durable steps shows what follows once, at every cut', () => {
    const { say, log, view, everyway } = withSubagent()
    for (let n = 1; n <= 5; n++)
      say(...[...textOf(`m${n}`, `step ${n} `, 'and '), ...textOf(`m${n}`, 'on')].map((each) => by(each)))
    say(...['m2', 'm4'].map((messageId) => by({ type: 'TEXT_MESSAGE_END', messageId })))
    expect(view().subagents[0]?.steps.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((n) => `step ${n} and on`))
    log.end('run', { type: 'succeeded' })
    everyway()
  })

  test('the result of the call that started it stays in the conversation', () => {
    const { say, view } = runningThread()
    say(
      call('run_it'),
      begin('sub', { parentToolCallId: 'run_it' }),
      by(result('c', 'its own')),
      finish(),
      result('run_it', 'Its last words.'),
    )
    expect(view().messages.slice(2)).toMatchObject([{ role: 'tool', toolCallId: 'run_it', content: 'Its last words.' }])
    expect(view().subagents[0]?.steps).toMatchObject([
      { kind: 'tool', toolCallId: 'c', text: 'its own', status: 'succeeded' },
    ])
  })

  test('a failed call is a failed step', () => {
    const { say, one } = withSubagent()
    say(
      by(call('a')),
      by(call('b')),
      by(result('b', 'No.', { metadata: { holdfast: { error: true } } })),
      by(result('a', 'Yes.')),
    )
    expect(one()?.steps).toMatchObject([
      { toolCallId: 'a', status: 'succeeded' },
      { toolCallId: 'b', status: 'failed', text: 'No.' },
    ])
  })

  test('S000-C10 a failed call of the run’s own agent is marked in its message', () => {
    const { say, view } = runningThread()
    say(call('a'), result('a', 'No.', { metadata: { holdfast: { error: true } } }))
    expect(view().messages.at(-1)).toMatchObject({ role: 'tool', metadata: { holdfast: { error: true } } })
  })

  test('a snapshot of messages restates the steps of their sub-agents and repeats no words', () => {
    const { say, one, view, everyway } = withSubagent()
    say(
      ...[...said('m', 'One'), ...textOf('open', 'half'), call('c')].map((each) => by(each)),
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'm', role: 'assistant', content: 'One!', subagentRunId: 'sub' },
          { id: 'copy', role: 'assistant', content: 'One!', subagentRunId: 'sub' },
          { id: 'open', role: 'assistant', content: 'half a', subagentRunId: 'sub' },
          {
            id: 'calls',
            role: 'assistant',
            subagentRunId: 'sub',
            toolCalls: [
              { id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } },
              { id: 'd', type: 'function', function: { name: 'read', arguments: '{"d":1}' } },
            ],
          },
          { id: 't', role: 'tool', toolCallId: 'c', content: 'Done', subagentRunId: 'sub' },
          { id: 'r', role: 'reasoning', content: 'Hm', subagentRunId: 'sub' },
          { id: 'main', role: 'assistant', content: 'Main' },
        ],
      },
      by({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'open', delta: ' word' }),
    )
    expect(one()?.steps).toMatchObject([
      { kind: 'text', text: 'One!' },
      { kind: 'text', text: 'half a word' },
      { kind: 'tool', title: 'look', input: '{}', text: 'Done', status: 'succeeded' },
      { kind: 'tool', title: 'read', input: '{"d":1}' },
      { kind: 'reasoning', text: 'Hm' },
    ])
    expect(view().messages.map(({ id }) => id)).toEqual(['ask', 'main'])
    everyway()
  })

  test('an AG-UI step is a step only if nothing is said in it, and an activity is one', () => {
    const { say, one, everyway } = withSubagent()
    const step = (stepName: string, ...inside: readonly EventJson[]): EventJson[] => [
      { type: 'STEP_STARTED', stepName },
      ...inside,
      { type: 'STEP_FINISHED', stepName },
    ]
    const plan = (activityType: string): EventJson => ({
      type: 'ACTIVITY_SNAPSHOT',
      messageId: 'p',
      activityType,
      content: {},
    })
    say(
      ...[...step('empty'), ...step('full', ...said('m', 'Text')), plan('PLAN'), plan('PLANS')].map((each) => by(each)),
    )
    expect(one()?.steps).toMatchObject([
      { kind: 'status', title: 'empty', status: 'succeeded' },
      { kind: 'text', text: 'Text' },
      { kind: 'status', title: 'PLANS' },
    ])
    everyway()
  })

  test('an agent that tags events and announces no sub-agent has one nevertheless, until its run ends', () => {
    const { say, log, view, everyway } = runningThread()
    say(...said('m', 'Hello').map((each) => by(each, 'untold')))
    expect(view().subagents).toMatchObject([{ subagentRunId: 'untold', name: 'untold', status: 'running' }])
    say(begin('untold', { name: 'Late', parentSubagentRunId: 'other' }))
    expect(view().subagents).toMatchObject([{ name: 'Late', parentSubagentRunId: 'other', steps: [{ text: 'Hello' }] }])
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
    expect(view().subagents).toMatchObject([{ status: 'succeeded' }])
    say(by({ type: 'TEXT_MESSAGE_START', messageId: 'late' }, 'ghost'), begin('ghost'))
    expect(view().subagents).toHaveLength(1)
    everyway()
  })
})

describe('whose it is', () => {
  test('S003-13 two threads and two runs with the same ids keep separate steps', () => {
    const first = runningThread()
    first.say(begin(), by(call('c')), by(result('c', 'of the first run')))
    first.log.end('run', { type: 'succeeded' })
    first.log.accept('next')
    first.log.start('next', [], null)
    for (const event of [begin(), by(call('c'))]) first.log.agui('next', event)
    expect(first.view().subagents).toMatchObject([
      { runId: 'run', steps: [{ toolCallId: 'c', text: 'of the first run', status: 'succeeded' }] },
      { runId: 'next', steps: [{ toolCallId: 'c', status: 'running' }] },
    ])
    first.everyway()
    const other = createFold({ roomId: 'other', threadId: 'thread' })
    for (const envelope of first.log.envelopes) expect(other.apply(envelope)).toBe('foreign')
    expect(other.view().subagents).toEqual([])
  })

  test('S003-C7 parallel and nested sub-agents each keep their own steps', () => {
    const { say, view, everyway } = runningThread()
    say(begin('a'), begin('b'), begin('a1', { parentSubagentRunId: 'a' }))
    for (const id of ['b', 'a1', 'a']) say(by({ type: 'TEXT_MESSAGE_START', messageId: `m-${id}` }, id))
    for (let n = 0; n < 3; n++) {
      for (const id of ['a', 'b', 'a1'])
        say(by({ type: 'TEXT_MESSAGE_CONTENT', messageId: `m-${id}`, delta: `${id}${n} ` }, id))
    }
    expect(view().subagents).toMatchObject([
      { subagentRunId: 'a', steps: [{ text: 'a0 a1 a2 ' }] },
      { subagentRunId: 'b', steps: [{ text: 'b0 b1 b2 ' }] },
      { subagentRunId: 'a1', parentSubagentRunId: 'a', steps: [{ text: 'a10 a11 a12 ' }] },
    ])
    everyway()
  })

  test('a sub-agent that did not change is the same object in the next view', () => {
    const { fold, log, say } = runningThread()
    say(begin('a'), begin('b'), ...said('m', 'One').map((each) => by(each, 'b')))
    const thread = fold()
    const [a, b] = thread.view().subagents
    say(by({ type: 'TEXT_MESSAGE_START', messageId: 'n' }, 'a'))
    for (const envelope of log.envelopes.slice(-1)) thread.apply(envelope)
    const next = thread.view().subagents
    expect(next[0]).not.toBe(a)
    expect(next[1]).toBe(b)
    say(...textOf('main', 'Text'))
    for (const envelope of log.envelopes.slice(-2)) thread.apply(envelope)
    expect(thread.view().subagents).toBe(next)
  })
})

describe('how much is kept', () => {
  test('S003-15 of 1,000 steps the newest 200 are kept, with the number of dropped ones', () => {
    const { say, one } = withSubagent()
    for (let n = 1; n <= 1_000; n++) say(by(call(`c${n}`)), by(result(`c${n}`, `done ${n}`)))
    const { steps = [], droppedSteps } = one() ?? {}
    expect(steps.map(({ n }) => n)).toEqual(Array.from({ length: 200 }, (_, at) => 801 + at))
    expect(droppedSteps).toBe(800)
    expect(steps[0]).toMatchObject({ toolCallId: 'c801', text: 'done 801' })
  })

  test.each([
    ['text', 'TEXT_MESSAGE', 8_000],
    ['reasoning', 'REASONING_MESSAGE', 6_000],
  ] as const)('S003-15 a %s of one step is cut once, at its limit', (_, kind, max) => {
    const { say, one, everyway } = withSubagent()
    const delta = (text: string): EventJson => by({ type: `${kind}_CONTENT`, messageId: 'm', delta: text })
    say(by({ type: `${kind}_START`, messageId: 'm', role: 'reasoning' }), delta('x'.repeat(max - 2)))
    say(delta('y'))
    expect(one()?.steps[0]?.text).toBe(`${'x'.repeat(max - 2)}y`)
    say(delta('z'))
    expect(one()?.steps[0]?.text).toBe(`${'x'.repeat(max - 2)}y…`)
    say(delta('more'))
    expect(one()?.steps[0]?.text).toHaveLength(max)
    everyway()
  })

  test('a cut text ends with no half of a code point', () => {
    const { say, one } = withSubagent()
    say(...textOf('m', `${'x'.repeat(7_998)}🦀🦀`).map((each) => by(each)))
    expect(one()?.steps[0]?.text).toBe(`${'x'.repeat(7_998)} …`)
    expect(one()?.steps[0]?.text).toHaveLength(8_000)
  })

  test('arguments and results of a call are cut too', () => {
    const { say, one } = withSubagent()
    say(
      by(call('c')),
      by({ type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: 'a'.repeat(9_000) }),
      by(result('c', 'b'.repeat(9_000))),
    )
    expect(one()?.steps[0]?.input).toHaveLength(2_000)
    expect(one()?.steps[0]?.text).toHaveLength(8_000)
  })

  test('S003-14 steps that were pruned leave a summary, and those of a running sub-agent stay', () => {
    const { say, log, view, everyway } = runningThread()
    say(
      begin('a'),
      begin('b'),
      ...['a', 'b'].flatMap((id) => said(`m-${id}`, id).map((each) => by(each, id))),
      finish('a'),
    )
    log.control({ type: 'subagents.pruned', ofRun: 'run', subagentRunIds: ['a', 'b', 'unknown'] })
    expect(view().subagents).toMatchObject([
      { subagentRunId: 'a', status: 'succeeded', steps: [], droppedSteps: 1 },
      { subagentRunId: 'b', status: 'running', steps: [{ text: 'b' }], droppedSteps: 0 },
    ])
    everyway()
  })

  test('S003-C4 nothing of a sub-agent is left of a deleted thread', () => {
    const { say, log, view } = withSubagent()
    say(call('c'), progress('c', 'half'))
    log.control({ type: 'thread.deleted' })
    expect(view()).toMatchObject({ subagents: [], progress: [], superseded: [] })
  })
})

describe('how it ends', () => {
  test.each([
    ['succeeds', finish(), { status: 'succeeded' }],
    ['fails', error('worker_lost'), { status: 'failed', error: { code: 'worker_lost', message: 'It broke.' } }],
    ['fails without a code', error(), { status: 'failed', error: { message: 'It broke.' } }],
    ['S003-12 is cancelled', error('cancelled'), { status: 'cancelled', error: { code: 'cancelled' } }],
    [
      'is suspended until its questions are answered',
      finish('sub', { outcome: { type: 'suspended', interruptIds: ['i'] } }),
      { status: 'succeeded', interruptIds: ['i'] },
    ],
  ])('it %s', (_, end, expected) => {
    const { say, one, everyway } = withSubagent()
    say(end)
    expect(one()).toMatchObject({ ...expected, endedAt: '2026-01-01T00:00:05.000Z' })
    everyway()
  })

  test('S003-C1 what comes after the end changes nothing, not even the time', () => {
    const { say, log, one, everyway } = withSubagent()
    say(by(call('c')), ...textOf('m', 'half').map((each) => by(each)), error('cancelled'))
    const ended = one()
    expect(ended).toMatchObject({ status: 'cancelled', steps: [{ status: 'failed' }, { text: 'half' }] })
    say(
      by({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: ' late' }),
      by(progress('c', 'late')),
      by(result('c', 'late')),
      by({ type: 'TEXT_MESSAGE_START', messageId: 'late' }),
      begin(),
      finish(),
      by(superseded('m')),
      { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'm', role: 'assistant', content: 'late', subagentRunId: 'sub' }] },
    )
    log.control({ type: 'subagent.cancel-requested', subagentRunId: 'sub', by: 'ada' }, 'run')
    log.end('run', { type: 'succeeded' })
    expect(one()).toEqual(ended)
    everyway()
  })

  test('a stop that was asked for shows until it has ended', () => {
    const { say, log, one, everyway } = withSubagent()
    log.control({ type: 'subagent.cancel-requested', subagentRunId: 'sub', by: 'ada' }, 'run')
    expect(one()).toMatchObject({ status: 'running', stopping: true })
    say(error('cancelled'))
    expect(one()).not.toHaveProperty('stopping')
    everyway()
  })

  test.each([
    [{ type: 'succeeded' }, 'succeeded'],
    [{ type: 'cancelled', by: 'ada' }, 'cancelled'],
    [{ type: 'superseded', by: 'other' }, 'cancelled'],
    [{ type: 'failed', code: 'worker_lost', message: 'Lost.' }, 'failed'],
  ] as const)('S003-C2 it never runs longer than its run: %o', (outcome, status) => {
    const { log, one, everyway } = withSubagent()
    log.control({ type: 'run.ended', outcome }, 'run')
    expect(one()?.status).toBe(status)
    if (outcome.type === 'failed') expect(one()?.error).toMatchObject({ code: 'worker_lost' })
    everyway()
  })
})

describe('progress', () => {
  test('is the latest of each call, until its result', () => {
    const { say, view, everyway } = runningThread()
    say(call('a'), call('b'), progress('a', '1 of 2'), progress('b', 'half'), progress('a', '2 of 2'))
    expect(view().progress).toMatchObject([
      { runId: 'run', toolCallId: 'a', text: '2 of 2' },
      { runId: 'run', toolCallId: 'b', text: 'half' },
    ])
    say(result('a', 'Done'), progress('a', 'late'))
    expect(view().progress).toMatchObject([{ toolCallId: 'b' }])
    everyway()
  })

  test('of a call that nothing announced is not kept, so that no agent can fill the view', () => {
    const { say, log, view } = runningThread()
    for (let n = 0; n < 100; n++) say(progress(`unknown-${n}`, 'x'))
    say(call('a'), progress('a', 'x'.repeat(9_000)), { type: 'CUSTOM', name: 'holdfast.progress', value: null })
    expect(view().progress).toHaveLength(1)
    expect(view().progress[0]?.text).toHaveLength(2_000)
    log.control({ type: 'run.ended', outcome: { type: 'succeeded' } }, 'run')
    say(progress('a', 'late'))
    expect(view().progress).toEqual([])
  })

  test('of a call that an earlier run made belongs to the run that carries it out', () => {
    const { say, log, view, everyway } = runningThread()
    say(call('a'), progress('a', 'first'))
    log.end('run', { type: 'interrupted', interrupts: [{ id: 'i', reason: 'tool_approval', toolCallId: 'a' }] })
    log.accept('next', [], { continues: 'run' })
    log.start('next', [], 'a')
    log.agui('next', progress('a', 'second'))
    expect(view().progress).toMatchObject([{ runId: 'next', text: 'second' }])
    everyway()
  })

  test('of a sub-agent’s call is the text of its step', () => {
    const { say, one, view } = withSubagent()
    say(by(call('c')), by(progress('c', 'half')))
    expect(one()?.steps).toMatchObject([{ text: 'half', status: 'running' }])
    expect(view().progress).toEqual([])
    say(by(result('c', 'Done')), by(progress('c', 'late')))
    expect(one()?.steps).toMatchObject([{ text: 'Done', status: 'succeeded' }])
  })
})

describe('what was said again after a restart', () => {
  test('leaves the conversation, and the run goes on where it was', () => {
    const { say, view, everyway } = runningThread()
    say(
      ...said('kept', 'First. '),
      { type: 'REASONING_MESSAGE_START', messageId: 'r', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_END', messageId: 'r' },
      ...textOf('half', 'Sec'),
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'half' },
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
      { type: 'TEXT_MESSAGE_END', messageId: 'half' },
      superseded('r', 'half'),
      ...textOf('again', 'Second.'),
    )
    expect(view().messages).toMatchObject([ask, { id: 'kept' }, { id: 'again', parentId: 'kept', content: 'Second.' }])
    expect(view().superseded).toMatchObject([
      { id: 'r', parentId: 'kept' },
      { id: 'half', content: 'Sec' },
    ])
    everyway()
  })

  test('what was not superseded attaches to where the superseded message did, and results go with their call', () => {
    const { say, view, everyway } = runningThread()
    say(
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look', parentMessageId: 'half' },
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
      result('c', 'Done'),
      ...said('after', 'After'),
      superseded('half'),
    )
    expect(view().messages).toMatchObject([ask, { id: 'after', parentId: 'ask' }])
    expect(view().superseded.map(({ id }) => id)).toEqual(['half', 'result-c'])
    everyway()
  })

  test('names only messages of its own run that nothing writes any more', () => {
    const { say, log, view, everyway } = runningThread()
    say(...said('old', 'Old'))
    log.end('run', { type: 'succeeded' })
    log.accept('next')
    log.start('next', [], 'old')
    for (const event of [...textOf('open', 'Still '), superseded('old', 'ask', 'open', 'unknown')])
      log.agui('next', event)
    log.agui('next', { type: 'CUSTOM', name: 'holdfast.superseded', value: { messageIds: 'old' } })
    log.agui('next', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'open', delta: 'here' })
    expect(view().messages.map(({ id, content }) => [id, content])).toEqual([
      ['ask', 'Why?'],
      ['old', 'Old'],
      ['open', 'Still here'],
    ])
    expect(view().superseded).toEqual([])
    everyway()
  })

  test('texts that grow meanwhile go on growing in their messages', () => {
    const { say, view } = runningThread()
    say(...said('half', 'Sec'), ...textOf('other', 'Other '), superseded('half'))
    say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'other', delta: 'text' })
    expect(view().messages).toMatchObject([ask, { id: 'other', content: 'Other text', parentId: 'ask' }])
  })

  test('a queued run that was to follow it follows what it followed', () => {
    const { say, log, view, everyway } = runningThread()
    log.accept('queued', [{ id: 'next', role: 'user', content: 'And?' }], { parentId: 'half' })
    say(...said('first', 'First'), ...said('half', 'Sec'), superseded('half'))
    log.end('run', { type: 'failed', code: 'worker_lost', message: 'Lost.' })
    log.start('queued', [{ id: 'next', role: 'user', content: 'And?' }], 'half')
    expect(view().messages.at(-1)).toMatchObject({ id: 'next', parentId: 'first' })
    everyway()
  })

  test('of a sub-agent becomes one step that says so', () => {
    const { say, one, everyway } = withSubagent()
    say(...[...said('done', 'Done'), ...said('half', 'Ha'), call('c'), superseded('half', 'c')].map((each) => by(each)))
    say(
      by({ type: 'TOOL_CALL_END', toolCallId: 'c' }),
      by(superseded('c')),
      ...said('again', 'Half').map((each) => by(each)),
    )
    expect(one()?.steps).toMatchObject([
      { n: 1, text: 'Done' },
      { n: 2, kind: 'status', title: 'Interrupted, asked again' },
      { n: 3, kind: 'status', title: 'Interrupted, asked again' },
      { n: 4, text: 'Half' },
    ])
    everyway()
  })

  test('a run without its accept record changes no sub-agent', () => {
    const { log, view } = emptyThread()
    log.agui('unknown', begin())
    log.agui('unknown', superseded('m'))
    expect(view().subagents).toEqual([])
  })
})

test('a beginning or an end whose fields cannot be read still counts', () => {
  const { say, view } = runningThread()
  say(begin('a'), finish('a', { outcome: { type: 'suspended', interruptIds: 'all' } }))
  say(begin('b'), { type: 'SUBAGENT_ERROR', subagentRunId: 'b', message: 7 } as unknown as EventJson)
  say(begin('c', { name: '' }))
  expect(view().subagents).toMatchObject([
    { status: 'succeeded', interruptIds: [] },
    { status: 'failed', error: { message: '' } },
    { name: 'c', status: 'running' },
  ])
})

test('the end of a run drops its own progress and no other', () => {
  const latest = createProgress([])
  for (const runId of ['r1', 'r2']) latest.said({ runId, toolCallId: 'c', text: 'Half', at: '' })
  latest.runEnded('r1')
  expect(latest.handOut()).toMatchObject([{ runId: 'r2' }])
})

test('what attaches to a message that is neither there nor superseded keeps its place', () => {
  const gone = [{ id: 'gone', parentId: 'unknown' }]
  expect(standInFor('unknown', () => false, gone)).toBe('unknown')
  expect(standInFor('gone', (id) => id === 'unknown', gone)).toBe('unknown')
})

test('a sub-agent that is announced without an id is not there', () => {
  const { say, view } = runningThread()
  say({ type: 'SUBAGENT_STARTED', name: 'helper' } as unknown as EventJson)
  expect(view().subagents).toEqual([])
})
