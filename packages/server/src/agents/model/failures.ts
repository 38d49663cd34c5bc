/**
 * A provider's failure as one of our codes and a sentence of ours: what happened, and what to do. A provider's own
 * words are read to find the code (`meaning.ts`) and never shown, because they may quote the key that they refuse.
 */
import type { FailureCode, Silence } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import { type ConnectionTrouble, connectionTrouble } from './connection.ts'
import { type Meaning, meaningOf } from './meaning.ts'
import { ProviderError } from './provider-error.ts'
import type { Finish } from './reading/finish.ts'

type Told = readonly [code: Extract<FailureCode, `model_${string}` | 'timeout'>, sentence: string]

const NOT_UNDERSTOOD: Told = [
  'model_bad_response',
  'The model provider’s answer was incomplete or could not be understood. What arrived is kept. Try again.',
]
const FILTERED: Told = [
  'model_content_filter',
  'The model provider’s content filter stopped this answer. Rephrase the question.',
]
const NO_ENDPOINT: Told = [
  'model_bad_response',
  'OPENAI_BASE_URL is not an OpenAI-compatible endpoint. Check the address; it usually ends in /v1.',
]

const OF_ERRORS: Record<Meaning, Told> = {
  key: ['model_auth', 'The model provider refused the key. Set a valid OPENAI_API_KEY and restart the server.'],
  credit: [
    'model_rate_limited',
    'The account at the model provider has no credit left. Add credit there, then try again.',
  ],
  filter: FILTERED,
  too_long: [
    'model_context_length',
    'This conversation is too long for the model. Continue in a new thread, or ask for less.',
  ],
  rate: ['model_rate_limited', 'The model provider accepts no more requests for now. Wait a moment, then try again.'],
  busy: ['model_unreachable', 'The model provider is down or overloaded. Wait a moment, then try again.'],
  slow: ['timeout', 'The model provider gave up waiting for its own answer. Try again in a moment.'],
  model: [
    'model_bad_response',
    'The model provider does not offer this model. Set OPENAI_MODEL to one that it offers and restart the server.',
  ],
  nothing_here: [
    'model_bad_response',
    'The model provider knows no such model or address. Check OPENAI_MODEL and OPENAI_BASE_URL.',
  ],
  address: NO_ENDPOINT,
  scheme: [
    'model_bad_response',
    'The model provider requires HTTPS. Start OPENAI_BASE_URL with https:// and restart the server.',
  ],
  rejected: [
    'model_bad_response',
    'The model provider did not accept this conversation. The model may not support its content, such as files.',
  ],
  unknown: NOT_UNDERSTOOD,
}

const OF_CONNECTIONS: Record<ConnectionTrouble, Told> = {
  no_host: [
    'model_unreachable',
    'The host of the model provider was not found. Check the name in OPENAI_BASE_URL and the server’s network.',
  ],
  refused: [
    'model_unreachable',
    'Nothing answers at OPENAI_BASE_URL. Check the host and port, and start the model server if it is your own.',
  ],
  no_route: [
    'model_unreachable',
    'The server cannot reach the model provider. Check OPENAI_BASE_URL, the network and the firewall.',
  ],
  certificate: [
    'model_unreachable',
    'The certificate of the model provider is not trusted. Check the host in OPENAI_BASE_URL, or add its issuer to NODE_EXTRA_CA_CERTS.',
  ],
  no_tls: [
    'model_unreachable',
    'The model provider does not speak HTTPS at OPENAI_BASE_URL. Check the port, or start the URL with http://.',
  ],
  no_http: [
    'model_unreachable',
    'OPENAI_BASE_URL does not speak HTTP. Check the port, or start the URL with https://.',
  ],
  broken: [
    'model_unreachable',
    'The model provider closed the connection without an answer. Check the port of OPENAI_BASE_URL and whether it starts with https://, then try again.',
  ],
}

const OF_FINISHES: Record<Exclude<Finish, 'whole'>, Told> = {
  length: [
    'model_context_length',
    'The model reached its length limit before the answer was complete. What it said is kept.',
  ],
  filter: FILTERED,
  tool: [
    'model_bad_response',
    'The model asked for a tool, but this agent has none. What it said is kept. Rephrase the question.',
  ],
  broken: ['model_unreachable', 'The model provider broke off this answer. What it said is kept. Try again.'],
  unknown: [
    'model_bad_response',
    'The model provider ended this answer for an unknown reason. What it said is kept. Try again.',
  ],
}

const OF_SILENCES: Record<Silence, Told> = {
  first_byte: ['timeout', 'The model did not start to answer in time. Try again in a moment.'],
  idle: ['timeout', 'The model stopped in the middle of its answer. What it said is kept. Try again.'],
  total: ['timeout', 'The answer took longer than allowed. What the model said is kept. Ask for less, or try again.'],
}

const BROKE_OFF: Told = [
  'model_unreachable',
  'The connection to the model provider broke off in the middle of the answer. What arrived is kept. Try again.',
]

const REDIRECTED: Told = [
  'model_bad_response',
  'The model provider redirects to another address, where this conversation is not sent. Set OPENAI_BASE_URL to that address.',
]

function failure([code, sentence]: Told, cause?: unknown): AgentFailure {
  return new AgentFailure(code, sentence, { cause })
}

export const notUnderstood = (cause?: unknown): AgentFailure => failure(NOT_UNDERSTOOD, cause)
export const noEndpoint = (cause?: unknown): AgentFailure => failure(NO_ENDPOINT, cause)
/** The provider was not reached. */
export const notReached = (cause: unknown): AgentFailure =>
  failure(OF_CONNECTIONS[connectionTrouble(cause) ?? 'broken'], cause)
export const redirected = (): AgentFailure => failure(REDIRECTED)
/** The answer had started. */
export const brokeOff = (cause: unknown): AgentFailure => failure(BROKE_OFF, cause)
/** Silent for too long, or not finished in time. */
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

/** The library wraps unknown errors. */
export function ownIn(error: unknown): AgentFailure | ProviderError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++)
    if (current instanceof AgentFailure || current instanceof ProviderError) return current
  return undefined
}
