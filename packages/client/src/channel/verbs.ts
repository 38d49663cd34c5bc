/**
 * What may be asked over a port, and with what: a total table over the transport's verbs.
 *
 * Owns: which arguments are none. Does not know: messages, who asks. A body is only known to be an object: what is in
 * it the server judges, as it judges everybody's.
 */
import { type CreateRoomBody, type EditRunBody, isId, keyOf, type PresenceBody, type StartBody } from '@holdfast/core'
import type { DeleteThreadOptions, RunTransport } from '../transport/port.ts'
import { isPlain, type Verb } from './messages.ts'

/** Undefined: these are no arguments of this verb. */
type Call = (to: RunTransport, args: readonly unknown[], signal: AbortSignal) => Promise<unknown> | undefined

const VERBS: { readonly [Each in Verb]: Call } = {
  agents: (to) => to.agents(),
  rooms: (to) => to.rooms(),
  createRoom: (to, [value]) => given(body<CreateRoomBody>(value), (it) => to.createRoom(it)),
  changeRoom: (to, [roomId, value]) => given(id(roomId), (room) => given(body(value), (it) => to.changeRoom(room, it))),
  deleteRoom: (to, [roomId, options]) => given(id(roomId), (room) => to.deleteRoom(room, how(options))),
  threads: (to, [roomId, query]) => given(id(roomId), (room) => given(body(query ?? {}), (it) => to.threads(room, it))),
  runs: (to, [query]) => given(body(query ?? {}), (it) => to.runs(it)),
  runEvents: (to, [value, runId, query]) =>
    given(keyOf(value), (key) =>
      given(id(runId), (run) => given(body(query ?? {}), (it) => to.runEvents(key, run, it))),
    ),
  snapshot: (to, [value], signal) => given(keyOf(value), (key) => to.snapshot(key, signal)),
  start: (to, [value, more]) => given(keyOf(value), (key) => given(body<StartBody>(more), (it) => to.start(key, it))),
  cancelRun: (to, [value, runId, reason]) =>
    given(keyOf(value), (key) => given(id(runId), (run) => to.cancelRun(key, run, text(reason)))),
  cancelThread: (to, [value, reason]) => given(keyOf(value), (key) => to.cancelThread(key, text(reason))),
  changeRun: (to, [value, runId, more]) =>
    given(keyOf(value), (key) =>
      given(id(runId), (run) => given(body<EditRunBody>(more), (it) => to.changeRun(key, run, it))),
    ),
  changeQueue: (to, [value, more]) => given(keyOf(value), (key) => given(body(more), (it) => to.changeQueue(key, it))),
  changeThread: (to, [value, more]) =>
    given(keyOf(value), (key) => given(body(more), (it) => to.changeThread(key, it))),
  deleteThread: (to, [value, options]) => given(keyOf(value), (key) => to.deleteThread(key, how(options))),
  presence: (to, [value]) => given(body<PresenceBody>(value), (it) => to.presence(it)),
  inbox: (to) => to.inbox(),
}

export function isVerb(value: unknown): value is Verb {
  return typeof value === 'string' && Object.hasOwn(VERBS, value)
}

export function call(
  to: RunTransport,
  verb: Verb,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown> | undefined {
  return VERBS[verb](to, args, signal)
}

function given<T, Result>(value: T | undefined, then: (value: T) => Result | undefined): Result | undefined {
  return value === undefined ? undefined : then(value)
}

function id(value: unknown): string | undefined {
  return isId(value) ? value : undefined
}

function body<T extends object>(value: unknown): T | undefined {
  return isPlain(value) ? (value as T) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function how(value: unknown): DeleteThreadOptions {
  return { force: isPlain(value) && value.force === true }
}
