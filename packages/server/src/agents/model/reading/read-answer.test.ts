/** What bytes come to: the same answer however it is framed and cut, and what is trouble and what is not. */
import { createManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from '../failures.ts'
import { LINGER_MS, readAnswer } from './read-answer.ts'

const encoder = new TextEncoder()

interface Read {
  readonly text: string
  readonly thought: string
  readonly usage?: unknown
  /** Absent: the answer is whole. */
  readonly code?: string
}

type Ending = 'close' | 'reset' | 'open'

function bodyOf(pieces: readonly (string | Uint8Array)[], ending: Ending = 'close'): ReadableStream<Uint8Array> {
  const left = pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece))
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next) controller.enqueue(next)
      else if (ending === 'close') controller.close()
      else if (ending === 'reset') controller.error(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
      else return new Promise(() => {})
    },
  })
}

async function read(
  pieces: readonly (string | Uint8Array)[],
  ending?: Ending,
  clock = createManualClock(),
): Promise<Read> {
  const said = { text: '', thought: '' }
  let usage: unknown
  let failure: unknown
  try {
    for await (const piece of readAnswer(bodyOf(pieces, ending), {
      clock,
      heard() {},
      onTaken() {},
      takesCalls: false,
    })) {
      if (piece.type === 'usage') usage = piece.usage
      else if (piece.type === 'text' || piece.type === 'thought') said[piece.type] += piece.delta
    }
  } catch (error) {
    failure = error
  }
  return {
    ...said,
    ...(usage !== undefined && { usage }),
    ...(failure !== undefined && { code: failureOf(failure).code }),
  }
}

const chunk = (delta: object, reason: unknown = null, more: object = {}) =>
  JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: reason }], ...more })
const data = (json: string) => `data: ${json}\n\n`
const says = (content: unknown) => data(chunk({ content }))
const stop = data(chunk({}, 'stop'))
const done = 'data: [DONE]\n\n'
const HELLO = { text: 'Hello.', thought: '' }

describe('is whole', () => {
  const cases: [says: string, pieces: string[], text?: string][] = [
    ['an event without its blank line', [`data: ${chunk({ content: 'Hello.' })}\ndata: ${chunk({}, 'stop')}\n`]],
    ['events that no line end parts', [`data: ${chunk({ content: 'Hello.' })} data: ${chunk({}, 'stop')}`]],
    ['an event over several data lines', ['data: {"choices":\ndata: [{"delta":{"content":"Hello."}}]}\n\n', stop]],
    [
      'a field in front, behind and without a blank',
      [`id: 1\nevent: message\nretry: 5\ndata:${chunk({ content: 'Hello.' })}\nid: 2\n\n`, stop],
    ],
    ['data: written twice', [`data: ${says('Hello.')}`, `data: ${stop}`, `data: ${done}`]],
    ['lines of JSON', [`${chunk({ content: 'Hello.' })}\n${chunk({}, 'stop')}\n`]],
    ['JSON without anything between', [chunk({ content: 'Hello.' }) + chunk({}, 'stop')]],
    ['a JSON text sequence', [`\u001e${chunk({ content: 'Hello.' })}\n\u001e${chunk({}, 'stop')}\n`]],
    ['a list of chunks that comes bit by bit', [`[${chunk({ content: 'Hello.' })}`, `,\r\n${chunk({}, 'stop')}]`]],
    ['a list of chunks in one event', [data(`[${chunk({ content: 'Hello.' })},${chunk({}, 'stop')}]`)]],
    ['a whole answer over many lines', [JSON.stringify({ choices: [{ message: { content: 'Hello.' } }] }, null, 2)]],
    ['a whole answer in an event', [data(JSON.stringify({ choices: [{ message: { content: 'Hello.' } }] }))]],
    ['a legacy completion', [data('{"choices":[{"text":"Hello.","finish_reason":"stop"}]}')]],
    [
      'the whole once more behind its parts',
      [
        says('Hel'),
        says('lo.'),
        data(JSON.stringify({ choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }] })),
      ],
    ],
    ['a BOM', [`\ufeff${says('Hello.')}`, stop]],
    ['lines that end with CR', [(says('Hello.') + stop).replaceAll('\n', '\r')]],
    ['lines of blanks around it', [`\n\n  \n${says('Hello.')}`, stop]],
    [
      'comments and heartbeats',
      [`: hi\n\n${says('Hello.')}`, 'event: ping\ndata: {}\n\n', ': x', '\n\n', 'data: ping\n\n', stop],
    ],
    ['null, true and numbers for data', ['data: null\n\ndata: true\n\ndata: 1\n\n', says('Hello.'), stop]],
    ['[DONE] in quotes', [says('Hello.'), 'data: "[DONE]"\n\n']],
    ['[DONE] without a field', [`${chunk({ content: 'Hello.' })}\n[DONE]\n`]],
    ['[DONE] in small letters', [says('Hello.'), 'data: [done]\n\n']],
    [
      'content in parts',
      [
        says([
          { type: 'text', text: 'Hel' },
          { type: 'output_text', text: 'lo.' },
        ]),
        stop,
      ],
    ],
    ['one choice that is no list', [data('{"choices":{"delta":{"content":"Hello."},"finish_reason":"stop"}}')]],
    [
      'choices of other answers',
      [data('{"choices":[{"index":1,"delta":{"content":"No."}},{"index":"0","delta":{"content":"Hello."}}]}'), stop],
    ],
    ['words in the chunk with the finish reason', [says('Hel'), data(chunk({ content: 'lo.' }, 'stop'))]],
    [
      'words behind a finish reason that came with each chunk',
      [data(chunk({ content: 'Hel' }, 'stop')), data(chunk({ content: 'lo.' }, 'STOP'))],
    ],
    [
      'errors that are none',
      [data(chunk({ content: 'Hello.' }, null, { error: null })), data(chunk({}, 'stop', { error: '', errors: [] }))],
    ],
    [
      'an error behind the end',
      [says('Hello.'), stop, data('{"error":{"message":"usage could not be counted","code":500}}')],
    ],
    ['a page behind the end', [says('Hello.'), stop, '<html><body>504 Gateway Time-out</body></html>']],
    ['broken JSON behind the end', [says('Hello.'), stop, 'data: {"choices": oops\n\n']],
    ['an unknown finish reason, and then a good one', [data(chunk({ content: 'Hello.' }, 'in_progress')), stop]],
    [
      'ids, roles and dates of any type',
      [
        data(
          JSON.stringify({
            id: {},
            created: 'today',
            model: 5,
            object: null,
            system_fingerprint: [],
            choices: [
              {
                index: null,
                delta: { role: 7, content: 'Hello.', tool_calls: null, function_call: false },
                logprobs: 'x',
              },
            ],
          }),
        ),
        stop,
      ],
    ],
    [
      'usage of any type',
      [
        data(chunk({ content: 'Hello.' }, null, { usage: 'none' })),
        data(chunk({}, 'stop', { usage: [] })),
        data('{"usage":0}'),
      ],
    ],
    ['a delta that is a text', [data('{"choices":[{"delta":"Hello."}]}'), stop]],
    [
      'a finish reason beside the choices',
      [data('{"choices":[{"delta":{"content":"Hello."}}],"finish_reason":"stop"}')],
    ],
    ['a finish reason by another name', [says('Hello.'), data('{"choices":[{"delta":{},"stop_reason":"end_turn"}]}')]],
    ['numbers for words', [says('Hello'), says(0.5), stop], 'Hello0.5'],
    [
      'the word error in an answer',
      [says('An error: rate limit exceeded, invalid_api_key.'), stop],
      'An error: rate limit exceeded, invalid_api_key.',
    ],
    [
      'braces, quotes and line ends in words',
      [says('{"a": "}]"} \\"\n\ndata: [DONE]\n\n{'), stop],
      '{"a": "}]"} \\"\n\ndata: [DONE]\n\n{',
    ],
  ]
  it.each(cases)('%s', async (_, pieces, text = 'Hello.') => {
    expect(await read(pieces)).toEqual({ text, thought: '' })
  })
})

describe('is not whole, and keeps what came', () => {
  const cases: [says: string, code: string, pieces: string[], text?: string][] = [
    ['no end', 'model_bad_response', [says('Hello.')]],
    [
      'finish reasons that are none',
      'model_bad_response',
      ['', ' ', 'null', 'None', false, 'FINISH_REASON_UNSPECIFIED'].map((reason) =>
        data(chunk({ content: 'a' }, reason)),
      ),
      'aaaaaa',
    ],
    ['an unknown finish reason', 'model_bad_response', [says('Hello.'), data(chunk({}, 'because')), done]],
    [
      'a good finish reason behind a bad one',
      'model_content_filter',
      [says('Hello.'), data(chunk({}, 'content_filter')), stop, done],
    ],
    ['broken JSON', 'model_bad_response', [says('Hello.'), 'data: {"choices": oops\n\n', stop]],
    [
      'a value that breaks off',
      'model_bad_response',
      [says('Hello.'), 'data: {"choices":[{"delta":{"content":"x"\n\n', stop],
    ],
    ['a whole answer that breaks off', 'model_bad_response', ['{"choices":[{"message":{"content":"Hello."'], ''],
    ['[DONE] alone', 'model_bad_response', [done], ''],
    ['nothing', 'model_bad_response', [], ''],
    ['a page', 'model_bad_response', ['<!doctype html><title>429 Too Many Requests</title>'], ''],
    ['an error as a text', 'model_rate_limited', [says('Hello.'), data('{"error":"Rate limit exceeded"}')]],
    [
      'an error in a choice',
      'model_unreachable',
      [says('Hello.'), data('{"choices":[{"delta":{},"error":{"code":502,"message":"x"},"finish_reason":"error"}]}')],
    ],
    ['an error by the name of its event', 'model_auth', ['event: error\ndata: {"message":"Invalid API key"}\n\n'], ''],
    [
      'an error by the name of its event, in plain words',
      'model_rate_limited',
      [says('Hello.'), 'event: error\ndata: too many requests\n\n'],
    ],
    [
      'an error that calls itself one',
      'model_context_length',
      [data('{"object":"error","message":"This model\'s maximum context length is 5 tokens"}')],
      '',
    ],
    [
      'an error without a field, in the middle',
      'model_unreachable',
      [says('Hello.'), '{"error":{"message":"Internal server error","code":"500"}}\n', done],
    ],
    [
      'an error with words in its chunk',
      'model_content_filter',
      [data(chunk({ content: 'Hello.' }, null, { error: { code: 'content_filter' } }))],
    ],
    ['an error in an unusual shape', 'model_auth', ['{"detail":"Not authenticated"}'], ''],
    ['a status in the body', 'model_unreachable', ['{"code":500,"msg":"404 NOT_FOUND","success":false}'], ''],
    [
      'an error quoted by a gateway',
      'model_rate_limited',
      [
        data(
          JSON.stringify({
            error: { message: 'Provider returned error', code: 429, metadata: { raw: '{"error":"slow"}' } },
          }),
        ),
      ],
      '',
    ],
    [
      'words of an error instead of a stream',
      'model_unreachable',
      ['upstream connect error or disconnect/reset before headers'],
      '',
    ],
    [
      'words of an error instead of the end',
      'model_rate_limited',
      [says('Hello.'), 'data: rate limit exceeded\n\n', done],
    ],
    ['a refusal of the model', 'model_content_filter', [data(chunk({ refusal: 'Hello.' })), stop]],
    [
      'a call of a tool',
      'model_bad_response',
      [data(chunk({ tool_calls: [{ index: 0, function: { name: 'f' } }] })), data(chunk({}, 'tool_calls')), done],
      '',
    ],
  ]
  it.each(cases)('%s', async (_, code, pieces, text = 'Hello.') => {
    expect(await read(pieces)).toEqual({ text, thought: '', code })
  })
})

describe('once the end has come', () => {
  it.each(['reset', 'open'] as const)('[DONE] ends it at once: %s', async (ending) => {
    const clock = createManualClock()
    expect(await read([says('Hello.'), stop, 'data: [DONE]'], ending, clock)).toEqual(HELLO)
    expect(clock.waiting).toBe(0)
  })

  it('a reset after the finish reason does not matter, and one before it does', async () => {
    expect(await read([says('Hello.'), `data: ${chunk({}, 'stop')}`], 'reset')).toEqual(HELLO)
    expect(await read([says('Hello.')], 'reset')).toEqual({ ...HELLO, code: 'model_unreachable' })
  })

  it('what follows a finish reason is read for two seconds, usage above all', async () => {
    const clock = createManualClock()
    const usage = data('{"choices":null,"usage":{"prompt_tokens":"3","completion_tokens":2,"total_tokens":5.0}}')
    const answer = read([says('Hello.'), stop, usage], 'open', clock)
    await vi.waitFor(() => expect(clock.waiting).toBe(1))
    clock.advance(LINGER_MS)
    expect(await answer).toEqual({ ...HELLO, usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })
    expect(clock.waiting).toBe(0)
  })

  it('usage without end does not keep an answer open', async () => {
    const clock = createManualClock()
    let count = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        clock.advance(100)
        const usage = data('{"choices":[],"usage":{"prompt_tokens":3}}')
        if (++count < 200) controller.enqueue(new TextEncoder().encode(count === 1 ? says('Hello.') + stop : usage))
        else controller.close()
      },
    })
    const options = { clock, heard() {}, onTaken() {}, takesCalls: false }
    for await (const piece of readAnswer(body, options)) expect(piece).toBeDefined()
    expect(count).toBeLessThan(30)
  })

  it('usage that came together with [DONE] counts, whatever else did does not', async () => {
    const late = data('{"usage":{"prompt_tokens":3}}') + says('No.') + data('{"error":{"code":500}}')
    expect(await read([says('Hello.') + stop + done + late])).toEqual({ ...HELLO, usage: { prompt_tokens: 3 } })
  })

  it('keep-alives after a finish reason do not extend the wait', async () => {
    const clock = createManualClock()
    let beats = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(
          encoder.encode(beats++ === 0 ? says('Hello.') + stop : ': alive\n\ndata: {"type":"ping"}\n\n'),
        )
        clock.advance(500)
      },
    })
    for await (const _ of readAnswer(body, { clock, heard() {}, onTaken() {}, takesCalls: false }));
    expect(beats).toBeLessThan(10)
  })
})

it('a thought that was never closed is said as the answer too, where the model ended well, and else is not', async () => {
  const think = says('<think>Hm. ') + says('Hello.')
  expect(await read([think, stop])).toEqual({ thought: 'Hm. Hello.', text: 'Hm. Hello.' })
  expect(await read([think, data(chunk({}, 'length'))])).toMatchObject({ text: '', code: 'model_context_length' })
  expect(await read([think])).toMatchObject({ thought: 'Hm. Hello.', text: '', code: 'model_bad_response' })
})

describe('thoughts', () => {
  it.each([
    [{ reasoning: 'Hm.' }],
    [{ reasoning: { content: 'Hm.' } }],
    [{ reasoning_content: 'Hm.', reasoning: 'Hm.', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] }],
    [
      {
        reasoning_details: [
          { type: 'reasoning.summary', summary: 'Hm.' },
          { type: 'reasoning.encrypted', data: 'x' },
        ],
      },
    ],
    [{ thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'x' }] }],
    [{ thinking: 'Hm.' }],
    [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }],
    [{ content: '<think>Hm.</think>' }],
  ])('%j', async (delta) => {
    const expected = { thought: 'Hm.', text: 'Hello.' }
    expect(await read([data(chunk(delta)), says('Hello.'), stop])).toEqual(expected)
    const message = {
      ...delta,
      content: typeof (delta as { content?: unknown }).content === 'string' ? '<think>Hm.</think>Hello.' : 'Hello.',
    }
    if (!('content' in delta) || typeof delta.content === 'string')
      expect(await read([JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] })])).toEqual(expected)
  })
})

it('words that arrive together are handed on together', async () => {
  const pieces: unknown[] = []
  const together = Array.from({ length: 100 }, () => says('a')).join('')
  const body = bodyOf([together, data(chunk({ reasoning: 'Hm.' })) + says('b') + stop])
  for await (const piece of readAnswer(body, {
    clock: createManualClock(),
    heard() {},
    onTaken() {},
    takesCalls: false,
  }))
    pieces.push(piece)
  expect(pieces).toEqual([
    { type: 'text', delta: 'a'.repeat(100) },
    { type: 'thought', delta: 'Hm.' },
    { type: 'text', delta: 'b' },
  ])
})

it('what is an answer is taken for one, and what is a refusal is not', async () => {
  const takenBy = async (...pieces: string[]) => {
    const onTaken = vi.fn()
    const pull = async () => {
      for await (const _ of readAnswer(bodyOf(pieces), {
        clock: createManualClock(),
        heard() {},
        onTaken,
        takesCalls: false,
      }));
    }
    await pull().catch(() => {})
    return onTaken.mock.calls.length
  }
  expect(await takenBy(': hi\n\n', data('{"provider":"p"}'), data('{"error":{"code":429}}'))).toBe(0)
  expect(await takenBy(data(chunk({ role: 'assistant' })), says('Hello.'), stop)).toBe(1)
})

describe('hostile streams', () => {
  it.each([
    ['a value without end', `data: {"a":"${'x'.repeat(1 << 16)}`, 'x'.repeat(1 << 16)],
    ['brackets without end', 'data: {', '['.repeat(1 << 16)],
    ['a line without end', 'data: "x', 'x'.repeat(1 << 16)],
    ['lines that say nothing, without end', '', 'data: x\n'.repeat(1 << 13)],
    ['blanks in front of a brace', 'x', ' {'.repeat(1 << 15)],
  ])('%s is given up before it takes up room', async (_, first, again) => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(encoder.encode(pulled++ === 0 ? says('Hello.') + first : again))
      },
    })
    const said: string[] = []
    const end = (async () => {
      for await (const piece of readAnswer(body, {
        clock: createManualClock(),
        heard() {},
        onTaken() {},
        takesCalls: false,
      }))
        if (piece.type === 'text') said.push(piece.delta)
    })()
    expect(await end.catch((error: unknown) => failureOf(error))).toMatchObject({ code: 'model_bad_response' })
    expect(said.join('')).toBe('Hello.')
    expect(pulled).toBeLessThan(70)
  })
})

const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('\n', '\r\n', 'data: ', '[DONE]', '{"', '"}', '\\', '🦀', '<thi', 'nk>', '```\n', ' ', '\u2028'),
)
const said = fc.record({ kind: fc.constantFrom('content', 'reasoning_content'), words: word })

/** All ways in which the same values may come. */
const FRAMINGS: Record<string, (values: readonly string[]) => string> = {
  sse: (values) => values.map(data).join('') + done,
  'sse without blank lines': (values) => values.map((value) => `data:${value}\n`).join(''),
  crlf: (values) => `${values.map((value) => `: c\r\nid: 1\r\ndata: ${value}\r\n\r\n`).join('')}data: [DONE]\r\n\r\n`,
  cr: (values) => values.map((value) => `event: message\rdata: ${value}\r\r`).join(''),
  bom: (values) => `\ufeff${values.map((value) => `data: ${value}\n\ndata:\n\n`).join('')}`,
  'over several data lines': (values) =>
    values.map((value) => data(JSON.stringify(JSON.parse(value), null, 1).replaceAll('\n', '\ndata: '))).join(''),
  'lines of JSON': (values) => values.join('\n'),
  'JSON with nothing between': (values) => values.join(''),
  'one list': (values) => `[${values.join(',')}]`,
  'one list over many lines': (values) =>
    JSON.stringify(
      values.map((value) => JSON.parse(value) as unknown),
      null,
      2,
    ),
}

it('says the same in every framing, cut at any byte', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...Object.keys(FRAMINGS)),
      fc.array(fc.nat(), { maxLength: 40 }),
      async (parts, framing, cuts) => {
        const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
        const values = [
          ...parts.map(({ kind, words }) => chunk({ [kind]: words })),
          chunk({}, 'stop'),
          JSON.stringify({ choices: [], usage }),
        ]
        const bytes = encoder.encode(FRAMINGS[framing]?.(values))
        const at = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].toSorted((a, b) => a - b)
        const pieces = at.slice(1).map((end, n) => bytes.slice(at[n], end))
        const plain = await read([...values.map(data), done])
        expect(plain).toMatchObject({ usage })
        expect(plain).not.toHaveProperty('code')
        expect(await read(pieces)).toEqual(plain)
      },
    ),
    { numRuns: 300 },
  )
})
