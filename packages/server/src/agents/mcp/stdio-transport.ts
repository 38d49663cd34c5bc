/**
 * A Transport of the MCP client over a program's stdin and stdout. Owns: the process and everything it starts (a process
 * group of its own), how long a message may be, how fast it may send. Does not know: what the messages mean.
 *
 * The client library's own transport is not used, because it has no limit on what a server sends within a time, ends the
 * connection at a message that is too long, and leaves behind what the program has started.
 *
 * Invariants:
 * - Memory per connection is bounded by one message. A message that is too long fails the call that it answers; if it does
 *   not say which, the connection ends.
 * - A program that sends too fast is read more slowly, so it waits on its own pipe.
 * - After `close`, no process of the group is left. If this process is killed, the program's stdin ends.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Clock } from '@holdfast/core'
import { deserializeMessage, type JSONRPCMessage, serializeMessage, type Transport } from '@modelcontextprotocol/client'
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio'
import spawn from 'cross-spawn'
import { createLineCutter } from '../lines.ts'
import type { StdioServer } from './config.ts'
import { createPace } from './pace.ts'

export interface StdioTransportOptions {
  readonly server: StdioServer
  readonly clock: Clock
  readonly maxMessageBytes: number
  /** Lines of stderr, cut to a length. */
  onStderr(line: string): void
  /** Once, when the process is gone or unusable: why. */
  onLost(reason: string): void
}

/** JSON-RPC's code for errors that an implementation defines. */
export const TOO_LONG = -32_098

const MESSAGES = { perSecond: 1_000, burst: 5_000 }
const BYTES = { perSecond: 32 << 20, burst: 64 << 20 }
const STDERR_BYTES = { perSecond: 1 << 20, burst: 4 << 20 }
const MAX_STDERR_LINE = 1_000
/** Milliseconds to end after stdin has ended, and again after SIGTERM. */
const GRACE_MS = 1_000
/** Milliseconds for output that is still in the pipe when the process is gone. */
const LAST_WORDS_MS = 250

/** The id of an answer, at its beginning or its end, where the known libraries write it. */
const ID_FIRST = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,/
const ID_LAST = /, ?"id": ?(\d{1,15})(?:, ?"jsonrpc": ?"2\.0")?\}$/

export function createStdioTransport(options: StdioTransportOptions): Transport {
  const { server, clock, maxMessageBytes, onStderr, onLost } = options
  let child: ChildProcessWithoutNullStreams | undefined
  let lost = false
  const gone = Promise.withResolvers<void>()
  const transport: Transport = { start, send, close }

  function lose(reason: string): void {
    if (lost) return
    lost = true
    onLost(reason)
    transport.onclose?.()
  }

  async function start(): Promise<void> {
    const program = spawn(server.command, [...(server.args ?? [])], {
      env: { ...getDefaultEnvironment(), ...server.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(server.cwd !== undefined && { cwd: server.cwd }),
      // A group of its own: what the program starts (npx starts the server) ends with it, and a Ctrl-C in the terminal
      // reaches only Holdfast, which ends it in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
    }) as ChildProcessWithoutNullStreams
    const started = Promise.withResolvers<void>()
    program.once('spawn', started.resolve)
    program.once('error', (error) => {
      started.reject(error)
      gone.resolve()
      lose(`it could not be started (${codeOf(error)})`)
    })
    listen(program)
    await started.promise
    child = program
    running.add(program)
  }

  function listen(program: ChildProcessWithoutNullStreams): void {
    for (const stream of [program.stdin, program.stdout, program.stderr]) stream.on('error', () => {})
    const ended = Promise.withResolvers<void>()
    const messages = createPace(clock, MESSAGES)
    const bytes = createPace(clock, BYTES)
    let wait = 0
    const cut = createLineCutter({
      maxBytes: maxMessageBytes,
      onLine(line) {
        wait = Math.max(wait, messages(1))
        receive(line)
      },
      onTooLong: ({ head, tail, bytes: size }) =>
        refuse(ID_FIRST.exec(head)?.[1] ?? ID_LAST.exec(tail.trimEnd())?.[1], size),
    })
    program.stdout.on('data', (chunk: Buffer) => {
      if (lost) return
      wait = bytes(chunk.length)
      cut(chunk)
      if (wait <= 0) return
      program.stdout.pause()
      clock.schedule(wait, () => program.stdout.resume())
    })
    program.stdout.once('close', ended.resolve)
    listenToStderr(program)
    program.once('exit', (code, signal) => {
      running.delete(program)
      // Whatever it started and left behind.
      kill(program, 'SIGKILL')
      gone.resolve()
      const undo = clock.schedule(LAST_WORDS_MS, ended.resolve)
      void ended.promise.then(() => {
        undo()
        lose(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`)
        for (const stream of [program.stdin, program.stdout, program.stderr]) stream.destroy()
      })
    })
  }

  function listenToStderr(program: ChildProcessWithoutNullStreams): void {
    const pace = createPace(clock, STDERR_BYTES)
    const line = createLineCutter({
      maxBytes: MAX_STDERR_LINE,
      onLine: onStderr,
      onTooLong: ({ head }) => onStderr(`${head}…`),
    })
    program.stderr.on('data', (chunk: Buffer) => {
      line(chunk)
      const wait = pace(chunk.length)
      if (wait <= 0) return
      program.stderr.pause()
      clock.schedule(wait, () => program.stderr.resume())
    })
  }

  function receive(line: string): void {
    let message: JSONRPCMessage
    try {
      message = deserializeMessage(line)
    } catch {
      // Many programs print to stdout what belongs on stderr.
      if (line.trim() !== '') transport.onerror?.(new Error('sent a line on stdout that is not a JSON-RPC message'))
      return
    }
    transport.onmessage?.(message)
  }

  function refuse(id: string | undefined, size: number): void {
    if (id === undefined) {
      lose(`it sent a message of ${megabytes(size)}, more than the ${megabytes(maxMessageBytes)} that are allowed`)
      void close()
      return
    }
    const message = `The answer of ${megabytes(size)} is longer than the ${megabytes(maxMessageBytes)} that are allowed, and was discarded.`
    transport.onmessage?.({ jsonrpc: '2.0', id: Number(id), error: { code: TOO_LONG, message } })
  }

  async function send(message: JSONRPCMessage): Promise<void> {
    if (lost || !child) throw new Error('Not connected')
    // A program that does not read its stdin must not hold the caller: the call has its own time-out.
    child.stdin.write(serializeMessage(message))
  }

  async function close(): Promise<void> {
    lose('it was closed')
    const program = child
    if (!program || program.exitCode !== null || program.signalCode !== null) return
    program.stdin.end()
    if (await within(GRACE_MS)) return
    kill(program, 'SIGTERM')
    if (await within(GRACE_MS)) return
    kill(program, 'SIGKILL')
    await gone.promise
  }

  /** Whether the process has gone within this time. */
  function within(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const undo = clock.schedule(ms, () => resolve(false))
      void gone.promise.then(() => {
        undo()
        resolve(true)
      })
    })
  }

  return transport
}

/** Programs that run now: if this process exits without closing them, they are asked to end. */
const running = new Set<ChildProcessWithoutNullStreams>()
process.on('exit', () => {
  for (const program of running) kill(program, 'SIGTERM')
})

/** The program and everything in its group. */
function kill(program: ChildProcessWithoutNullStreams, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (program.pid === undefined) return
  try {
    if (process.platform === 'win32') program.kill(signal)
    else process.kill(-program.pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}

export const megabytes = (bytes: number) => `${(bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0)} MB`

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' ? 'there is no such program' : typeof code === 'string' ? code : 'unknown cause'
}
