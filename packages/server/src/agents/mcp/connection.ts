/**
 * One connection to an MCP server, from its handshake to its end. Owns: the client library, the calls on their way, whose
 * question an elicitation is. Does not know: other servers, when to connect again.
 */
import type { Clock } from '@holdfast/core'
import {
  type CallToolResult,
  Client,
  type ElicitResult,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  type Transport,
} from '@modelcontextprotocol/client'
import { z } from 'zod'
import type { JsonObject, ToolContext } from '../tools/port.ts'
import { isHttp, type McpServerConfig } from './config.ts'
import { type Watched, withDeadline } from './deadline.ts'
import { BROKEN_OFF, createHttpTransport } from './http-transport.ts'
import { type ListedTool, readToolList, type ToolList } from './listed-tools.ts'
import { createProgress } from './progress.ts'
import { createStdioTransport, TOO_LONG } from './stdio-transport.ts'

export interface ConnectionOptions {
  readonly server: McpServerConfig
  readonly clock: Clock
  readonly maxMessageBytes: number
  /** Once, unless `close` was called: why the connection is gone. */
  onLost(reason: string): void
  onListChanged(): void
  onStderr(line: string): void
  /** Something that the server should not have sent. */
  onNoise(what: string): void
}

export interface Connection {
  /** @throws Error */
  list(): Promise<ToolList>
  /** @throws McpFailure, or the reason of the context's signal */
  call(tool: ListedTool, input: JsonObject, context: ToolContext): Promise<CallToolResult>
  /** Never rejects. */
  close(): Promise<void>
}

/** A call that failed. `message` is for a model and a person: it says what happened, as the end of a sentence. */
export class McpFailure extends Error {
  override readonly name = 'McpFailure'
}

const CALL_MS = 60_000
const START_MS = 60_000
/** A call that reports progress may take this many times as long in total. */
const TOTAL_FACTOR = 10
const LIST_MS = 30_000
const PING_MS = 5_000
const FORGET_MS = 1_000
const MAX_PAGES = 64
const MAX_WORDS = 2_000
/** Time is kept here, on the given clock; the library's own timers must not be first. */
const NEVER = { timeout: 2_147_483_647 }

/** Milliseconds that a call may take in total. */
export const totalMs = ({ timeoutMs = CALL_MS }: McpServerConfig) => Math.min(timeoutMs * TOTAL_FACTOR, 2_000_000_000)

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() })

interface Call {
  readonly context: ToolContext
  readonly watched: Watched
}

type Handshake = 'auto' | 'legacy' | { readonly pin: string }

/**
 * Over HTTP the client asks for the newest revision. Over stdio a program may end itself at a question that it does not
 * know, so the old handshake comes first; a program that refuses it is asked for the newest one.
 * @throws Error whose message is the end of a sentence: why there is no connection
 */
export async function connect(options: ConnectionOptions, stop: AbortSignal): Promise<Connection> {
  if (isHttp(options.server)) return connectBy('auto', options, stop)
  try {
    return await connectBy('legacy', options, stop)
  } catch (error) {
    if (!(error instanceof Error && error.cause instanceof ProtocolError)) throw error
    return connectBy({ pin: '2026-07-28' }, options, stop)
  }
}

async function connectBy(mode: Handshake, options: ConnectionOptions, stop: AbortSignal): Promise<Connection> {
  const { server, clock, maxMessageBytes, onListChanged, onNoise } = options
  const calls = new Set<Call>()
  let lost: string | undefined
  let connected = false
  let closing = false
  let ending: Promise<void> | undefined

  function onLost(reason: string): void {
    if (lost !== undefined) return
    lost = reason
    // Before that, it is why `connect` fails.
    if (connected && !closing) options.onLost(reason)
    void close()
  }

  const http = isHttp(server) ? createHttpTransport({ server, maxMessageBytes, onLost }) : undefined
  const transport: Transport = http
    ? http
    : createStdioTransport({
        server: server as Exclude<McpServerConfig, { url: string }>,
        clock,
        maxMessageBytes,
        onStderr: options.onStderr,
        onLost,
      })
  const client = new Client(
    { name: 'holdfast', title: 'Holdfast', version: '0.1.0' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: onListChanged } },
    },
  )
  client.onerror = (error) => onNoise(error.message)
  client.setRequestHandler('elicitation/create', (request) => elicit(calls, request.params))

  try {
    await withDeadline(
      {
        clock,
        quietMs: server.startTimeoutMs ?? START_MS,
        signal: stop,
        tooLate: () => new Error('it did not start in time'),
      },
      ({ signal }) => client.connect(transport, { ...NEVER, signal }),
    )
  } catch (error) {
    // The client closes a connection whose handshake failed: then the failure is the reason, not the close.
    const why = stop.aborted || error instanceof ProtocolError ? sentenceOf(error) : (lost ?? sentenceOf(error))
    closing = true
    await close()
    throw new Error(why, { cause: error })
  }
  if (lost !== undefined) throw new Error(lost)
  connected = true

  function close(): Promise<void> {
    closing = true
    ending ??= (async () => {
      if (http && lost === undefined)
        await withDeadline({ clock, quietMs: FORGET_MS, tooLate: () => new Error('late') }, http.forget).catch(() => {})
      await transport.close().catch(() => {})
    })()
    return ending
  }

  async function list(): Promise<ToolList> {
    const listed: unknown[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const asked: { method: 'tools/list'; params: { cursor?: string } } = {
        method: 'tools/list',
        params: cursor === undefined ? {} : { cursor },
      }
      const answer = await withDeadline(
        { clock, quietMs: LIST_MS, tooLate: () => new Error('it did not list its tools in time') },
        ({ signal }) => client.request(asked, Page, { ...NEVER, signal }),
      ).catch((error: unknown) => Promise.reject(new Error(lost ?? sentenceOf(error), { cause: error })))
      listed.push(...answer.tools)
      if (answer.nextCursor === undefined || answer.nextCursor === cursor) break
      cursor = answer.nextCursor
    }
    return readToolList(listed)
  }

  async function call(tool: ListedTool, input: JsonObject, context: ToolContext): Promise<CallToolResult> {
    const { timeoutMs = CALL_MS } = server
    let late = false
    const tooLate = () => {
      late = true
      return new McpFailure(`did not answer in time. The call was cancelled; what it has done is unknown`)
    }
    const progress = createProgress(clock, (text) => context.progress(text))
    try {
      return await withDeadline(
        { clock, quietMs: timeoutMs, totalMs: totalMs(server), signal: context.signal, tooLate },
        async (watched) => {
          const own = { context, watched }
          calls.add(own)
          try {
            return await client.callTool(
              {
                name: tool.name,
                arguments: input as Record<string, unknown>,
                _meta: { 'holdfast/toolCallId': context.toolCallId, 'holdfast/idempotencyKey': context.key },
              },
              {
                ...NEVER,
                signal: watched.signal,
                onprogress(report) {
                  watched.alive()
                  progress.say(report)
                },
                // Without its output schema: a result is passed on even if it breaks the server's own promise.
                toolDefinition: { name: tool.name, inputSchema: { ...tool.inputSchema, type: 'object' } },
              },
            )
          } finally {
            calls.delete(own)
          }
        },
      )
    } catch (error) {
      if (context.signal.aborted) throw context.signal.reason
      if (late) void ping()
      throw error instanceof McpFailure ? error : failureOf(error, lost)
    } finally {
      progress.end()
    }
  }

  /** A server that does not even answer this after a time-out hangs: it is started again. */
  async function ping(): Promise<void> {
    try {
      await withDeadline({ clock, quietMs: PING_MS, tooLate: () => new Error('late') }, ({ signal }) =>
        client.ping({ ...NEVER, signal }),
      )
    } catch (error) {
      // A refusal is an answer.
      if (!(error instanceof ProtocolError)) onLost('it no longer answers')
    }
  }

  return { list, call, close }
}

/**
 * A server's question does not say which call it belongs to. With one call on its way there is no doubt; otherwise the
 * question could reach the wrong person, so it is cancelled.
 */
async function elicit(
  calls: ReadonlySet<Call>,
  asked: { readonly message: string; readonly requestedSchema?: unknown },
): Promise<ElicitResult> {
  const [only, another] = calls
  if (!only?.context.ask || another) return { action: 'cancel' }
  const { context, watched } = only
  const aborted = new Promise<undefined>((resolve) =>
    watched.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  )
  const goOn = watched.hold()
  try {
    const schema = (asked.requestedSchema ?? { type: 'object' }) as JsonObject
    const question = { message: asked.message.slice(0, MAX_WORDS), schema }
    // The run may end with the question: then the call is over, and the person's answer comes with another one.
    const asking = context.ask?.(question).catch(() => undefined)
    const answer = await Promise.race([asking, aborted])
    switch (answer?.type) {
      case 'answered':
        return { action: 'accept', content: answer.content as NonNullable<ElicitResult['content']> }
      case 'declined':
        return { action: 'decline' }
      default:
        return { action: 'cancel' }
    }
  } finally {
    if (!context.signal.aborted) goOn()
  }
}

function failureOf(error: unknown, lost: string | undefined): McpFailure {
  const unknownEffect = 'Whether the call had an effect is unknown'
  if (error instanceof ProtocolError) {
    if (error.code === TOO_LONG) return new McpFailure(`failed: ${error.message}`)
    if (error.code === BROKEN_OFF) return new McpFailure(`broke off before its answer. ${unknownEffect}`)
    return new McpFailure(`refused the call: ${error.message.slice(0, MAX_WORDS)}`)
  }
  if (lost !== undefined) return new McpFailure(`was lost during the call: ${lost}. ${unknownEffect}`)
  if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult)
    return new McpFailure('answered with something that is not a result of a tool')
  return new McpFailure(`failed: ${sentenceOf(error)}`)
}

/** The first line of what the library says, without a full stop. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const line = text.split('\n').find((each) => each.trim() !== '') ?? 'for an unknown reason'
  return line.slice(0, 300).replace(/\.$/, '')
}
