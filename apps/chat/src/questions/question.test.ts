/** What an agent's interrupt is read as, whatever it holds, and what the answers to it send. */
import { describe, expect, it } from 'vitest'
import { meaningOf } from './meaning.ts'
import { approved, denied, type Interrupt, questionOf, skipped, wordsIn } from './question.ts'

const of = (more: Record<string, unknown>) => questionOf({ id: 'i', reason: 'because', ...more } as Interrupt)
const approval = of({
  reason: 'tool_approval',
  message: 'Send it?',
  toolCallId: 'c1',
  expiresAt: '2026-01-01T00:00:00.000Z',
  responseSchema: { type: 'object', properties: { approved: { type: 'boolean' }, arguments: {} } },
  metadata: { toolName: 'send', arguments: { to: 'a' }, argumentsHash: 'h' },
})

describe('a question', () => {
  it.each([
    ['a tool approval', { reason: 'tool_approval' }, 'approval'],
    ['an unknown outcome of a tool call', { reason: 'tool_outcome_unknown' }, 'outcome'],
    ['an unknown reason without a schema', {}, 'text'],
    ['a schema of a text', { responseSchema: { type: 'string' } }, 'text'],
    ['a schema of some texts', { responseSchema: { type: 'string', enum: ['a', 'b'] } }, 'choices'],
    ['a schema of titled constants', { responseSchema: { oneOf: [{ const: 1, title: 'One' }] } }, 'choices'],
    ['an object of one choice', { responseSchema: { properties: { c: { enum: ['a'] } } } }, 'choices'],
    ['a schema of yes or no', { responseSchema: { type: 'boolean' } }, 'choices'],
    ['an approval of any agent', { responseSchema: { properties: { approved: { type: 'boolean' } } } }, 'approval'],
    ['an object of fields', { responseSchema: { type: 'object', properties: { n: { type: 'number' } } } }, 'form'],
    ['an object with a list', { responseSchema: { type: 'object', properties: { n: { type: 'array' } } } }, 'json'],
    ['a list', { responseSchema: { type: 'array', items: { type: 'string' } } }, 'json'],
    ['a schema that is no schema', { responseSchema: 'broken' }, 'text'],
    ['metadata that is none', { reason: 'tool_approval', metadata: 7, message: 9 }, 'approval'],
  ])('with %s is answered accordingly', (_, more, kind) => {
    expect(of(more).kind.type).toBe(kind)
    expect(of(more).text).not.toBe('')
  })

  it('S000-C10 an approval sends the hash of what was shown, edited arguments, or a note why not', () => {
    expect(approval).toMatchObject({ text: 'Send it?', toolCallId: 'c1', expiresAt: Date.UTC(2026, 0, 1) })
    const is = { interruptId: 'i', status: 'resolved' }
    expect(approved(approval)).toEqual({ ...is, payload: { approved: true, argumentsHash: 'h' } })
    expect(approved(approval, { to: 'b' })).toEqual({
      ...is,
      payload: { approved: true, argumentsHash: 'h', arguments: { to: 'b' } },
    })
    expect(denied(approval)).toEqual({ ...is, payload: { approved: false } })
    expect(denied(approval, ' no ')).toEqual({ ...is, payload: { approved: false, note: 'no' } })
    expect(skipped(approval)).toEqual({ interruptId: 'i', status: 'cancelled' })
  })

  it('S004-C14 a refused answer gives its words back', () => {
    expect(wordsIn([denied(approval, 'not now')])).toBe('not now')
    expect(wordsIn([{ interruptId: 'i', status: 'resolved', payload: 'Porto' }])).toBe('Porto')
    for (const nothing of [undefined, [], [approved(approval)], [skipped(approval)]]) expect(wordsIn(nothing)).toBe('')
  })
})

describe('text that is written while a question is open', () => {
  const free = of({})
  const choice = of({ responseSchema: { enum: ['red', 'blue'] } })

  it('is a message where nothing is asked', () => {
    expect(meaningOf([], 'Hello')).toBeUndefined()
  })

  it('is the answer to a question that wants words', () => {
    expect(meaningOf([free], 'Porto')).toMatchObject({ type: 'answer', answers: [{ payload: 'Porto' }] })
  })

  it('S000-C10 denies an approval, and tells the agent why', () => {
    const meaning = meaningOf([approval], 'too late')
    expect(meaning).toMatchObject({ type: 'answer', answers: [{ payload: { approved: false, note: 'too late' } }] })
    expect(meaning?.hint).toBe('Enter denies it and tells the agent why')
  })

  it('chooses where it names a choice, and otherwise waits in the queue', () => {
    expect(meaningOf([choice], ' Blue ')).toMatchObject({
      answers: [{ payload: 'blue' }],
      hint: 'Enter chooses “blue”',
    })
    expect(meaningOf([choice], 'green')).toMatchObject({ type: 'later' })
    const named = of({ responseSchema: { properties: { colour: { enum: ['red', 'blue'] } } } })
    expect(meaningOf([named], 'red')).toMatchObject({ answers: [{ payload: { colour: 'red' } }] })
  })

  it.each([
    ['a form', [of({ responseSchema: { type: 'object', properties: { n: { type: 'number' } } } })]],
    ['an unknown outcome', [of({ reason: 'tool_outcome_unknown' })]],
    ['several questions', [free, free]],
    ['an approval that takes no note', [of({ responseSchema: { properties: { approved: { type: 'boolean' } } } })]],
  ])('waits in the queue behind %s', (_, questions) => {
    expect(meaningOf(questions, 'Hello')).toMatchObject({ type: 'later', button: 'Queue' })
  })
})
