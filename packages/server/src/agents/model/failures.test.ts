/** Each way in which a provider fails, and the exact sentence that a person reads: what happened, and what to do. */
import { describe, expect, it } from 'vitest'
import { failureOf, failureOfFinish } from './failures.ts'
import { ProviderError } from './provider-error.ts'
import { meaningOfFinish } from './reading/finish.ts'

const KEY = 'The model provider refused the key. Set a valid OPENAI_API_KEY and restart the server.'
const CREDIT = 'The account at the model provider has no credit left. Add credit there, then try again.'
const FILTER = 'The model provider’s content filter stopped this answer. Rephrase the question.'
const TOO_LONG = 'This conversation is too long for the model. Continue in a new thread, or ask for less.'
const RATE = 'The model provider accepts no more requests for now. Wait a moment, then try again.'
const BUSY = 'The model provider is down or overloaded. Wait a moment, then try again.'
const SLOW = 'The model provider gave up waiting for its own answer. Try again in a moment.'
const MODEL =
  'The model provider does not offer this model. Set OPENAI_MODEL to one that it offers and restart the server.'
const NOTHING_HERE = 'The model provider knows no such model or address. Check OPENAI_MODEL and OPENAI_BASE_URL.'
const ADDRESS = 'OPENAI_BASE_URL is not an OpenAI-compatible endpoint. Check the address; it usually ends in /v1.'
const SCHEME = 'The model provider requires HTTPS. Start OPENAI_BASE_URL with https:// and restart the server.'
const REJECTED =
  'The model provider did not accept this conversation. The model may not support its content, such as files.'
const UNKNOWN =
  'The model provider’s answer was incomplete or could not be understood. What arrived is kept. Try again.'

const PAGE = '<!DOCTYPE html><html><body>Not found</body></html>'

describe('an error of a provider', () => {
  it.each<[status: number, said: unknown, code: string, sentence: string]>([
    [401, '', 'model_auth', KEY],
    [403, { detail: 'Forbidden' }, 'model_auth', KEY],
    [400, [{ error: { message: 'API key not valid. Please pass a valid API key.' } }], 'model_auth', KEY],
    [500, { error: { type: 'authentication_error' } }, 'model_auth', KEY],
    [200, { error: { code: 401, message: 'No auth credentials found' } }, 'model_auth', KEY],
    [200, { error: 'Unauthorized' }, 'model_auth', KEY],
    [402, { error: { message: 'x' } }, 'model_rate_limited', CREDIT],
    [200, { error: { code: 402 } }, 'model_rate_limited', CREDIT],
    [
      429,
      { error: { code: 'insufficient_quota', message: 'You exceeded your current quota' } },
      'model_rate_limited',
      CREDIT,
    ],
    [400, { error: { message: 'Your credit balance is too low to access the API.' } }, 'model_rate_limited', CREDIT],
    [403, { error: { message: '预扣费额度失败, 用户余额不足' } }, 'model_rate_limited', CREDIT],
    [
      429,
      { error: { status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota' } },
      'model_rate_limited',
      RATE,
    ],
    [429, '', 'model_rate_limited', RATE],
    [503, { error: 'Too many concurrent requests' }, 'model_rate_limited', RATE],
    [400, { error: { message: 'Request was throttled.' } }, 'model_rate_limited', RATE],
    [429, { error: { message: 'Request too large on tokens per min (TPM): Limit 10000' } }, 'model_rate_limited', RATE],
    [
      400,
      { error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      'model_content_filter',
      FILTER,
    ],
    [403, { error: { message: 'Your input was flagged for "violence"' } }, 'model_content_filter', FILTER],
    [400, { error: { message: 'Content Exists Risk' } }, 'model_content_filter', FILTER],
    [400, { error: { code: 'data_inspection_failed' } }, 'model_content_filter', FILTER],
    [
      400,
      { error: { message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
      'model_context_length',
      TOO_LONG,
    ],
    [500, { error: 'input length and `max_tokens` exceed context limit' }, 'model_context_length', TOO_LONG],
    [
      400,
      { error: { message: 'Requested token count exceeds the model’s maximum context length' } },
      'model_context_length',
      TOO_LONG,
    ],
    [
      422,
      { detail: [{ msg: '`inputs` tokens + `max_new_tokens` must be <= 4096' }] },
      'model_context_length',
      TOO_LONG,
    ],
    [413, '', 'model_context_length', TOO_LONG],
    [500, '', 'model_unreachable', BUSY],
    [520, PAGE, 'model_unreachable', BUSY],
    [599, '', 'model_unreachable', BUSY],
    [503, { error: { message: 'The model is not available right now' } }, 'model_unreachable', BUSY],
    [200, { error: { type: 'overloaded_error', message: 'Overloaded' } }, 'model_unreachable', BUSY],
    [200, { error: { code: '502', message: 'Provider disconnected unexpectedly' } }, 'model_unreachable', BUSY],
    [504, PAGE, 'timeout', SLOW],
    [408, '', 'timeout', SLOW],
    [400, { error: { message: 'Model Not Exist' } }, 'model_bad_response', MODEL],
    [404, { error: 'model "x" not found, try pulling it first' }, 'model_bad_response', MODEL],
    [
      404,
      { error: { message: 'The model `x` does not exist or you do not have access to it.' } },
      'model_bad_response',
      MODEL,
    ],
    [400, { error: { message: 'x is not a valid model ID' } }, 'model_bad_response', MODEL],
    [404, { detail: 'Not Found' }, 'model_bad_response', NOTHING_HERE],
    [404, PAGE, 'model_bad_response', ADDRESS],
    [405, { detail: 'Method Not Allowed' }, 'model_bad_response', ADDRESS],
    [501, '', 'model_bad_response', ADDRESS],
    [400, '<html><title>400 The plain HTTP request was sent to HTTPS port</title>', 'model_bad_response', SCHEME],
    [400, 'Client sent an HTTP request to an HTTPS server.\n', 'model_bad_response', SCHEME],
    [400, { error: { message: 'image_url is only supported by certain models' } }, 'model_bad_response', REJECTED],
    [
      422,
      { detail: [{ loc: ['body', 'messages'], msg: 'Input should be a valid string', input: 'rate limit' }] },
      'model_bad_response',
      REJECTED,
    ],
    [418, '', 'model_bad_response', UNKNOWN],
    [200, { error: { message: 'No.' } }, 'model_bad_response', UNKNOWN],
  ])('%i %j', (status, said, code, sentence) => {
    const { code: found, message } = failureOf(new ProviderError(status, said))
    expect({ code: found, message }).toEqual({ code, message: sentence })
  })
})

describe('a connection that fails', () => {
  const coded = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })
  it.each([
    [
      'ENOTFOUND',
      'The host of the model provider was not found. Check the name in OPENAI_BASE_URL and the server’s network.',
    ],
    [
      'EAI_AGAIN',
      'The host of the model provider was not found. Check the name in OPENAI_BASE_URL and the server’s network.',
    ],
    [
      'ECONNREFUSED',
      'Nothing answers at OPENAI_BASE_URL. Check the host and port, and start the model server if it is your own.',
    ],
    [
      'UND_ERR_CONNECT_TIMEOUT',
      'The server cannot reach the model provider. Check OPENAI_BASE_URL, the network and the firewall.',
    ],
    [
      'CERT_HAS_EXPIRED',
      'The certificate of the model provider is not trusted. Check the host in OPENAI_BASE_URL, or add its issuer to NODE_EXTRA_CA_CERTS.',
    ],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'The certificate of the model provider is not trusted. Check the host in OPENAI_BASE_URL, or add its issuer to NODE_EXTRA_CA_CERTS.',
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'The certificate of the model provider is not trusted. Check the host in OPENAI_BASE_URL, or add its issuer to NODE_EXTRA_CA_CERTS.',
    ],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'The model provider does not speak HTTPS at OPENAI_BASE_URL. Check the port, or start the URL with http://.',
    ],
    [
      'ERR_SSL_PACKET_LENGTH_TOO_LONG',
      'The model provider does not speak HTTPS at OPENAI_BASE_URL. Check the port, or start the URL with http://.',
    ],
    ['HPE_INVALID_CONSTANT', 'OPENAI_BASE_URL does not speak HTTP. Check the port, or start the URL with https://.'],
    [
      'ECONNRESET',
      'The model provider closed the connection without an answer. Check the port of OPENAI_BASE_URL and whether it starts with https://, then try again.',
    ],
    [
      'UND_ERR_SOCKET',
      'The model provider closed the connection without an answer. Check the port of OPENAI_BASE_URL and whether it starts with https://, then try again.',
    ],
  ])('%s', (code, message) => {
    expect(failureOf(coded(code))).toMatchObject({ code: 'model_unreachable', message })
  })

  it('at every address of a host', () => {
    const each = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    const all = new TypeError('fetch failed', { cause: new AggregateError([each, each]) })
    expect(failureOf(all)).toMatchObject({ message: expect.stringMatching(/^Nothing answers at OPENAI_BASE_URL/) })
  })
})

describe('a finish reason', () => {
  const LENGTH = 'The model reached its length limit before the answer was complete. What it said is kept.'
  const TOOL = 'The model asked for a tool, but this agent has none. What it said is kept. Rephrase the question.'
  const BROKEN = 'The model provider broke off this answer. What it said is kept. Try again.'
  const NOT_KNOWN = 'The model provider ended this answer for an unknown reason. What it said is kept. Try again.'
  it.each([
    [
      'model_context_length',
      LENGTH,
      [
        'length',
        'LENGTH',
        'max_tokens',
        'maxTokens',
        'MAX_TOKENS',
        'FinishReason.MAX_TOKENS',
        'max-output-tokens',
        'model_length',
        'model_context_window_exceeded',
        'max_new_tokens',
        'token_limit',
        'incomplete',
      ],
    ],
    [
      'model_content_filter',
      FILTER,
      [
        'content_filter',
        'content-filter',
        'contentFilter',
        'ContentFiltered',
        'SAFETY',
        'FINISH_REASON_SAFETY',
        'PROHIBITED_CONTENT',
        'BLOCKLIST',
        'SPII',
        'RECITATION',
        'refusal',
        'sensitive',
        'guardrail_intervened',
        'IMAGE_SAFETY',
        'moderation',
      ],
    ],
    ['model_bad_response', TOOL, ['tool_calls', 'TOOL_USE', 'function_call', 'UNEXPECTED_TOOL_CALL']],
    [
      'model_unreachable',
      BROKEN,
      [
        'error',
        'ERROR',
        'network_error',
        'insufficient_system_resource',
        'MALFORMED_FUNCTION_CALL',
        'abort',
        'cancelled',
        'server_overloaded',
        'timeout',
        'failed',
      ],
    ],
    ['model_bad_response', NOT_KNOWN, ['OTHER', 'because', 'unknown', '5', 'nonstop', 'stop it']],
  ])('%s: %s', (code, message, reasons) => {
    for (const reason of reasons) {
      const finish = meaningOfFinish(reason)
      expect(finish, reason).not.toBe('whole')
      if (finish !== 'whole') expect(failureOfFinish(finish), reason).toMatchObject({ code, message })
    }
  })

  it('that is good is not a failure, in any spelling', () => {
    for (const reason of [
      'stop',
      'STOP',
      ' Stop\n',
      'FinishReason.STOP',
      'FINISH_REASON_STOP',
      'end_turn',
      'endTurn',
      'stop_sequence',
      'eos_token',
      'EOS',
      'COMPLETE',
      'completed',
    ])
      expect(meaningOfFinish(reason), reason).toBe('whole')
  })
})

it('no sentence repeats a provider’s words, and what is kept of them is bounded', () => {
  const error = new ProviderError(401, { error: { message: `Incorrect API key: sk-secret ${'x'.repeat(1e6)}` } })
  expect(failureOf(error).message).not.toContain('sk-secret')
  expect(error.words.length).toBeLessThanOrEqual(4_000)
  expect(error.message).not.toContain('sk-secret')
  const deep = JSON.parse(`${'{"error":'.repeat(500)}1${'}'.repeat(500)}`) as unknown
  expect(failureOf(new ProviderError(200, deep))).toMatchObject({ code: 'model_bad_response' })
})
