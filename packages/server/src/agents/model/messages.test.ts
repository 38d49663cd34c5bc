import type { Message } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { toModelMessages } from './messages.ts'

const user: Message = { id: 'q', role: 'user', content: 'Go.' }
const asks = (id: string, args: string, name = 'find'): Message => ({
  id: `m-${id}`,
  role: 'assistant',
  toolCalls: [{ id, type: 'function', function: { name, arguments: args } }],
})
const result = (toolCallId: string, content: string): Message => ({
  id: `r-${toolCallId}`,
  role: 'tool',
  toolCallId,
  content,
})
const told = (...messages: Message[]) =>
  toModelMessages([user, ...messages], [], undefined, 100).flatMap(({ role, content }) =>
    typeof content === 'string' ? [] : content.map((part) => ({ role, ...part })),
  )
const output = (value: string) => ({ type: 'text', value })

describe('a call of an earlier run', () => {
  it('without a result, because it was cancelled or its question expired, gets one that says so', () => {
    expect(told(asks('c', '{"q":1}'), { id: 'q2', role: 'user', content: 'And?' })).toMatchObject([
      { role: 'assistant', type: 'tool-call', toolCallId: 'c', input: { q: 1 } },
      { role: 'tool', toolCallId: 'c', output: output('This call was not executed.') },
    ])
  })

  it('that breaks off in its arguments, and was never answered, is left out', () => {
    expect(told(asks('c', '{"q":'))).toEqual([])
  })

  it.each(['{"q":', '7', '[]', 'null'])(
    'whose arguments are no object (%s) and whose result says so is told with none',
    (args) => {
      expect(told(asks('c', args), result('c', 'wrong'))).toMatchObject([
        { type: 'tool-call', input: {} },
        { output: output('wrong') },
      ])
    },
  )

  it('is followed by its result, wherever that was', () => {
    const said: Message = { id: 'm2', role: 'assistant', content: 'Hm.' }
    expect(told(asks('c', '{}'), said, result('c', 'late')).map(({ role, type }) => [role, type])).toEqual([
      ['assistant', 'tool-call'],
      ['tool', 'tool-result'],
      ['assistant', 'text'],
    ])
  })

  it('has a name that providers take, and a result that is not too long', () => {
    const [call, answer] = told(asks('c', '{}', 'a.b c/d'), result('c', 'x'.repeat(101)))
    expect(call).toMatchObject({ toolName: 'a_b_c_d' })
    expect(answer).toMatchObject({ output: { value: expect.stringContaining('… 1 characters left out …') } })
  })

  it('is left out if there is only its result', () => {
    expect(told(result('unknown', 'x'))).toEqual([])
  })
})
