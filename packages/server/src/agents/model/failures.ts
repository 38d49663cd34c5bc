/**
 * What went wrong with a provider, as one of our codes and a sentence of our own. A provider's words are read to find
 * the code and never shown: they may quote the key they refused.
 */
import type { FailureCode } from '@holdfast/core'
import { APICallError, type FinishReason } from 'ai'
import { AgentFailure } from '../failure.ts'
import type { Silence } from '../silence.ts'

type ModelFailureCode = Extract<FailureCode, `model_${string}` | 'timeout'>

const SENTENCES: Record<ModelFailureCode, string> = {
  model_auth: 'The model provider refused the key: set a valid OPENAI_API_KEY and start the server again.',
  model_rate_limited: 'The model provider answers no more requests for now: wait a moment, then try again.',
  model_content_filter: 'The model provider’s content filter stopped this answer: ask in another way.',
  model_context_length: 'This conversation is too long for the model: go on in a new thread or ask for less.',
  model_unreachable: 'The connection to the model provider failed: check OPENAI_BASE_URL, then try again.',
  model_bad_response: 'The model provider’s answer was incomplete or not understood; what came is kept. Try again.',
  timeout: 'The model provider gave up waiting for its own answer. Try again in a moment.',
}

export function modelFailure(code: ModelFailureCode, cause?: unknown): AgentFailure {
  return new AgentFailure(code, SENTENCES[code], { cause })
}

/** Nothing came for too long, or too much came for too long. */
export function tooSlow(silence: Silence): AgentFailure {
  return new AgentFailure('timeout', SLOW[silence])
}

const SLOW: Record<Silence, string> = {
  first_byte: 'The model did not begin to answer in time. Try again in a moment.',
  idle: 'The model stopped answering in the middle; what it said is kept. Try again.',
  total: 'The model took longer than an answer may take; what it said is kept. Ask for less, or try again.',
}

/** Anything that the model library threw, or reported in the stream. */
export function failureOf(error: unknown): AgentFailure {
  if (error instanceof AgentFailure) return error
  const code = codeOf(error)
  const own = APICallError.isInstance(error) ? ownSentence(error, code) : undefined
  return own ? new AgentFailure(code, own, { cause: error }) : modelFailure(code, error)
}

/** Where the status says more than the code. */
function ownSentence({ statusCode, responseBody = '' }: APICallError, code: ModelFailureCode): string | undefined {
  if (code === 'model_rate_limited' && /insufficient_quota/.test(responseBody))
    return 'The account at the model provider has no credit left: top it up there, then try again.'
  if (code === 'model_unreachable' && statusCode !== undefined)
    return 'The model provider is out of order or overloaded for now: wait a moment, then try again.'
  if (code !== 'model_bad_response') return undefined
  if (statusCode === 404)
    return 'The model provider knows no such model or address: check OPENAI_MODEL and OPENAI_BASE_URL.'
  if (statusCode === 400 || statusCode === 415 || statusCode === 422)
    return 'The model provider did not accept this conversation: the model may not read what it holds, such as files.'
  return undefined
}

/** The end that a finished answer comes to: undefined is a good one. */
export function failureOfFinish(reason: FinishReason): AgentFailure | undefined {
  switch (reason) {
    case 'stop':
    case 'other':
      return undefined
    case 'content-filter':
      return modelFailure('model_content_filter')
    case 'length':
      return new AgentFailure(
        'model_context_length',
        'The model reached its length limit before the answer was complete; what it said is kept.',
      )
    // No tools are offered, so asking for one is no answer.
    case 'tool-calls':
    case 'error':
      return modelFailure('model_bad_response')
  }
}

function codeOf(error: unknown): ModelFailureCode {
  if (isConnectionError(error)) return 'model_unreachable'
  if (APICallError.isInstance(error)) {
    const said = saidIn(error.data, error.responseBody)
    if (error.statusCode === undefined) return 'model_unreachable'
    return codeOfWords(said) ?? codeOfStatus(error.statusCode)
  }
  const said = saidIn(error, undefined)
  return codeOfWords(said) ?? codeOfInStreamStatus(error) ?? 'model_bad_response'
}

function codeOfStatus(status: number): ModelFailureCode {
  if (status === 401 || status === 403) return 'model_auth'
  if (status === 429) return 'model_rate_limited'
  if (status === 408 || status === 504) return 'timeout'
  if (status === 413) return 'model_context_length'
  if (status >= 500) return 'model_unreachable'
  return 'model_bad_response'
}

/** Some providers begin a 200 and then send `{"error": {"code": 429}}` in the stream. */
function codeOfInStreamStatus(error: unknown): ModelFailureCode | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code } = error as Record<string, unknown>
  const status = Number(code)
  return Number.isInteger(status) && status >= 400 && status < 600 ? codeOfStatus(status) : undefined
}

function codeOfWords(said: string): ModelFailureCode | undefined {
  if (/context_length_exceeded|context length|context window|maximum context|prompt is too long/i.test(said))
    return 'model_context_length'
  if (/content_filter|content_policy|content management policy/i.test(said)) return 'model_content_filter'
  if (/rate_limit|insufficient_quota/i.test(said)) return 'model_rate_limited'
  if (/invalid_api_key|authentication_error/i.test(said)) return 'model_auth'
  return undefined
}

function saidIn(data: unknown, body: string | undefined): string {
  if (body) return body.slice(0, 10_000)
  if (typeof data !== 'object' || data === null || data instanceof Error) return ''
  const { message, type, code } = data as Record<string, unknown>
  return [message, type, code].map(String).join(' ')
}

/** A socket that broke after the answer had begun: fetch says so with a TypeError, or a code of its own in the chain. */
function isConnectionError(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++) {
    const { code } = current as Error & { code?: unknown }
    if (typeof code === 'string' && /^(UND_ERR_|ECONN|EPIPE|ENOTFOUND|EHOST|ENET|ETIMEDOUT|EAI_)/.test(code))
      return true
    if (current instanceof TypeError && current.message === 'terminated') return true
  }
  return false
}
