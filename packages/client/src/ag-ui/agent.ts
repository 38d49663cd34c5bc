/**
 * An AG-UI endpoint, asked by the page itself: the run's whole input is posted, and the SSE response is the run.
 *
 * Owns: the request, and when it is repeated. Does not know: whether the events are legal, which the recorder decides.
 *
 * Invariants: a stream that stops before RUN_FINISHED or RUN_ERROR is a failure; an agent with any output is never called
 * again; only the run's input and the configured headers are sent, and only to the configured address.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import { type Clock, createSilenceWatch, keyString, type SilenceWatch } from '@holdfast/core'
import {
  busyEvent,
  createEventReader,
  createHearing,
  inOurWords,
  isBusy,
  nextWait,
  toldOf,
} from '@holdfast/core/remote'
import { AgentFault, brokeOff, notAgUi, refusalOf, stillBusy, tooLong, unreached, unreadable } from './failure.ts'
import type { StopRoute } from './stop-route.ts'

export interface AgUiAgent {
  readonly agentId: string
  readonly title?: string
  readonly description?: string
  /** Where a run's input is posted: absolute. It has to accept requests from the page (CORS). */
  readonly url: string
  /** Sent with each run. Every person who opens the page can read them. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface AgentCallParts {
  readonly clock: Clock
  /** From 0 up to and without 1. */
  random(): number
  isOnline(): boolean
  fetch(url: string, request: RequestInit): Promise<Response>
  readonly stopRoute: StopRoute
}

interface Asked {
  readonly roomId: string
  readonly input: RunAgentInput
  readonly signal: AbortSignal
}

const LIMITS = { firstByteMs: 120_000, idleMs: 600_000, totalMs: 3_600_000, maxAttempts: 10, maxWaitMs: 120_000 }

/** Up to RUN_FINISHED or RUN_ERROR. @throws AgentFault; or the signal's reason */
export async function* callAgent(agent: AgUiAgent, parts: AgentCallParts, asked: Asked): AsyncGenerator<Event> {
  const { clock, random, stopRoute } = parts
  const { roomId, input, signal } = asked
  const until = clock.now() + LIMITS.totalMs
  const told = keyString({ roomId, threadId: input.threadId })
  const leave = () => stopRoute.stop(agent, { threadId: told, runId: input.runId })
  let waited = 0
  for (let attempt = 1; ; attempt++) {
    await stopRoute.settled(told)
    signal.throwIfAborted()
    const watch = createSilenceWatch({ ...LIMITS, clock, until, tooLong })
    const call = createCall(agent, parts, toldOf(input, told), watch, signal)
    try {
      for await (const event of call.events()) yield inOurWords(event, told, input.threadId)
      return
    } catch (error) {
      signal.throwIfAborted()
      if (call.state !== 'busy') throw error
    } finally {
      if (call.state === 'begun') leave()
    }
    const ms = nextWait(attempt, waited, random(), LIMITS)
    if (ms === undefined || clock.now() + ms >= until) throw stillBusy()
    // Only this profile asks in the thread, so the agent is busy with a run whose page was closed.
    if (attempt === 1) leave()
    yield busyEvent(attempt + 1, ms, clock.now(), LIMITS)
    await sleep(clock, ms, signal)
    waited += ms
  }
}

interface Call {
  events(): AsyncGenerator<Event>
  /** `begun`: the agent may be working on it. */
  readonly state: 'asked' | 'busy' | 'begun' | 'ended'
}

function createCall(
  { url, headers = {} }: AgUiAgent,
  { isOnline, fetch }: AgentCallParts,
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
        state = isBusy(response.status, await beginningOf(response, watch)) ? 'busy' : 'ended'
        throw refused
      }
      state = 'begun'
      yield* heard(response)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AgentFault) throw error
      if (state === 'begun') throw brokeOff(error)
      state = 'ended'
      throw unreached(error, isOnline())
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

  function ended(fault: AgentFault): AgentFault {
    state = 'ended'
    return fault
  }

  return {
    events,
    get state() {
      return state
    },
  }
}

async function* readEvents({ body }: Response, watch: SilenceWatch): AsyncGenerator<unknown> {
  if (!body) return
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const events = createEventReader()
  for (;;) {
    const { done, value } = await watch.guard(reader.read())
    if (!done) watch.heard()
    const read = events.read(done ? decoder.decode() : decoder.decode(value, { stream: true }), done)
    yield* read.events
    if (read.fault) throw unreadable(read.fault)
    if (done) return
  }
}

/** UTF-16 units of a refusal that are read. */
const MAX_REFUSAL = 4 * 1024

/** Of a refusal; it is enough without its body. */
async function beginningOf({ body }: Response, watch: SilenceWatch): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length < MAX_REFUSAL) {
      const { done, value } = await watch.guard(reader.read())
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // Whatever came of it.
  }
  return text
}

function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const undo = clock.schedule(ms, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    const leave = () => {
      undo()
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
  })
}
