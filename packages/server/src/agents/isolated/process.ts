/**
 * The process of a config module, as the server sees it: started, watched, ended, started again with back-off. Owns: its
 * life. Does not know: what is asked of it.
 *
 * It is a process and not a thread: a thread shares the heap's limit of last resort, native crashes and `process.kill`
 * with the server (decision 0107).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import type { Clock } from '@holdfast/core'
import { openPipe, type Pipe } from './pipe.ts'

/** Why a process is gone. */
export type Loss =
  | { readonly type: 'blocked' }
  | { readonly type: 'threw' }
  | { readonly type: 'memory' }
  | { readonly type: 'broken' }
  | { readonly type: 'exited'; readonly how: string }

export interface ModuleProcessOptions {
  /** Path of the program, and its arguments. */
  readonly program: readonly string[]
  readonly clock: Clock
  /** Milliseconds without an answer after which it counts as blocked. May change once the module is loaded. */
  readonly maxBlockedMs: () => number
  readonly maxHeapMiB: number
  readonly attention: () => readonly (readonly [number, 'focused' | 'visible' | 'none'])[]
  onMessage(message: unknown): void
  /** Once. */
  onLost(loss: Loss): void
}

export interface ModuleProcess {
  readonly pipe: Pipe
  /** It answered. */
  alive(): void
  /** An uncaught error has been reported: the end that follows is its. */
  threw(): void
  /** Resolves when it is gone, within a second. */
  close(): Promise<void>
  kill(): void
}

/** Pings within `maxBlockedMs`. A server that itself stands still sends none, and blames nobody. */
const PINGS = 10
const MAX_LINE = 64 << 20
const GRACE_MS = 1_000
/** Node's own switches for watching and looking into a process belong to the server. */
const NOT_PASSED_ON = /^--(inspect|watch|prof|cpu-prof|heap-prof|test|eval|print|require=|max-old-space-size)|^-[ep]$/

export function startModuleProcess(options: ModuleProcessOptions): ModuleProcess {
  const { program, clock, maxBlockedMs, maxHeapMiB, attention, onMessage, onLost } = options
  const { WATCH_REPORT_DEPENDENCIES: _, ...env } = process.env
  const flags = process.execArgv.filter((flag) => !NOT_PASSED_ON.test(flag))
  const child: ChildProcess = spawn(
    process.execPath,
    [...flags, `--max-old-space-size=${maxHeapMiB}`, ...program],
    // stdout has one line, the server's: what the module prints goes to stderr.
    { stdio: ['ignore', 2, 2, 'pipe'], env, detached: process.platform !== 'win32' },
  )
  const gone = Promise.withResolvers<void>()
  // A module that never pauses does not notice that the server is gone.
  const onExit = () => void child.kill('SIGKILL')
  process.on('exit', onExit)
  let loss: Loss | undefined
  let unanswered = 0
  let undoPing = () => {}

  const pipe = openPipe({
    stream: child.stdio[3] as Duplex,
    maxBytes: MAX_LINE,
    onMessage,
    onBroken: () => end({ type: 'broken' }),
  })

  function end(why: Loss): void {
    loss ??= why
    child.kill('SIGKILL')
  }

  function ping(): void {
    if (unanswered >= PINGS) {
      end({ type: 'blocked' })
      return
    }
    unanswered++
    pipe.send({ t: 'ping', attention: attention() })
    undoPing = clock.schedule(maxBlockedMs() / PINGS, ping)
  }
  undoPing = clock.schedule(maxBlockedMs() / PINGS, ping)

  let over = false
  function lost(why: Loss): void {
    if (over) return
    over = true
    undoPing()
    process.off('exit', onExit)
    gone.resolve()
    onLost(loss ?? why)
  }
  child.once('error', (error) => lost({ type: 'exited', how: error.message }))
  // `close`, not `exit`: what it has sent before has arrived.
  child.once('close', (code, signal) => {
    // V8 aborts when the heap is full.
    if (signal === 'SIGABRT' || code === 134) return lost({ type: 'memory' })
    lost({ type: 'exited', how: signal === null ? `with exit code ${code}` : `by ${signal}` })
  })

  return {
    pipe,
    alive() {
      unanswered = 0
    },
    threw() {
      loss ??= { type: 'threw' }
    },
    kill: () => void child.kill('SIGKILL'),
    async close() {
      pipe.send({ t: 'close' })
      pipe.flush()
      const undo = clock.schedule(GRACE_MS, () => child.kill('SIGKILL'))
      await gone.promise
      undo()
    },
  }
}
