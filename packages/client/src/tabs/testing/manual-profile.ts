/**
 * A browser profile that only moves when told: programs (tabs, a worker) with locks, broadcast channels and ports between
 * them, which can be frozen and killed at any moment. The double of `Neighbours`.
 *
 * As in a browser: a frozen program keeps its locks and may be given more, what is posted to it waits, its timers are due
 * when it wakes; a dead one has no locks, and the other ends of its lines are not notified.
 */
import type { Clock } from '@holdfast/core'
import { createManualClock, type ManualClock } from '@holdfast/core/testing'
import type { Line, Locks, Neighbours } from '../../environment/neighbours.ts'
import type { RunTransport } from '../../transport/port.ts'

export interface Program {
  readonly id: string
  readonly clock: Clock
  readonly neighbours: Neighbours
  /** Runs it as soon as this program is awake. */
  run(task: () => void): void
  freeze(): void
  thaw(): void
  kill(): void
  /** What this program has of a server: frozen it hears nothing, dead its connections are closed. */
  reaching(server: RunTransport): RunTransport
}

export interface ManualProfile {
  readonly clock: ManualClock
  open(): Program
  /** The shared worker, once a tab has connected to it. */
  readonly worker: Program | undefined
  /** Which program has this lock. */
  holder(name: string): string | undefined
}

export interface ManualProfileOptions {
  /** What the shared worker's script does; without it the browser has none. */
  readonly script?: (worker: Program, eachConnection: (onLine: (line: Line) => void) => void) => void
}

interface Hold {
  readonly name: string
  readonly by: Runner
  grant(): void
  steal(): void
}

interface Runner {
  readonly id: string
  readonly dead: AbortSignal
  run(task: () => void): void
}

export function createManualProfile({ script }: ManualProfileOptions = {}): ManualProfile {
  const clock = createManualClock()
  const holders = new Map<string, Hold>()
  const queues = new Map<string, Hold[]>()
  const boards = new Map<string, Set<{ readonly by: Runner; hear(message: unknown): void }>>()
  let programs = 0
  let worker: { readonly program: Program; connect(line: Line): void; readonly runner: Runner } | undefined

  function release(hold: Hold): void {
    const queue = queues.get(hold.name) ?? []
    queues.set(
      hold.name,
      queue.filter((other) => other !== hold),
    )
    if (holders.get(hold.name) !== hold) return
    holders.delete(hold.name)
    const next = queues.get(hold.name)?.shift()
    if (next) give(next)
  }

  function give(hold: Hold): void {
    holders.set(hold.name, hold)
    hold.grant()
  }

  function locksOf(by: Runner): Locks {
    return {
      hold(name, { steal = false, signal }, held) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const stolen = new AbortController()
        const done = () => {
          release(hold)
          by.run(resolve)
        }
        const hold: Hold = {
          name,
          by,
          grant: () => by.run(() => void held(stolen.signal).then(done, done)),
          steal() {
            by.run(() => stolen.abort())
            by.run(resolve)
          },
        }
        by.dead.addEventListener('abort', () => release(hold))
        signal?.addEventListener('abort', () => {
          if (holders.get(name) !== hold) done()
        })
        if (signal?.aborted) by.run(resolve)
        else if (steal) {
          holders.get(name)?.steal()
          give(hold)
        } else if (holders.has(name)) queues.set(name, [...(queues.get(name) ?? []), hold])
        else give(hold)
        return promise
      },
    }
  }

  function broadcast(by: Runner, name: string): Line {
    const ends = boards.get(name) ?? new Set()
    boards.set(name, ends)
    const listeners = new Set<(message: unknown) => void>()
    const end = {
      by,
      hear(message: unknown) {
        for (const listener of [...listeners]) listener(message)
      },
    }
    ends.add(end)
    by.dead.addEventListener('abort', () => ends.delete(end))
    return {
      post(message) {
        const clone: unknown = structuredClone(message)
        if (!ends.has(end)) return
        for (const other of ends) if (other !== end) other.by.run(() => ends.has(other) && other.hear(clone))
      },
      listen(onMessage) {
        listeners.add(onMessage)
        return () => void listeners.delete(onMessage)
      },
      close: () => void ends.delete(end),
    }
  }

  function make(): { program: Program; runner: Runner } {
    programs += 1
    const id = `program-${programs}`
    const dying = new AbortController()
    let waiting: (() => void)[] | undefined

    function run(task: () => void): void {
      if (dying.signal.aborted) return
      if (waiting) waiting.push(task)
      else queueMicrotask(() => (waiting ? waiting.push(task) : !dying.signal.aborted && task()))
    }

    const runner: Runner = { id, dead: dying.signal, run }
    const program: Program = {
      id,
      clock: { now: clock.now, schedule: (ms, task) => scheduled(ms, task, run) },
      neighbours: {
        locks: locksOf(runner),
        broadcast: (name) => broadcast(runner, name),
        sharedWorker(_url, name) {
          if (!script) return undefined
          worker ??= start(script)
          const line = `${name} ${id} ${programs}`
          const far = broadcast(worker.runner, line)
          const near = broadcast(runner, line)
          worker.connect(far)
          return near
        },
      },
      run,
      freeze() {
        waiting ??= []
      },
      thaw() {
        const late = waiting ?? []
        waiting = undefined
        for (const task of late) run(task)
      },
      kill: () => dying.abort(),
      reaching: (server) => reaching(server, runner),
    }
    return { program, runner }
  }

  function scheduled(ms: number, task: () => void, run: (task: () => void) => void): () => void {
    let undone = false
    const undo = clock.schedule(ms, () => run(() => !undone && task()))
    return () => {
      undone = true
      undo()
    }
  }

  function start(play: NonNullable<typeof script>): NonNullable<typeof worker> {
    const { program, runner } = make()
    let onLine: (line: Line) => void = () => {}
    play(program, (listener) => {
      onLine = listener
    })
    return { program, runner, connect: (line) => onLine(line) }
  }

  return {
    clock,
    open: () => make().program,
    get worker() {
      return worker?.program
    },
    holder: (name) => holders.get(name)?.by.id,
  }
}

function reaching(server: RunTransport, { run, dead }: Runner): RunTransport {
  const heard = <Handlers extends object>(handlers: Handlers): Handlers =>
    Object.fromEntries(
      Object.entries(handlers).map(([name, act]) => [name, (...args: unknown[]) => run(() => act(...args))]),
    ) as Handlers
  const settled = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => run(() => resolve(value)),
        (error: unknown) => run(() => reject(error)),
      )
    })
  return {
    ask: (verb, args, signal) => settled(server.ask(verb, args, signal)),
    open: (source, signal) =>
      settled(
        server.open({ ...source, handlers: heard(source.handlers) } as typeof source, AbortSignal.any([signal, dead])),
      ),
  }
}
