import type { Message } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { toldOf } from './told.ts'

const call = (id: string, given = '{}') => ({
  id,
  type: 'function' as const,
  function: { name: 'f', arguments: given },
})
const user = (id: string): Message => ({ id, role: 'user', content: 'Well?' })
const result = (id: string, toolCallId: string, content = 'ok'): Message => ({ id, role: 'tool', toolCallId, content })
const calling = (id: string, content: string, ...calls: ReturnType<typeof call>[]): Message => ({
  id,
  role: 'assistant',
  content,
  toolCalls: calls,
})

function history(messages: Message[], resume?: { interruptId: string; status: 'resolved' }[]) {
  const input = { threadId: 't', runId: 'r', messages, tools: [], context: [], ...(resume && { resume }) }
  return toldOf(input, 'room/t').messages
}

describe('an agent gets', () => {
  it('no call without its result: what its message says stays, and a message that said nothing goes', () => {
    const half = calling('b', '', call('c2', '{"a":'))
    expect(history([user('q'), calling('a', 'Let me look.', call('c1')), half, user('q2')])).toEqual([
      user('q'),
      { id: 'a', role: 'assistant', content: 'Let me look.' },
      user('q2'),
    ])
  })

  it('each answered call of a message that made several', () => {
    const given = [user('q'), calling('a', '', call('c1'), call('c2')), result('x', 'c2')]
    expect(history(given)).toEqual([user('q'), calling('a', '', call('c2')), result('x', 'c2')])
  })

  it('no result without its call, and of two results of one call the later', () => {
    const given = [result('w', 'never'), calling('a', '', call('c')), result('x', 'c', 'old'), result('y', 'c', 'new')]
    expect(history(given)).toEqual([calling('a', '', call('c')), result('y', 'c', 'new')])
  })

  it('the call that waits for the answer which this run brings', () => {
    const resume = [{ interruptId: 'i', status: 'resolved' as const }]
    const given = [user('q'), calling('a', 'Old.', call('c1')), user('q2'), calling('b', '', call('c2'))]
    expect(history(given, resume)).toEqual([
      user('q'),
      { id: 'a', role: 'assistant', content: 'Old.' },
      user('q2'),
      calling('b', '', call('c2')),
    ])
  })

  it('arguments that can be read, where a call has none', () => {
    expect(history([calling('a', '', call('c', '')), result('x', 'c')])[0]).toEqual(calling('a', '', call('c')))
  })

  it('thoughts and secrets, no activities and no empty messages', () => {
    const given: Message[] = [
      { id: 'a', role: 'activity', activityType: 'plan', content: {} },
      { id: 'b', role: 'reasoning', content: 'Hm' },
      { id: 'c', role: 'reasoning', content: '', encryptedValue: '?' },
      { id: 'd', role: 'reasoning', content: '' },
      { id: 'e', role: 'assistant', content: '' },
      { id: 'f', role: 'system', content: 'Be good.' },
    ]
    expect(history(given).map(({ id }) => id)).toEqual(['b', 'c', 'f'])
  })
})
