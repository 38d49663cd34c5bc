/**
 * An AG-UI endpoint as an agent: the run's whole input goes there, what comes back as SSE is the run.
 *
 * Owns: the request, and what each way of going wrong is called. Does not know: whether the events are legal, which the
 * recorder decides.
 *
 * Invariants:
 * - A stream that stops before RUN_FINISHED or RUN_ERROR is a failure, never a success; what came is kept.
 * - The socket closes when the run is aborted, when it fails, and when nobody reads on.
 * - Nothing but the run's input and the configured headers is sent, and to no address but the configured one.
 * - The endpoint is asked once.
 */
import { type Event, EventType, PROTOCOL_VERSION, type RunAgentInput } from '@ag-ui/core'
import { type Clock, keyString, type ThreadKey } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import type { Agent, AgentContext } from '../port.ts'
import { createSilenceWatch, type Silence, type SilenceLimits } from '../silence.ts'
import { readEvents } from './read-events.ts'

export interface RemoteLimits extends SilenceLimits {
  /** Milliseconds from the run's start to its end. */
  readonly totalMs: number
}

/** An agent may think long without a word, and AG-UI has no heartbeat. */
export const DEFAULT_REMOTE_LIMITS: RemoteLimits = { firstByteMs: 120_000, idleMs: 600_000, totalMs: 3_600_000 }

export interface RemoteAgentOptions extends Partial<RemoteLimits> {
  /** Default `remote`. */
  readonly id?: string
  /** Default: the endpoint's host. */
  readonly title?: string
  readonly description?: string
  /** Where a run's input is posted. */
  readonly url: string
  /** Sent with each run, e.g. an Authorization of this server's own. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * What the endpoint is told as `threadId`. Default `{roomId}/{threadId}`: it may keep state by it, and two rooms may
   * use the same threadId.
   */
  readonly threadIdOf?: (key: ThreadKey) => string
  readonly clock: Clock
}

/** @throws TypeError for an address that cannot be one */
export function createRemoteAgent(options: RemoteAgentOptions): Agent {
  const { id = 'remote', url, description } = options
  const { host, protocol, username, password } = new URL(url)
  if (!/^https?:$/.test(protocol)) throw new TypeError(`An agent’s address is http or https, not ${protocol}`)
  if (username || password) throw new TypeError('An agent’s address holds no name or password: use `headers`.')
  return {
    id,
    title: options.title ?? host,
    ...(description !== undefined && { description }),
    run: (input, context) => answer(options, input, context),
  }
}

async function* answer(
  options: RemoteAgentOptions,
  input: RunAgentInput,
  { signal, roomId }: AgentContext,
): AsyncGenerator<Event> {
  const { url, headers = {}, clock, threadIdOf = keyString } = options
  const limits = { ...DEFAULT_REMOTE_LIMITS, ...options }
  const watch = createSilenceWatch({ ...limits, until: clock.now() + limits.totalMs, tooLong })
  const hangUp = new AbortController()
  const told = threadIdOf({ roomId, threadId: input.threadId })
  let begun = false
  try {
    const response = await watch.guard(
      fetch(url, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json', Accept: 'text/event-stream' },
        body: JSON.stringify(inputFor(input, told)),
        redirect: 'manual',
        signal: AbortSignal.any([signal, hangUp.signal]),
      }),
    )
    watch.heard()
    const refused = refusalOf(response)
    if (refused) throw refused
    for await (const event of readEvents(response, watch)) {
      begun = true
      yield inOurWords(event, told, input)
      if (event.type === EventType.RUN_FINISHED || event.type === EventType.RUN_ERROR) return
    }
    throw brokeOff()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AgentFailure) throw error
    throw begun ? brokeOff(error) : new AgentFailure('agent_error', UNREACHABLE, { cause: error })
  } finally {
    hangUp.abort()
  }
}

/** Many endpoints want each field to be there. */
function inputFor(input: RunAgentInput, threadId: string): RunAgentInput {
  return {
    ...input,
    threadId,
    protocolVersion: PROTOCOL_VERSION,
    state: input.state ?? {},
    forwardedProps: input.forwardedProps ?? {},
  }
}

/** The endpoint speaks of the thread as it was told of it. */
function inOurWords(event: Event, told: string, { threadId }: RunAgentInput): Event {
  if (event?.type !== EventType.RUN_STARTED && event?.type !== EventType.RUN_FINISHED) return event
  return event.threadId === told ? { ...event, threadId } : event
}

const UNREACHABLE = 'The remote agent cannot be reached: check that it runs and that AGUI_URL is right, then try again.'

function refusalOf({ status, ok, headers }: Response): AgentFailure | undefined {
  const because = (sentence: string) => new AgentFailure('agent_error', sentence)
  if (status >= 300 && status < 400)
    return because('The remote agent points to another address, where nothing is sent: set AGUI_URL to it.')
  if (status === 401 || status === 403)
    return because('The remote agent does not let this server in: check the headers it is configured with.')
  if (status === 404 || status === 405) return because('There is no AG-UI agent at that address: check AGUI_URL.')
  if (status === 429)
    return because('The remote agent answers no more requests for now: wait a moment, then try again.')
  if (status >= 500) return because('The remote agent is out of order for now: wait a moment, then try again.')
  if (!ok)
    return because(`The remote agent did not accept this conversation (${status}): try again, or ask another one.`)
  if (!/^\s*text\/event-stream\s*(;|$)/i.test(headers.get('content-type') ?? ''))
    return new AgentFailure(
      'agent_protocol',
      'What answers at AGUI_URL does not speak AG-UI over SSE: check the address.',
    )
  return undefined
}

function brokeOff(cause?: unknown): AgentFailure {
  const sentence = 'The remote agent broke off in the middle of its answer; what it said is kept. Try again.'
  return new AgentFailure('agent_incomplete', sentence, { cause })
}

const SLOW: Record<Silence, string> = {
  first_byte: 'The remote agent did not begin to answer in time. Try again in a moment.',
  idle: 'The remote agent fell silent in the middle; what it said is kept. Try again.',
  total: 'The remote agent took longer than an answer may take; what it said is kept. Ask for less, or try again.',
}

function tooLong(silence: Silence): AgentFailure {
  return new AgentFailure('timeout', SLOW[silence])
}
