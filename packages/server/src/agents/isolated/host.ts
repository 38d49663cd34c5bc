/**
 * A config module in a process of its own, for as long as the server lives. Owns: the runs and calls that are on their way to
 * it, and what happens to them when it is gone. Does not know: what the module contains.
 *
 * ```
 * loading ─► up ─► waiting ─► loading …          any ─► closed
 * ```
 *
 * Invariant: when the process is gone, each of its runs and calls ends once, with a sentence. Nothing else does.
 */
import type { Event, RunAgentInput } from '@ag-ui/core'
import { backoffDelay, type Clock } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import type { AgentContext } from '../port.ts'
import type { ToolContext } from '../tools/port.ts'
import { type Asked, type Description, errorOf, type FromModule, type Id, type ToModule } from './messages.ts'
import { type Loss, type ModuleProcess, startModuleProcess } from './process.ts'
import { createServerRun, type ServerRun } from './server-run.ts'

export interface HostOptions {
  readonly program: readonly string[]
  readonly clock: Clock
  readonly random?: () => number
  /** Milliseconds that the module may compute without a pause. Default 10,000. */
  readonly maxBlockedMs?: (config: Description | undefined) => number
  /** MiB of its heap. Default 2,048. */
  readonly maxHeapMiB?: number
  /** The process is gone; it is started again at `retryAt`. */
  onLost(reason: string, retryAt: number): void
  onRestarted(): void
  /** An error that nothing in the module has caught. */
  onUncaught(error: Error, ends: boolean): void
}

export interface Host {
  /** The first description. @throws ModuleRefusal */
  load(): Promise<Description>
  /** @throws what the agent throws, or an AgentFailure if the process is gone */
  run(agentId: string, input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
  /** @throws what the agent or tool throws, or an Error if the process is gone */
  call(asked: Asked, options?: CallOptions): Promise<unknown>
  close(): Promise<void>
}

export type CallOptions = Partial<Pick<ToolContext, 'signal' | 'progress' | 'ask'>>

/** Why the module cannot be loaded, as the end of a sentence. */
export class ModuleRefusal extends Error {
  override readonly name = 'ModuleRefusal'
}

type State =
  | { readonly type: 'loading' | 'up'; readonly process: ModuleProcess }
  | { readonly type: 'waiting'; readonly undo: () => void }
  | { readonly type: 'closed' }

interface Call {
  hear(message: Extract<FromModule, { t: 'returned' | 'progress' | 'ask' }>): void
  lose(error: Error): void
}

export const MAX_BLOCKED_MS = 10_000
const MAX_HEAP_MIB = 2_048
const BACKOFF = { baseMs: 200, maxMs: 30_000 }
/** A process that lived this long was a good one: the back-off begins from its start. */
const GOOD_MS = 60_000
/** Milliseconds that a run or a call waits for a process that is being started. */
const WAIT_MS = 15_000

export function createHost(options: HostOptions): Host {
  const {
    program,
    clock,
    random = Math.random,
    maxBlockedMs = () => MAX_BLOCKED_MS,
    maxHeapMiB = MAX_HEAP_MIB,
  } = options
  const runs = new Map<Id, ServerRun>()
  const calls = new Map<Id, Call>()
  const first = Promise.withResolvers<Description>()
  first.promise.catch(() => {})
  let state: State | undefined
  let config: Description | undefined
  let ids = 0
  let failures = 0
  let startedAt = 0
  let up = Promise.withResolvers<void>()
  let why = ''

  function start(): void {
    startedAt = clock.now()
    const process = startModuleProcess({
      program,
      clock,
      // Loading may compute for long, above all on a busy machine.
      maxBlockedMs: () => Math.max(maxBlockedMs(config), state?.type === 'up' ? 0 : MAX_BLOCKED_MS),
      maxHeapMiB,
      attention,
      onMessage: (message) => hear(process, message),
      onLost: lost,
    })
    state = { type: 'loading', process }
  }

  function attention() {
    const changed: [Id, ReturnType<AgentContext['attention']>][] = []
    for (const [id, run] of runs) {
      const now = run.attention()
      if (now !== undefined) changed.push([id, now])
    }
    return changed
  }

  /** From code that may send anything. */
  function hear(process: ModuleProcess, given: unknown): void {
    const message = given as FromModule | null
    switch (message?.t) {
      case 'loaded':
        loaded(process, message.config)
        break
      case 'refused':
        why = String(message.why)
        if (config) process.kill()
        else first.reject(new ModuleRefusal(why))
        break
      case 'events':
      case 'ended':
      case 'usage':
      case 'write':
      case 'watch-child':
        runs.get(message.id)?.hear(message)
        break
      case 'returned':
      case 'progress':
      case 'ask':
        calls.get(message.id)?.hear(message)
        break
      case 'pong':
        process.alive()
        break
      case 'uncaught':
        if (message.ends) process.threw()
        options.onUncaught(errorOf(message.thrown), message.ends)
        break
      default:
        break
    }
  }

  function loaded(process: ModuleProcess, description: Description): void {
    if (state?.type !== 'loading') return
    state = { type: 'up', process }
    if (config) options.onRestarted()
    // What the server was started with stays: agents that are new in the file come with the server's next start.
    config ??= description
    first.resolve(config)
    up.resolve()
  }

  function lost(loss: Loss): void {
    if (!config) {
      first.reject(new ModuleRefusal(`it could not be loaded: ${reasonOf(loss)}`))
      state = { type: 'closed' }
    }
    const closing = state?.type === 'closed'
    const reason = closing ? 'it was closed' : why || reasonOf(loss)
    why = ''
    if (!closing && config) {
      up = Promise.withResolvers()
      if (clock.now() - startedAt >= GOOD_MS) failures = 0
      const delay = backoffDelay({ attempt: failures++, ...BACKOFF, random: random() })
      state = { type: 'waiting', undo: clock.schedule(delay, start) }
      options.onLost(reason, clock.now() + delay)
    }
    const said = `The code of this agent was ended: ${reason}. What it said is kept. Try again.`
    for (const run of [...runs.values()]) run.lose(new AgentFailure('agent_error', said))
    const done = `The code of this tool was ended: ${reason}. Whether the call had an effect is unknown.`
    for (const call of [...calls.values()]) call.lose(new Error(done))
  }

  function reasonOf(loss: Loss): string {
    switch (loss.type) {
      case 'blocked':
        return `it did nothing but compute for ${Math.round(maxBlockedMs(config) / 100) / 10} seconds`
      case 'threw':
        return 'an error was thrown in it that nothing caught'
      case 'memory':
        return 'its memory was full'
      case 'broken':
        return 'it sent something that cannot be read'
      case 'exited':
        return `its process ended ${loss.how}`
    }
  }

  /** @throws Error if there is no process within a while, or the signal's reason */
  async function running(signal?: AbortSignal): Promise<ModuleProcess> {
    for (let attempt = 0; state?.type !== 'up'; attempt++) {
      if (state?.type === 'closed' || attempt > 2) throw new Error('It is being started again. Try again in a moment.')
      const wait = Promise.withResolvers<void>()
      const undo = clock.schedule(WAIT_MS, () =>
        wait.reject(new Error('It is being started again. Try again in a moment.')),
      )
      const onAbort = () => wait.reject(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      try {
        await Promise.race([up.promise, wait.promise])
      } finally {
        wait.promise.catch(() => {})
        undo()
        signal?.removeEventListener('abort', onAbort)
      }
    }
    return state.process
  }

  function begin(process: ModuleProcess, agentId: string, input: RunAgentInput, context: AgentContext) {
    const id = ++ids
    const { tenantId, roomId, resumed, answers, continued } = context
    const carried = { ...(resumed && { resumed }), ...(answers && { answers }), ...(continued && { continued }) }
    const send = (message: ToModule) => process.pipe.send(message)
    send({ t: 'run', id, agentId, input, context: { tenantId, roomId, attention: context.attention(), ...carried } })
    const run = createServerRun(id, context, send, () => runs.delete(id))
    runs.set(id, run)
    return run.iterator
  }

  /** While the process is being started: the run waits for it. */
  function beginLater(...args: [agentId: string, input: RunAgentInput, context: AgentContext]): AsyncIterator<Event> {
    const { signal } = args[2]
    const begun = running(signal).then(
      (process) => begin(process, ...args),
      (error: Error) => {
        throw signal.aborted
          ? error
          : new AgentFailure('agent_error', `The code of this agent cannot be used: ${error.message}`)
      },
    )
    begun.catch(() => {})
    return {
      next: async () => (await begun).next(),
      return: async () => (await begun.catch(() => undefined))?.return?.() ?? { done: true, value: undefined },
    }
  }

  async function call(asked: Asked, { signal, progress, ask }: CallOptions = {}): Promise<unknown> {
    const process = await running(signal)
    signal?.throwIfAborted()
    const id = ++ids
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const send = (message: ToModule) => process.pipe.send(message)
    const onAbort = () => {
      const { reason } = signal as AbortSignal
      send({ t: 'abort', id, why: reason instanceof Error ? reason.message : 'It was stopped.' })
      reject(reason)
    }
    calls.set(id, {
      hear(message) {
        switch (message.t) {
          case 'returned':
            return message.thrown ? reject(errorOf(message.thrown)) : resolve(message.value)
          case 'progress':
            return progress?.(String(message.text))
          case 'ask': {
            const { n } = message
            ask?.(message.question).then(
              (answer) => send({ t: 'answer', id, n, answer }),
              () => send({ t: 'answer', id, n }),
            )
          }
        }
      },
      lose: reject,
    })
    send({ t: 'call', id, ...asked })
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      calls.delete(id)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    load() {
      start()
      return first.promise
    },
    run: (agentId, input, context) => ({
      [Symbol.asyncIterator]: () =>
        state?.type === 'up' ? begin(state.process, agentId, input, context) : beginLater(agentId, input, context),
    }),
    call,
    async close() {
      const last = state
      state = { type: 'closed' }
      if (last?.type === 'waiting') last.undo()
      if (last?.type === 'up' || last?.type === 'loading') await last.process.close()
    },
  }
}
