import type { EndedRun, LiveRun, OpenItem, Run, ThreadMessage } from '@holdfast/core'
import { createFold, pathTo } from '@holdfast/core'
import { createLogBuilder, TEST_KEY } from '@holdfast/core/testing'
import { describe, expect, test } from 'vitest'
import { wordsOf } from './endings.ts'
import { headOf, type Row, rowsOf, type Shown, withNewLine } from './rows.ts'

const AT = '2026-01-01T00:00:00.000Z'
const NOTHING: Shown = { path: [], runs: [], open: [], pending: [] }

const question: ThreadMessage = { id: 'q', role: 'user', content: 'Why?', parentId: null }
const answer: ThreadMessage = { id: 'a', role: 'assistant', content: 'Because', parentId: 'q', runId: 'r1' }
const live: LiveRun = { runId: 'r1', agentId: 'demo', parentId: 'q', status: 'running', acceptedAt: AT, startedAt: AT }

function ended(runId: string, outcome: EndedRun['outcome']): EndedRun {
  return { runId, agentId: 'demo', parentId: 'q', status: outcome.type, outcome, acceptedAt: AT, endedAt: AT }
}
const failed = (runId: string): EndedRun => ended(runId, { type: 'failed', code: 'worker_lost', message: 'It died.' })
const cancelled = (runId: string): EndedRun => ended(runId, { type: 'cancelled', by: 'me' })

function shown(path: readonly ThreadMessage[], runs: readonly Run[], rest: Partial<Shown> = {}): Row[] {
  return rowsOf({ ...NOTHING, path, runs, ...rest })
}
const types = (rows: readonly Row[]) => rows.map((row) => row.type)
const endingIn = (rows: readonly Row[]) => rows.flatMap((row) => (row.type === 'ending' ? [row.ending] : []))

describe('the end of a run', () => {
  test('follows its partial answer, which can be continued and retried', () => {
    const rows = shown([question, answer], [failed('r1')])
    expect(types(rows)).toEqual(['user', 'text', 'ending'])
    expect(endingIn(rows)).toEqual([
      {
        runId: 'r1',
        outcome: { type: 'failed', code: 'worker_lost', message: 'It died.' },
        retry: true,
        continueFrom: 'a',
      },
    ])
  })

  test('is not mentioned when the run succeeded', () => {
    expect(types(shown([question, answer], [ended('r1', { type: 'succeeded' })]))).toEqual(['user', 'text'])
  })

  test('follows the question when nothing was written, and offers no Continue', () => {
    const [ending] = endingIn(shown([question], [cancelled('r1')]))
    expect(ending).toMatchObject({ runId: 'r1', retry: true })
    expect(ending).not.toHaveProperty('continueFrom')
  })

  test('is hidden once another run has answered the question', () => {
    const second: ThreadMessage = { ...answer, id: 'b', runId: 'r2' }
    expect(endingIn(shown([question, second], [failed('r1'), ended('r2', { type: 'succeeded' })]))).toEqual([])
    expect(endingIn(shown([question], [failed('r1'), { ...live, runId: 'r2' }]))).toEqual([])
  })

  test('offers Retry only for the newest run', () => {
    const next: ThreadMessage = { id: 'q2', role: 'user', content: 'And?', parentId: 'a' }
    const [ending] = endingIn(shown([question, answer, next], [failed('r1'), { ...live, runId: 'r2', parentId: 'q2' }]))
    expect(ending).toEqual(expect.objectContaining({ runId: 'r1', retry: false }))
  })

  test('offers Retry whatever is queued, and is absent for a run removed from the queue', () => {
    const waits: Run = { runId: 'r2', agentId: 'demo', status: 'queued', acceptedAt: AT }
    const { parentId: _, ...unsaid } = ended('r3', { type: 'cancelled', by: 'me' })
    expect(endingIn(shown([question, answer], [failed('r1'), waits, unsaid]))).toMatchObject([
      { runId: 'r1', retry: true, continueFrom: 'a' },
    ])
  })

  test('offers Retry after every kind of end, but not while its question is open', () => {
    for (const outcome of [
      { type: 'cancelled', by: 'me' },
      { type: 'superseded', by: 'r2' },
      { type: 'interrupted', interrupts: [] },
    ] as const) {
      const [ending] = endingIn(shown([question, answer], [ended('r1', outcome)]))
      expect(ending).toMatchObject({ retry: true, continueFrom: 'a' })
    }
    const open = [{ id: 'i', reason: 'input_required' }] as unknown as Shown['interrupts'] & {}
    const asks = ended('r1', { type: 'interrupted', interrupts: [...open] })
    expect(endingIn(shown([question, answer], [asks], { interrupts: open }))).toMatchObject([{ retry: false }])
  })

  test('offers no Continue after an unanswered tool call', () => {
    const call: ThreadMessage = {
      ...answer,
      role: 'assistant',
      toolCalls: [{ id: 't', type: 'function', function: { name: 'look', arguments: '{}' } }],
    }
    expect(endingIn(shown([question, call], [cancelled('r1')]))[0]).not.toHaveProperty('continueFrom')
  })
})

describe('a finished answer', () => {
  const succeeded = ended('r1', { type: 'succeeded' })
  const feetIn = (rows: readonly Row[]) => rows.map((row) => ('foot' in row ? row.foot : undefined))
  const foot = { runId: 'r1', words: true, again: true }

  test('can be copied and, as the last one, regenerated while nothing runs and no question is open', () => {
    expect(feetIn(shown([question, answer], [succeeded]))).toEqual([undefined, foot])
    const next: ThreadMessage = { id: 'q2', role: 'user', content: 'And?', parentId: 'a' }
    expect(feetIn(shown([question, answer, next], [succeeded]))).toEqual([
      undefined,
      { ...foot, again: false },
      undefined,
    ])
    const elsewhere = { ...live, runId: 'r2' }
    expect(feetIn(shown([question, answer], [succeeded, elsewhere]))[1]).toEqual({ ...foot, again: false })
    const waits: Run = { runId: 'r2', agentId: 'demo', status: 'queued', acceptedAt: AT }
    expect(feetIn(shown([question, answer], [succeeded, waits]))[1]).toEqual(foot)
    const interrupts = [{ id: 'i', reason: 'input_required' }]
    expect(feetIn(shown([question, answer], [succeeded], { interrupts }))[1]).toEqual({ ...foot, again: false })
  })

  test('that was cut short can be copied and retried; one being written can be neither', () => {
    expect(feetIn(shown([question, answer], [failed('r1')]))).toEqual([undefined, { ...foot, again: false }, undefined])
    expect(feetIn(shown([question, answer], [live]))).toEqual([undefined, undefined])
  })

  test('with several messages has one foot below its last line, which copies all its text', () => {
    const call: ThreadMessage = {
      id: 'c',
      role: 'assistant',
      parentId: 'a',
      runId: 'r1',
      toolCalls: [{ id: 't', type: 'function', function: { name: 'look', arguments: '{}' } }],
    }
    const result: ThreadMessage = {
      id: 'o',
      role: 'tool',
      toolCallId: 't',
      content: 'x',
      parentId: 'c',
      runId: 'r1',
    }
    const path = [question, answer, call, result]
    expect(feetIn(shown(path, [succeeded]))).toEqual([undefined, undefined, foot])
    expect(feetIn(shown([question, { ...call, parentId: 'q' }], [succeeded]))).toEqual([
      undefined,
      { ...foot, words: false },
    ])
    const end: ThreadMessage = { ...answer, id: 'e', content: 'So.', parentId: 'o' }
    const other: ThreadMessage = { ...answer, id: 'b', runId: 'r2', content: 'Not this' }
    expect(wordsOf([...path, end, other], 'r1')).toBe('Because\n\nSo.')
  })
})

describe('the head', () => {
  const messages = [question, answer]
  const again: LiveRun = { ...live, runId: 'r2' }

  test('is the newest leaf', () => {
    expect(headOf({ messages, runs: [failed('r1')] })).toBe('a')
    expect(headOf({ messages: [], runs: [] })).toBe(null)
  })

  test('is the question until a new answer to it starts, then that answer', () => {
    expect(headOf({ messages, runs: [failed('r1'), again] })).toBe('q')
    const second: ThreadMessage = { ...answer, id: 'b', runId: 'r2' }
    expect(headOf({ messages: [...messages, second], runs: [failed('r1'), again] })).toBe('b')
  })

  test('is the old answer again when the new one produced nothing, with Retry at the end', () => {
    const runs = [failed('r1'), cancelled('r2')]
    expect(headOf({ messages, runs })).toBe('a')
    expect(endingIn(shown(messages, runs))).toMatchObject([
      { runId: 'r1', retry: false },
      { runId: 'r2', retry: true },
    ])
  })
})

describe('a fork', () => {
  const second: ThreadMessage = { ...answer, id: 'b', runId: 'r2', content: 'Therefore' }
  const edited: ThreadMessage = { id: 'q2', role: 'user', content: 'How?', parentId: null }
  const third: ThreadMessage = { ...answer, id: 'c', runId: 'r3', parentId: 'q2' }
  const messages = [question, answer, second, edited, third]
  const runs = ['r1', 'r2', 'r3'].map((runId) => ended(runId, { type: 'succeeded' }))

  test('shows the newest path unless another was chosen, and the chosen path grows', () => {
    expect(headOf({ messages, runs })).toBe('c')
    expect(headOf({ messages, runs }, 'q')).toBe('b')
    expect(headOf({ messages, runs }, 'a')).toBe('a')
    expect(headOf({ messages, runs }, 'gone')).toBe('c')
    const more: ThreadMessage = { id: 'm', role: 'user', content: 'And?', parentId: 'a' }
    expect(headOf({ messages: [...messages, more], runs }, 'a')).toBe('m')
  })

  test('shows a sent message at its place before the log has it', () => {
    expect(headOf({ messages, runs }, undefined, [{ ...edited, id: 'q3' }])).toBe(null)
    expect(headOf({ messages, runs }, undefined, [{ ...edited, id: 'q3', parentId: 'c' }])).toBe('c')
  })

  test('labels each message with its version number, and a message without alternatives with nothing', () => {
    const branches = (path: readonly ThreadMessage[]) =>
      shown(path, runs, { messages }).map((row) => ('branch' in row ? row.branch : undefined))
    expect(branches([question, second])).toEqual([
      { ids: ['q', 'q2'], at: 0 },
      { ids: ['a', 'b'], at: 1 },
    ])
    expect(branches([edited, third])).toEqual([{ ids: ['q', 'q2'], at: 1 }, undefined])
  })
})

describe('a tool call', () => {
  const call: ThreadMessage = {
    id: 'c',
    role: 'assistant',
    parentId: 'q',
    runId: 'r1',
    toolCalls: [{ id: 't', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
  }
  const result = (error?: string): ThreadMessage => ({
    id: 'o',
    role: 'tool',
    toolCallId: 't',
    content: 'seen',
    parentId: 'c',
    runId: 'r1',
    ...(error !== undefined && { error }),
  })
  const stateIn = (rows: readonly Row[]) => rows.find((row) => row.type === 'tool')?.state

  test('is one card that contains its result', () => {
    const rows = shown([question, call, result()], [live])
    expect(types(rows)).toEqual(['user', 'tool'])
    expect(stateIn(rows)).toEqual({ type: 'result', text: 'seen' })
  })

  test('is running while its run is live, and unfinished once the run has ended', () => {
    expect(stateIn(shown([question, call], [live]))).toEqual({ type: 'running' })
    expect(stateIn(shown([question, call], [cancelled('r1')]))).toEqual({ type: 'unanswered' })
  })

  test('that failed keeps its output and says why', () => {
    expect(stateIn(shown([question, call, result('No.')], [live]))).toEqual({
      type: 'error',
      text: 'seen',
      message: 'No.',
    })
  })
})

describe('an agent that reuses its ids in every run', () => {
  /** Two runs with reasoning, a call and text under the same ids; the second is still writing its text. */
  function twice(): Row[] {
    const log = createLogBuilder()
    for (const [at, runId] of ['one', 'two'].entries()) {
      const messages = [{ id: `q${at}`, role: 'user', content: 'Why?' } as const]
      log.accept(runId, messages)
      log.start(runId, messages)
      log.agui(runId, { type: 'REASONING_MESSAGE_START', messageId: '1', role: 'reasoning' })
      log.agui(runId, { type: 'REASONING_MESSAGE_CONTENT', messageId: '1', delta: `thought ${at}` })
      log.agui(runId, { type: 'REASONING_MESSAGE_END', messageId: '1' })
      log.agui(runId, { type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'look' })
      log.agui(runId, { type: 'TOOL_CALL_END', toolCallId: 'call' })
      if (at === 0) log.agui(runId, { type: 'TOOL_CALL_RESULT', messageId: 'r', toolCallId: 'call', content: 'seen' })
      log.agui(runId, { type: 'TEXT_MESSAGE_START', messageId: '1', role: 'assistant' })
      log.agui(runId, { type: 'TEXT_MESSAGE_CONTENT', messageId: '1', delta: `text ${at}` })
      if (at === 0) log.end(runId, { type: 'succeeded' })
    }
    const fold = createFold(TEST_KEY)
    for (const envelope of log.envelopes) fold.apply(envelope)
    const view = fold.view()
    return rowsOf({ ...NOTHING, ...view, path: pathTo(view.messages, view.messages.at(-1)?.id ?? null) })
  }
  const said = (rows: readonly Row[]) => rows.flatMap((row) => ('writing' in row ? [[row.text, row.writing]] : []))

  test('has only its current text marked as being written', () => {
    expect(said(twice())).toEqual([
      ['thought 0', false],
      ['text 0', false],
      ['thought 1', false],
      ['text 1', true],
    ])
  })

  test('has each result in the card of its own call, and no line twice', () => {
    const rows = twice()
    const states = rows.flatMap((row) => (row.type === 'tool' ? [row.state] : []))
    expect(states).toEqual([{ type: 'result', text: 'seen' }, { type: 'running' }])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })
})

describe('a message', () => {
  test('that is still being written is marked, and names its agent', () => {
    const open: OpenItem[] = [{ kind: 'text', id: 'a', runId: 'r1', startedAt: AT }]
    expect(shown([question, answer], [live], { open }).at(-1)).toEqual({
      type: 'text',
      id: 'a',
      text: 'Because',
      writing: true,
      agentId: 'demo',
    })
  })

  test('that is being sent is shown once, not beside its stored copy', () => {
    const pending = [question]
    expect(shown([], [], { pending })).toEqual([{ type: 'user', id: 'q', text: 'Why?', pending: true }])
    expect(shown([question], [], { pending })).toEqual([{ type: 'user', id: 'q', text: 'Why?', pending: false }])
  })

  test('with several parts is read part by part, and a part that is not text is named', () => {
    const parts: ThreadMessage = {
      id: 'q',
      role: 'user',
      parentId: null,
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'image', source: { type: 'url', value: 'https://example.org/a.png' } },
      ],
    }
    expect(shown([parts], [])).toEqual([{ type: 'user', id: 'q', text: 'Look:\n[image]', pending: false, fixed: true }])
  })
})

describe('beside the text', () => {
  test('finished reasoning shows its duration', () => {
    const thought: ThreadMessage = { id: 't', role: 'reasoning', content: 'Hm', parentId: 'q', runId: 'r1' }
    const secondsIn = (message: ThreadMessage) =>
      shown([question, message], [live]).flatMap((row) => (row.type === 'reasoning' ? [row.seconds] : []))
    expect(secondsIn(thought)).toEqual([undefined])
    expect(secondsIn({ ...thought, startedAt: AT, endedAt: '2026-01-01T00:00:12.400Z' })).toEqual([12])
    expect(secondsIn({ ...thought, startedAt: AT, endedAt: AT })).toEqual([1])
  })

  test('an activity is a line of its answer, whatever its wording', () => {
    const activity = (content: Record<string, unknown>): ThreadMessage => ({
      id: 'x',
      role: 'activity',
      activityType: 'SEARCH',
      content,
      parentId: 'q',
      runId: 'r1',
    })
    const textIn = (content: Record<string, unknown>) =>
      shown([question, activity(content)], [live]).flatMap((row) => (row.type === 'activity' ? [row.text] : []))
    expect(textIn({ title: '', message: 'Looks things up' })).toEqual(['Looks things up'])
    expect(textIn({ hits: 3 })).toEqual(['SEARCH'])
  })

  test('a run that waits for its provider says so at its end', () => {
    const waiting = { reason: 'rate_limited', until: AT, attempt: 2, maxAttempts: 5 } as const
    const rows = shown([question], [{ ...live, waiting }])
    expect(rows.at(-1)).toEqual({ type: 'waiting', id: 'wait:r1', ...waiting })
    expect(types(shown([question], [{ ...live, waiting, parentId: 'elsewhere' }]))).toEqual(['user'])
  })
})

describe('a tool call', () => {
  const call = (id: string) => ({ id, type: 'function', function: { name: 'send', arguments: '{}' } }) as const
  const calling: ThreadMessage = { ...answer, content: '', toolCalls: [call('c1'), call('c2')] } as ThreadMessage
  const states = (rows: readonly Row[]) => rows.flatMap((row) => (row.type === 'tool' ? [row.state] : []))
  const asked = ended('r1', { type: 'interrupted', interrupts: [] })
  const interrupts = [{ id: 'i1', reason: 'tool_approval', toolCallId: 'c1' }]

  test('S001-C4 asks while its question is open, and no longer once the question is gone', () => {
    expect(states(shown([question, calling], [asked], { interrupts }))).toEqual([
      { type: 'asks', interruptId: 'i1' },
      { type: 'unanswered' },
    ])
    expect(states(shown([question, calling], [asked]))).toEqual([{ type: 'unanswered' }, { type: 'unanswered' }])
  })

  test('runs again in the run that brings the answers, with its progress, and shows the result that this run writes', () => {
    const runs = [{ ...asked, resolved: 'answered' } as EndedRun, { ...live, runId: 'r2', continues: 'r1' }]
    const progress = [{ runId: 'r2', toolCallId: 'c1', text: '3 of 5', at: AT }]
    expect(states(shown([question, calling], runs, { progress }))[0]).toEqual({ type: 'running', progress: '3 of 5' })
    const result = { id: 't', role: 'tool', toolCallId: 'c1', content: 'sent', parentId: 'a', runId: 'r2' } as const
    expect(states(shown([question, calling, result], runs, { progress }))[0]).toEqual({ type: 'result', text: 'sent' })
  })

  test('S000-C10 has failed where its result says so, in either way', () => {
    const of = (more: object) =>
      states(
        shown(
          [question, calling, { id: 't', role: 'tool', toolCallId: 'c1', content: 'No.', parentId: 'a', ...more }],
          [live],
        ),
      )[0]
    expect(of({ metadata: { holdfast: { error: true } } })).toEqual({ type: 'error', text: '', message: 'No.' })
    expect(of({ error: 'Broken.' })).toEqual({ type: 'error', text: 'No.', message: 'Broken.' })
    for (const odd of [{ holdfast: null }, { holdfast: { error: 'yes' } }, {}]) {
      expect(of({ metadata: odd })).toEqual({ type: 'result', text: 'No.' })
    }
  })

  const agent = (subagentRunId: string, more: object) =>
    ({
      subagentRunId,
      runId: 'r1',
      jobId: subagentRunId,
      name: subagentRunId,
      status: 'running',
      steps: [],
      droppedSteps: 0,
      startedAt: AT,
      updatedAt: AT,
      ...more,
    }) as NonNullable<Shown['subagents']>[number]
  const agentsIn = (rows: readonly Row[]) =>
    rows.flatMap((row) =>
      'agents' in row && row.agents ? [[row.id, ...row.agents.map(({ subagentRunId }) => subagentRunId)]] : [],
    )

  test('S003-18 holds the sub-agents that it started, and theirs; others of the run come after its last line', () => {
    const subagents = [
      agent('s1', { parentToolCallId: 'c1' }),
      agent('s2', { parentToolCallId: 'elsewhere', parentSubagentRunId: 's1' }),
      agent('s3', {}),
      agent('s4', { parentToolCallId: 'unknown' }),
      agent('of another run', { runId: 'r9', parentToolCallId: 'c1' }),
    ]
    expect(agentsIn(shown([question, calling], [live], { subagents }))).toEqual([
      ['c1', 's1', 's2'],
      ['agents:r1', 's3', 's4'],
    ])
  })

  test('asks while one of the sub-agents that it started asks', () => {
    const subagents = [agent('s1', { parentToolCallId: 'c2', interruptIds: ['i1'] })]
    const open = [{ id: 'i1', reason: 'tool_approval', subagentRunId: 's1', toolCallId: 'of the child' }]
    expect(states(shown([question, calling], [asked], { subagents, interrupts: open }))).toEqual([
      { type: 'unanswered' },
      { type: 'asks', interruptId: 'i1' },
    ])
    expect(states(shown([question, calling], [asked], { subagents }))[1]).toEqual({ type: 'unanswered' })
  })

  test('sub-agents whose ids name a circle, or themselves, are shown at their run', () => {
    const subagents = [
      agent('s1', { parentSubagentRunId: 's2' }),
      agent('s2', { parentSubagentRunId: 's1' }),
      agent('s3', { parentSubagentRunId: 's3' }),
    ]
    expect(agentsIn(shown([question, answer], [live], { subagents }))).toEqual([['agents:r1', 's1', 's2', 's3']])
  })

  test('sub-agents of a run that has not written anything follow its question', () => {
    expect(agentsIn(shown([question], [live], { subagents: [agent('s1', {})] }))).toEqual([['agents:r1', 's1']])
  })
})

describe('a run that went on after a crash', () => {
  const again: ThreadMessage = { ...answer, id: 'a2', content: 'Because of' }
  const resumed = { ...live, resumed: 1 }

  test('says so once, where what it said twice is folded away', () => {
    const gone: ThreadMessage = { ...answer, id: 'a1', content: 'Becau' }
    const rows = shown([question, again], [resumed], { superseded: [gone] })
    expect(types(rows)).toEqual(['user', 'restart', 'text'])
    expect(rows[1]).toEqual({
      type: 'restart',
      id: 'restart:r1/a1',
      agentId: 'demo',
      text: 'Becau',
      continued: 1,
    })
  })

  test('says so before its first line where it had said nothing, and at its question before it says anything', () => {
    expect(types(shown([question, again], [resumed]))).toEqual(['user', 'restart', 'text'])
    expect(shown([question], [resumed])[1]).toMatchObject({ type: 'restart', id: 'restart:r1', continued: 1 })
  })

  test('twice folds each part where it was, and counts at the last', () => {
    const first: ThreadMessage = { ...answer, id: 'x', content: 'One' }
    const thought = { id: 'y', role: 'reasoning', content: 'Hm', parentId: 'a2', runId: 'r1' } as ThreadMessage
    const second = { id: 'z', role: 'assistant', content: 'Two', parentId: 'y', runId: 'r1' } as ThreadMessage
    const rows = shown([question, again], [{ ...live, resumed: 2 }], { superseded: [first, thought, second] })
    expect(rows.flatMap((row) => (row.type === 'restart' ? [[row.text, row.continued]] : [['line']]))).toEqual([
      ['line'],
      ['One', undefined],
      ['line'],
      ['Hm\n\nTwo', 2],
    ])
  })
})

test('a run that has used most of its tokens says so until it ends', () => {
  const rows = shown([question, answer], [{ ...live, budget: { used: 81, limit: 100 } }])
  expect(rows.at(-1)).toEqual({ type: 'budget', id: 'budget:r1', used: 81, limit: 100 })
  expect(types(shown([question, answer], [live]))).toEqual(['user', 'text'])
})

describe('the line above what is new', () => {
  const thought: ThreadMessage = { id: 't', role: 'reasoning', content: 'Hm.', parentId: 'q', runId: 'r1' }
  const rows = shown([question, thought, answer], [live])

  test('stands above the first new line that is shown, whatever order the ids come in', () => {
    expect(types(withNewLine(rows, new Set(['a', 't'])))).toEqual(['user', 'new', 'reasoning', 'text'])
    expect(types(withNewLine(rows, new Set(['a'])))).toEqual(['user', 'reasoning', 'new', 'text'])
  })

  test('stands above a call whose message has the same id', () => {
    const call = { id: 'c', type: 'function' as const, function: { name: 'look_up', arguments: '{}' } }
    const calling: ThreadMessage = { id: 'c', role: 'assistant', toolCalls: [call], parentId: 'q', runId: 'r1' }
    const lines = shown([question, calling, { ...answer, parentId: 'c' }], [live])
    expect(types(withNewLine(lines, new Set(['c', 'a'])))).toEqual(['user', 'new', 'tool', 'text'])
  })

  test('is absent where nothing is new, or nothing of it is shown', () => {
    expect(withNewLine(rows, new Set())).toBe(rows)
    expect(withNewLine(rows, new Set(['elsewhere']))).toBe(rows)
  })
})
