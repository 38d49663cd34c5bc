/**
 * What went wrong with a provider, as one of our codes and a sentence of our own: what happened, and what to do. A
 * provider's words are read to find the code (`meaning.ts`) and never shown: they may quote the key they refused.
 */
import type { FailureCode } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import type { Silence } from '../silence.ts'
import { type ConnectionTrouble, connectionTrouble } from './connection.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { ProviderError } from './provider-error.ts'
import type { Finish } from './reading/finish.ts'

type Told = readonly [code: Extract<FailureCode, `model_${string}` | 'timeout'>, sentence: string]

const NOT_UNDERSTOOD: Told = [
  'model_bad_response',
  'The model provider’s answer was incomplete or not understood; what came is kept. Try again.',
]
const FILTERED: Told = [
  'model_content_filter',
  'The model provider’s content filter stopped this answer: ask in another way.',
]
const NO_ENDPOINT: Told = [
  'model_bad_response',
  'What answers at OPENAI_BASE_URL is no OpenAI-compatible endpoint: check the address, which usually ends in /v1.',
]

const OF_ERRORS: Record<Meaning, Told> = {
  key: ['model_auth', 'The model provider refused the key: set a valid OPENAI_API_KEY and start the server again.'],
  credit: [
    'model_rate_limited',
    'The account at the model provider has no credit left: top it up there, then try again.',
  ],
  filter: FILTERED,
  too_long: [
    'model_context_length',
    'This conversation is too long for the model: go on in a new thread or ask for less.',
  ],
  rate: ['model_rate_limited', 'The model provider answers no more requests for now: wait a moment, then try again.'],
  busy: [
    'model_unreachable',
    'The model provider is out of order or overloaded for now: wait a moment, then try again.',
  ],
  slow: ['timeout', 'The model provider gave up waiting for its own answer. Try again in a moment.'],
  model: [
    'model_bad_response',
    'The model provider does not offer this model: set OPENAI_MODEL to one that it offers and start the server again.',
  ],
  nothing_here: [
    'model_bad_response',
    'The model provider knows no such model or address: check OPENAI_MODEL and OPENAI_BASE_URL.',
  ],
  address: NO_ENDPOINT,
  scheme: [
    'model_bad_response',
    'The model provider wants HTTPS: let OPENAI_BASE_URL begin with https:// and start the server again.',
  ],
  rejected: [
    'model_bad_response',
    'The model provider did not accept this conversation: the model may not read what it holds, such as files.',
  ],
  unknown: NOT_UNDERSTOOD,
}

const OF_CONNECTIONS: Record<ConnectionTrouble, Told> = {
  no_host: [
    'model_unreachable',
    'The host of the model provider was not found: check the name in OPENAI_BASE_URL and the network of the server.',
  ],
  refused: [
    'model_unreachable',
    'Nothing answers at OPENAI_BASE_URL: check the host and port, and start the model server if it is your own.',
  ],
  no_route: [
    'model_unreachable',
    'The model provider cannot be reached from the server: check OPENAI_BASE_URL, the network and the firewall.',
  ],
  certificate: [
    'model_unreachable',
    'The certificate of the model provider is not trusted: check the host in OPENAI_BASE_URL, or name its authority in NODE_EXTRA_CA_CERTS.',
  ],
  no_tls: [
    'model_unreachable',
    'The model provider does not speak HTTPS at OPENAI_BASE_URL: check its port, or let it begin with http://.',
  ],
  no_http: [
    'model_unreachable',
    'What answers at OPENAI_BASE_URL does not speak HTTP: check its port, or let it begin with https://.',
  ],
  broken: [
    'model_unreachable',
    'The model provider closed the connection without an answer: check the port of OPENAI_BASE_URL and whether it begins with https://, then try again.',
  ],
}

const OF_FINISHES: Record<Exclude<Finish, 'whole'>, Told> = {
  length: [
    'model_context_length',
    'The model reached its length limit before the answer was complete; what it said is kept.',
  ],
  filter: FILTERED,
  tool: [
    'model_bad_response',
    'The model asked for a tool, and this agent has none; what it said is kept. Ask in another way.',
  ],
  broken: ['model_unreachable', 'The model provider broke off this answer; what it said is kept. Try again.'],
  unknown: [
    'model_bad_response',
    'The model provider ended this answer for a reason that is not known here; what it said is kept. Try again.',
  ],
}

const OF_SILENCES: Record<Silence, Told> = {
  first_byte: ['timeout', 'The model did not begin to answer in time. Try again in a moment.'],
  idle: ['timeout', 'The model stopped answering in the middle; what it said is kept. Try again.'],
  total: [
    'timeout',
    'The model took longer than an answer may take; what it said is kept. Ask for less, or try again.',
  ],
}

const BROKE_OFF: Told = [
  'model_unreachable',
  'The connection to the model provider broke off in the middle of the answer; what came is kept. Try again.',
]

const REDIRECTED: Told = [
  'model_bad_response',
  'The model provider points to another address, where this conversation is not sent: set OPENAI_BASE_URL to it.',
]

function failure([code, sentence]: Told, cause?: unknown): AgentFailure {
  return new AgentFailure(code, sentence, { cause })
}

export const notUnderstood = (cause?: unknown): AgentFailure => failure(NOT_UNDERSTOOD, cause)
export const noEndpoint = (cause?: unknown): AgentFailure => failure(NO_ENDPOINT, cause)
/** It was not reached. */
export const notReached = (cause: unknown): AgentFailure =>
  failure(OF_CONNECTIONS[connectionTrouble(cause) ?? 'broken'], cause)
export const redirected = (): AgentFailure => failure(REDIRECTED)
/** The answer had begun. */
export const brokeOff = (cause: unknown): AgentFailure => failure(BROKE_OFF, cause)
/** Nothing came for too long, or too much came for too long. */
export const tooSlow = (silence: Silence): AgentFailure => failure(OF_SILENCES[silence])
export const failureOfFinish = (finish: Exclude<Finish, 'whole'>): AgentFailure => failure(OF_FINISHES[finish])

/** Anything that a call threw. */
export function failureOf(error: unknown): AgentFailure {
  const own = ownIn(error)
  if (own instanceof AgentFailure) return own
  if (own) return failure(OF_ERRORS[meaningOf(own)], own)
  const trouble = connectionTrouble(error)
  return failure(trouble === undefined ? NOT_UNDERSTOOD : OF_CONNECTIONS[trouble], error)
}

/** The library wraps what it does not know. */
export function ownIn(error: unknown): AgentFailure | ProviderError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++)
    if (current instanceof AgentFailure || current instanceof ProviderError) return current
  return undefined
}
