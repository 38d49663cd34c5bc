/** Tool calls in the shapes in which providers send them: the same calls come out. */
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../failures.ts'
import { createCallReader } from './calls.ts'
import { readAnswer } from './read-answer.ts'

interface ReadCall {
  id?: string
  name: string
  args: string
}

async function read(body: string, takesCalls = true) {
  const calls: ReadCall[] = []
  let text = ''
  let code: string | undefined
  const stream = new Blob([body]).stream()
  try {
    const pieces = readAnswer(stream, { clock: createManualClock(), heard() {}, onTaken() {}, takesCalls })
    for await (const piece of pieces) {
      if (piece.type === 'text') text += piece.delta
      if (piece.type === 'call') {
        expect(piece.n).toBe(calls.length)
        calls.push({ ...(piece.id !== undefined && { id: piece.id }), name: piece.name, args: '' })
      }
      const call = piece.type === 'arguments' ? calls[piece.n] : undefined
      if (call && piece.type === 'arguments') call.args += piece.delta
    }
  } catch (error) {
    code = failureOf(error).code
  }
  return { calls, text, ...(code !== undefined && { code }) }
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const delta = (value: object, finish: string | null = null) =>
  data({ choices: [{ delta: value, finish_reason: finish }] })
const parts = (...of: unknown[]) => of.map((part) => delta({ tool_calls: [part] })).join('')
const fn = (name: unknown, args: unknown) => ({ function: { name, arguments: args } })
const DONE = 'data: [DONE]\n\n'
const END = delta({}, 'tool_calls') + DONE

const A = { id: 'a', name: 'find', args: '{"q":1}' }
const B = { id: 'b', name: 'send', args: '{"to":"x"}' }
const nameless = ({ name, args }: ReadCall) => ({ name, args })

describe('reads the same calls', () => {
  const cases: [says: string, body: string, calls: ReadCall[]][] = [
    [
      'in deltas, by index',
      parts(
        { index: 0, id: 'a', type: 'function', ...fn('find', '') },
        { index: 1, id: 'b', ...fn('send', '{"to"') },
        { index: 0, ...fn(undefined, '{"q"') },
        { index: 1, ...fn(null, ':"x"}') },
        { index: 0, ...fn('', ':1}') },
      ) + END,
      [A, B],
    ],
    [
      'each whole, at once',
      delta({
        tool_calls: [
          { index: 0, id: 'a', ...fn('find', A.args) },
          { index: 1, id: 'b', ...fn('send', B.args) },
        ],
      }) + END,
      [A, B],
    ],
    [
      'with the arguments as objects',
      parts({ index: 0, id: 'a', ...fn('find', { q: 1 }) }, { index: 1, id: 'b', ...fn('send', { to: 'x' }) }) + END,
      [A, B],
    ],
    [
      'all under index 0',
      parts({ index: 0, id: 'a', ...fn('find', A.args) }, { index: 0, id: 'b', ...fn('send', B.args) }) + END,
      [A, B],
    ],
    [
      'of one tool, all under index 0',
      parts({ index: 0, id: 'a', ...fn('find', A.args) }, { index: 0, id: 'b', ...fn('find', B.args) }) + END,
      [A, { ...B, name: 'find' }],
    ],
    [
      'without indexes, in deltas',
      parts(
        { id: 'a', ...fn('find', '{"q"') },
        fn(undefined, ':1}'),
        { id: 'b', ...fn('send', '{"to":') },
        fn(undefined, '"x"}'),
      ) + END,
      [A, B],
    ],
    [
      'without ids and indexes',
      parts(fn('find', '{"q"'), fn(null, ':1}'), fn('send', B.args)) + END,
      [nameless(A), nameless(B)],
    ],
    [
      'of one tool, without ids and indexes',
      parts(fn('find', A.args), fn('find', '{"q":2}')) + END,
      [nameless(A), { name: 'find', args: '{"q":2}' }],
    ],
    [
      'without ids',
      parts({ index: 0, ...fn('find', A.args) }, { index: 1, ...fn('send', B.args) }) + END,
      [nameless(A), nameless(B)],
    ],
    [
      'with ids that are empty, null or no text',
      parts({ index: '0', id: '', ...fn('find', A.args) }, { index: 1, id: null, ...fn('send', B.args) }) + END,
      [nameless(A), nameless(B)],
    ],
    [
      'with an id that comes later',
      parts({ index: 0, ...fn('find', '{"q"') }, { index: 0, id: 'a', ...fn(undefined, ':1}') }) + END,
      [nameless(A)],
    ],
    [
      'with another id in each part',
      parts({ index: 0, id: 'a', ...fn('find', '{"q"') }, { index: 0, id: 'z', ...fn(undefined, ':1}') }) + END,
      [A],
    ],
    [
      'with the same id for two calls',
      parts({ index: 0, id: 'a', ...fn('find', A.args) }, { index: 1, id: 'a', ...fn('send', B.args) }) + END,
      [A, { ...B, id: 'a' }],
    ],
    [
      'of one tool, with the same id and without indexes',
      parts({ id: 'a', ...fn('find', A.args) }, { id: 'a', ...fn('find', '{"q":2}') }) + END,
      [A, { ...A, args: '{"q":2}' }],
    ],
    [
      'with the name in each part',
      parts({ index: 0, id: 'a', ...fn('find', '{"q"') }, { index: 0, id: 'a', ...fn('find', ':1}') }) + END,
      [A],
    ],
    ['with the name in each part, and no id', parts(fn('find', '{"q"'), fn('find', ':1}')) + END, [nameless(A)]],
    [
      'with the arguments before the name',
      parts({ index: 0, id: 'a', function: { arguments: '{"q"' } }, { index: 0, ...fn('find', ':1}') }) + END,
      [A],
    ],
    [
      'with {} in front of the arguments',
      parts(
        { index: 0, id: 'a', ...fn('find', '{}') },
        { index: 0, ...fn(undefined, '{"q"') },
        { index: 0, ...fn(undefined, ':1}') },
      ) + END,
      [A],
    ],
    [
      'with the whole arguments once more',
      parts(
        { index: 0, id: 'a', ...fn('find', '{"q"') },
        { index: 0, ...fn(undefined, ':1}') },
        { index: 0, id: 'a', ...fn('find', A.args) },
      ) + END,
      [A],
    ],
    ['without arguments', parts({ index: 0, id: 'a', function: { name: 'find' } }) + END, [{ ...A, args: '' }]],
    ['with {} for arguments', parts({ index: 0, id: 'a', ...fn('find', '{}') }) + END, [{ ...A, args: '{}' }]],
    [
      'in the older form',
      delta({ function_call: { name: 'find', arguments: '' } }) +
        delta({ function_call: { arguments: '{"q"' } }) +
        delta({ function_call: { arguments: ':1}' } }) +
        delta({}, 'function_call') +
        DONE,
      [nameless(A)],
    ],
    [
      'as one JSON answer',
      JSON.stringify({
        choices: [
          { message: { content: null, tool_calls: [{ id: 'a', ...fn('find', A.args) }] }, finish_reason: 'tool_calls' },
        ],
      }),
      [A],
    ],
    [
      'as one JSON answer without a finish reason',
      JSON.stringify({ choices: [{ message: { content: null, tool_calls: [{ id: 'a', ...fn('find', A.args) }] } }] }),
      [A],
    ],
    [
      'as parts of the content',
      delta({
        content: [
          { type: 'text', text: '' },
          { type: 'tool_use', id: 'a', name: 'find', input: { q: 1 } },
        ],
      }) + END,
      [A],
    ],
    [
      'as one object instead of a list',
      delta({ tool_calls: { id: 'a', name: 'find', arguments: { q: 1 } } }) + END,
      [A],
    ],
    [
      'in parts and then whole',
      parts({ index: 0, id: 'a', ...fn('find', A.args) }) +
        data({
          choices: [{ message: { tool_calls: [{ id: 'a', ...fn('find', A.args) }] }, finish_reason: 'tool_calls' }],
        }) +
        DONE,
      [A],
    ],
    [
      'with the finish reason `stop`',
      parts({ index: 0, id: 'a', ...fn('find', A.args) }) + delta({}, 'stop') + DONE,
      [A],
    ],
    [
      'with the finish reason in the last part',
      parts({ index: 0, id: 'a', ...fn('find', '{"q"') }) +
        delta({ tool_calls: [{ index: 0, ...fn(undefined, ':1}') }] }, 'tool_calls'),
      [A],
    ],
    ['without a finish reason, before [DONE]', parts({ index: 0, id: 'a', ...fn('find', A.args) }) + DONE, [A]],
    ['that is never named', parts({ index: 0, id: 'a', function: { arguments: A.args } }) + END, [{ ...A, name: '' }]],
  ]
  it.each(cases)('%s', async (_, body, calls) => {
    expect(await read(body)).toEqual({ calls, text: '' })
  })
})

it('passes on text before and after the calls', async () => {
  const body =
    delta({ content: 'I look.' }) +
    parts({ index: 0, id: 'a', ...fn('find', A.args) }) +
    delta({ content: ' Wait.' }) +
    END
  expect(await read(body)).toEqual({ calls: [A], text: 'I look. Wait.' })
})

describe('is a failure', () => {
  const call = parts({ index: 0, id: 'a', ...fn('find', A.args) })
  it.each([
    ['without finish reason and [DONE]', call, 'model_bad_response'],
    ['cut at its length limit', call + delta({}, 'length'), 'model_context_length'],
    ['stopped by a filter', call + delta({}, 'content_filter'), 'model_content_filter'],
    ['whose finish reason says calls, without any', delta({ content: 'Hm.' }) + END, 'model_bad_response'],
  ])('an answer %s', async (_, body, code) => {
    expect(await read(body)).toMatchObject({ code })
  })

  it('if no tool was offered, in every shape', async () => {
    for (const end of [END, delta({}, 'stop'), DONE])
      expect(await read(call + end, false)).toMatchObject({ calls: [], code: 'model_bad_response' })
  })
})

describe('takes linear time, where each part looked at all before it and took a minute', () => {
  it('many calls', () => {
    const calls = createCallReader()
    for (let n = 0; n < 60_000; n++) calls.take({ index: n, id: `c${n}`, name: 'f', arguments: '{}' })
    expect(calls.end()).toHaveLength(60_000)
  })

  it('arguments of a call that has no name yet, of which a bounded number of characters are kept', () => {
    const calls = createCallReader()
    for (let n = 0; n < 60_000; n++) calls.take({ index: 0, arguments: 'x'.repeat(20) })
    const [, args] = calls.end()
    expect(args).toMatchObject({ type: 'arguments', delta: expect.stringMatching(/^x{1048576,1048600}$/) })
  })

  it('blanks behind a placeholder', () => {
    const calls = createCallReader()
    calls.take({ index: 0, name: 'f', arguments: '{ }' })
    for (let n = 0; n < 60_000; n++) expect(calls.take({ index: 0, arguments: ' ' })).toEqual([])
    expect(calls.take({ index: 0, arguments: '{"a":1}' })).toEqual([{ type: 'arguments', n: 0, delta: '{"a":1}' }])
  })
})

it('reads the same calls however their arguments are cut', async () => {
  const args = fc.jsonValue().map((value) => JSON.stringify({ value }))
  const cut = (text: string, at: readonly number[]) => {
    const ends = [...new Set(at.map((n) => n % (text.length + 1)))].sort((a, b) => a - b)
    return [...ends, text.length].map((end, n) => text.slice(ends[n - 1] ?? 0, end))
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(args, fc.array(fc.nat(), { maxLength: 4 })), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (calls, hasIndex) => {
        const body = calls.flatMap(([text, at], index) => {
          const [first, ...rest] = cut(text, at)
          const by = hasIndex ? { index } : {}
          return [
            { ...by, id: `c${index}`, ...fn('f', '') },
            ...[first, ...rest].map((piece) => ({ ...by, ...fn(undefined, piece) })),
          ]
        })
        const { calls: came } = await read(parts(...body) + END)
        expect(came).toEqual(calls.map(([args], n) => ({ id: `c${n}`, name: 'f', args })))
      },
    ),
  )
})
