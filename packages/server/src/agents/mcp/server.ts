/**
 * One MCP server over its whole life: connected, lost, connected again with back-off. Owns: its state, and the newest list
 * of its tools. Does not know: other servers, the transport.
 *
 * ```
 * starting ─► ready ─► waiting ─► starting …          any ─► closed
 *     └────────────────► waiting
 * ```
 */
import { backoffDelay, type Clock } from '@holdfast/core'
import type { CallToolResult } from '@modelcontextprotocol/client'
import type { JsonObject, ToolContext } from '../tools/port.ts'
import type { McpServerConfig } from './config.ts'
import { type Connection, connect, McpFailure } from './connection.ts'
import type { ListedTool } from './listed-tools.ts'
import { limitLines } from './spoken.ts'

export type McpServerState =
  | { readonly type: 'starting' }
  | { readonly type: 'ready'; readonly tools: number; readonly leftOut: readonly string[] }
  /** It is connected again at `retryAt`, in milliseconds since the epoch. */
  | { readonly type: 'waiting'; readonly reason: string; readonly retryAt: number }
  | { readonly type: 'closed' }

export interface McpServerOptions {
  readonly name: string
  readonly config: McpServerConfig
  readonly clock: Clock
  readonly random: () => number
  readonly maxMessageBytes: number
  /** Removes the server's secrets from a text. */
  readonly scrub: (text: string) => string
  onState(state: McpServerState): void
  /** A line of stderr, or of something that the server should not have sent. */
  onWords(words: string): void
}

export interface McpServer {
  readonly name: string
  readonly state: McpServerState
  /** The newest list that is known, even if the connection is lost. Waits for the first one, but not for long. */
  tools(): Promise<readonly ListedTool[]>
  /** @throws Error with a sentence for a model and a person, or the reason of the context's signal */
  call(tool: ListedTool, input: JsonObject, context: ToolContext): Promise<CallToolResult>
  close(): Promise<void>
}

const BACKOFF = { baseMs: 500, maxMs: 60_000 }
/** A connection that lasted this long was a good one: the back-off begins from its start. */
const GOOD_MS = 10_000
/** Milliseconds that a call waits for the next attempt; beyond them it fails at once. */
const WAIT_FOR_RETRY_MS = 5_000
const WAIT_FOR_LIST_MS = 10_000
const BETWEEN_LISTS_MS = 1_000

export function createMcpServer(options: McpServerOptions): McpServer {
  const { name, config, clock, random, maxMessageBytes, scrub, onState } = options
  const words = limitLines(clock, (line) => options.onWords(scrub(line)))
  const stop = new AbortController()
  let state: McpServerState = { type: 'starting' }
  let connection: Connection | undefined
  let connectedAt = 0
  let failures = 0
  let tools: readonly ListedTool[] = []
  let connecting: Promise<void> | undefined
  let listing: Promise<void> | undefined
  let changedAgain = false
  let undoRetry = () => {}
  const closings = new Set<Promise<void>>()

  const closed = () => state.type === 'closed'
  function enter(next: McpServerState): void {
    if (closed()) return
    state = next
    onState(next)
  }

  /** Never rejects. */
  function attempt(): Promise<void> {
    undoRetry()
    connecting ??= connectNow().finally(() => {
      connecting = undefined
    })
    return connecting
  }

  async function connectNow(): Promise<void> {
    if (closed()) return
    if (state.type !== 'starting') enter({ type: 'starting' })
    let lost: string | undefined
    let next: Connection | undefined
    try {
      next = await connect(
        {
          server: config,
          clock,
          maxMessageBytes,
          onLost(reason) {
            lost = reason
            if (next !== undefined && connection === next) onLost(reason)
          },
          onListChanged: changed,
          onStderr: words,
          onNoise: (what) => words(what.slice(0, 300)),
        },
        stop.signal,
      )
      const list = await next.list()
      if (lost !== undefined) throw new Error(lost)
      tools = list.tools
      connection = next
      connectedAt = clock.now()
      enter({ type: 'ready', tools: tools.length, leftOut: list.leftOut.map(scrub) })
      if (closed()) retire(next)
    } catch (error) {
      if (next) retire(next)
      later(error instanceof Error ? error.message : String(error))
    }
  }

  function onLost(reason: string): void {
    connection = undefined
    if (clock.now() - connectedAt >= GOOD_MS) failures = 0
    later(reason)
  }

  function later(reason: string): void {
    if (closed()) return
    const delay = backoffDelay({ attempt: failures++, ...BACKOFF, random: random() })
    enter({ type: 'waiting', reason: scrub(reason), retryAt: clock.now() + delay })
    undoRetry = clock.schedule(delay, () => void attempt())
  }

  function retire(old: Connection): void {
    const closing = old.close().finally(() => closings.delete(closing))
    closings.add(closing)
  }

  /** The server says that its tools have changed. However often it says so, one request is on its way. */
  function changed(): void {
    if (listing) {
      changedAgain = true
      return
    }
    const from = connection
    if (!from) return
    listing = from
      .list()
      .then((list) => {
        if (connection !== from) return
        tools = list.tools
        enter({ type: 'ready', tools: tools.length, leftOut: list.leftOut.map(scrub) })
      })
      // The list that is known stays.
      .catch((error: unknown) => words(`its changed list of tools could not be read: ${String(error)}`))
      .finally(() => {
        listing = undefined
        if (!changedAgain) return
        changedAgain = false
        clock.schedule(BETWEEN_LISTS_MS, changed)
      })
  }

  /** @throws McpFailure */
  async function connected(signal: AbortSignal): Promise<Connection> {
    if (state.type === 'waiting' && (failures <= 1 || state.retryAt - clock.now() <= WAIT_FOR_RETRY_MS)) {
      if (failures > 1) await until(state.retryAt, signal)
      await withSignal(attempt(), signal)
    } else if (connecting) await withSignal(connecting, signal)
    if (connection) return connection
    throw new McpFailure(whyNot())
  }

  function until(time: number, signal: AbortSignal): Promise<void> {
    return withSignal(new Promise((resolve) => clock.schedule(time - clock.now(), resolve)), signal)
  }

  function whyNot(): string {
    if (state.type !== 'waiting') return 'is closed'
    const seconds = Math.max(1, Math.ceil((state.retryAt - clock.now()) / 1000))
    return `is not connected: ${state.reason}. The next attempt is in ${seconds} s`
  }

  const first = attempt()
  const patience = new Promise<void>((resolve) => {
    const undo = clock.schedule(WAIT_FOR_LIST_MS, resolve)
    void first.then(() => {
      undo()
      resolve()
    })
  })

  return {
    name,
    get state() {
      return state
    },
    async tools() {
      await patience
      if (listing)
        await Promise.race([listing, new Promise<void>((resolve) => clock.schedule(BETWEEN_LISTS_MS, resolve))])
      return tools
    },
    async call(tool, input, context) {
      try {
        const result = await (await connected(context.signal)).call(tool, input, context)
        failures = 0
        return result
      } catch (error) {
        if (!(error instanceof McpFailure)) throw error
        throw new Error(scrub(`The MCP server “${name}” ${error.message.replace(/\.$/, '')}.`))
      }
    },
    async close() {
      if (closed()) return
      undoRetry()
      enter({ type: 'closed' })
      stop.abort(new Error('it was closed'))
      if (connection) retire(connection)
      connection = undefined
      await connecting
      await Promise.all(closings)
    },
  }
}

/** Rejects with the signal's reason when it aborts. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
