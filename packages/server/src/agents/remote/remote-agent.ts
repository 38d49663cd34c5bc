/**
 * An AG-UI endpoint as an agent: the run's whole input is posted there, and the SSE response is the run.
 *
 * Owns: the request, and when it is repeated. Does not know: how others spell AG-UI (`core/remote`), whether the events
 * are legal, which the recorder decides.
 *
 * Invariants:
 * - A stream that stops before RUN_FINISHED or RUN_ERROR is a failure, never a success. What arrived is kept.
 * - The socket closes when the run aborts, when it fails, and when the reader stops. An agent that is left before its
 *   end is asked to stop if it has a route for that; nothing waits for it.
 * - Only the run's input and the configured headers are sent, and only to the configured addresses.
 * - An agent with any output is never called again. One that is still busy with an earlier run is, a bounded number of
 *   times.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import {
  type Clock,
  createSilenceWatch,
  keyString,
  type SilenceLimits,
  type SilenceWatch,
  type ThreadKey,
} from '@holdfast/core'
import { type BusyLimits, busyEvent, createHearing, inOurWords, isBusy, nextWait, toldOf } from '@holdfast/core/remote'
import { AgentFailure } from '../failure.ts'
import type { Agent, AgentContext } from '../port.ts'
import { sleep } from '../sleep.ts'
import { brokeOff, notAgUi, refusalOf, stillBusy, tooLong, unreached } from './failures.ts'
import { readEvents } from './read-events.ts'
import { createStopRoute, type StopRoute } from './stop-route.ts'

export interface RemoteLimits extends SilenceLimits, BusyLimits {
  /** Milliseconds from the run's start to its end, including waits. */
  readonly totalMs: number
}

/** An agent may think for long without an event, and AG-UI has no heartbeat. */
export const DEFAULT_REMOTE_LIMITS: RemoteLimits = {
  firstByteMs: 120_000,
  idleMs: 600_000,
  totalMs: 3_600_000,
  maxAttempts: 10,
  maxWaitMs: 120_000,
}

export interface RemoteAgentOptions extends Partial<RemoteLimits> {
  /** Default `remote`. */
  readonly id?: string
  /** Default: the endpoint's host. */
  readonly title?: string
  readonly description?: string
  /** Where a run's input is posted. */
  readonly url: string
  /** Sent with each run, e.g. this server's own Authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The `threadId` sent to the endpoint, which may keep state by it. Default `{roomId}/{threadId}`, because two rooms may
   * use the same threadId; for a tenant other than `local`, the tenant comes first.
   */
  readonly threadIdOf?: (thread: ThreadKey & { readonly tenantId: string }) => string
  /**
   * Where an agent that was left before its end is asked to stop; `{threadId}` stands for the threadId as sent to it.
   * Default: `{url}/stop/{threadId}`, or `…/stop/{threadId}` beside a `url` that ends with `/run`, until that answers
   * 404. False: nowhere.
   */
  readonly stopUrl?: string | false
  readonly clock: Clock
  /** 0 ≤ n < 1, for the jitter of waits. */
  readonly random?: () => number
}

/** @throws TypeError for an invalid address */
export function createRemoteAgent(options: RemoteAgentOptions): Agent {
  const { id = 'remote', url, stopUrl, headers = {}, description, clock } = options
  const { host } = checkedUrl(url)
  if (typeof stopUrl === 'string') checkedUrl(stopUrl)
  const stopRoute = createStopRoute({ url, headers, clock, ...(stopUrl !== undefined && { stopUrl }) })
  return {
    id,
    title: options.title ?? host,
    ...(description !== undefined && { description }),
    tolerated: true,
    run: (input, context) => answer(options, stopRoute, input, context),
  }
}

function checkedUrl(address: string): URL {
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol))
    throw new TypeError(`An agent’s address must be http or https, not ${url.protocol}`)
  if (url.username || url.password)
    throw new TypeError('An agent’s address must not contain a name or password. Use `headers`.')
  return url
}

async function* answer(
  options: RemoteAgentOptions,
  stopRoute: StopRoute,
  input: RunAgentInput,
  { signal, tenantId, roomId }: AgentContext,
): AsyncGenerator<Event> {
  const { clock, threadIdOf = nameOf, random = Math.random } = options
  const limits = { ...DEFAULT_REMOTE_LIMITS, ...options }
  const until = clock.now() + limits.totalMs
  const told = threadIdOf({ tenantId, roomId, threadId: input.threadId })
  const address = { threadId: told, runId: input.runId }
  let waited = 0
  for (let attempt = 1; ; attempt++) {
    await stopRoute.settled(told)
    signal.throwIfAborted()
    const watch = createSilenceWatch({ ...limits, until, tooLong })
    const call = createCall(options, toldOf(input, told), watch, signal)
    try {
      for await (const event of call.events()) yield inOurWords(event, told, input.threadId)
      return
    } catch (error) {
      signal.throwIfAborted()
      if (call.state !== 'busy') throw error
    } finally {
      // Also when the reader stops: any further work would be wasted.
      if (call.state === 'asked' || call.state === 'begun') stopRoute.stop(address)
    }
    const ms = nextWait(attempt, waited, random(), limits)
    if (ms === undefined || clock.now() + ms >= until) throw stillBusy()
    // Only this server runs in the thread, so the agent is busy with a run that was left, perhaps by a process that
    // died.
    if (attempt === 1 && !options.threadIdOf) stopRoute.stop(address)
    yield busyEvent(attempt + 1, ms, clock.now(), limits)
    await sleep(clock, ms, signal)
    waited += ms
  }
}

/** The tenant of a server without authentication. Its threads are sent by room and id alone. */
const LOCAL_TENANT = 'local'

/** An id holds no slash, so names of two threads differ. */
function nameOf({ tenantId, ...key }: ThreadKey & { readonly tenantId: string }): string {
  return tenantId === LOCAL_TENANT ? keyString(key) : `${tenantId}/${keyString(key)}`
}

interface Call {
  /** Up to RUN_FINISHED or RUN_ERROR. Call once. */
  events(): AsyncGenerator<Event>
  /** `asked`, `begun`: the agent may be working on it. */
  readonly state: 'asked' | 'busy' | 'begun' | 'ended'
}

function createCall(
  { url, headers = {}, clock }: RemoteAgentOptions,
  told: RunAgentInput,
  watch: SilenceWatch,
  signal: AbortSignal,
): Call {
  let state: Call['state'] = 'asked'

  async function* events(): AsyncGenerator<Event> {
    const hangUp = new AbortController()
    try {
      const response = await watch.guard(
        fetch(url, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json', Accept: 'text/event-stream' },
          body: JSON.stringify(told),
          redirect: 'manual',
          signal: AbortSignal.any([signal, hangUp.signal]),
        }),
      )
      watch.heard()
      const refused = refusalOf(response)
      if (refused) {
        state = 'ended'
        if (isBusy(response.status, await wordsOf(response, clock))) state = 'busy'
        throw refused
      }
      state = 'begun'
      yield* heard(response)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AgentFailure) throw error
      if (state === 'begun') throw brokeOff(error)
      throw ended(unreached(error))
    } finally {
      hangUp.abort()
    }
  }

  async function* heard(response: Response): AsyncGenerator<Event> {
    const hearing = createHearing(told.messages)
    for await (const said of readEvents(response, watch)) {
      const heard = hearing.hear(said)
      if (heard.type === 'other') throw ended(notAgUi())
      if (heard.type === 'busy') {
        state = 'busy'
        throw stillBusy()
      }
      if (hearing.hasEnded) state = 'ended'
      yield* heard.events
      if (hearing.hasEnded) return
    }
    throw ended(hearing.isAgUi ? brokeOff() : notAgUi())
  }

  /** Its stream is over, and so is the run. */
  function ended(failure: AgentFailure): AgentFailure {
    state = 'ended'
    return failure
  }

  return {
    events,
    get state() {
      return state
    },
  }
}

const MAX_REFUSAL_UNITS = 4 * 1024
const MAX_REFUSAL_MS = 2_000

/** The start of a refusal's body, within limits of size and time. */
async function wordsOf({ body }: Response, clock: Clock): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let words = ''
  let giveUp = () => {}
  const undo = clock.schedule(MAX_REFUSAL_MS, () => giveUp())
  try {
    while (words.length < MAX_REFUSAL_UNITS) {
      const enough = new Promise<{ readonly done: true }>((resolve) => {
        giveUp = () => resolve({ done: true })
      })
      const next = await Promise.race([reader.read(), enough])
      if (next.done) break
      words += decoder.decode(next.value, { stream: true })
    }
  } catch {
    // The refusal is enough without its body.
  } finally {
    undo()
  }
  return words
}
