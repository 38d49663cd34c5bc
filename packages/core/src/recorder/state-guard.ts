/**
 * Bounds the shared state that an agent builds: the state and the contents of activities. A short patch can have a huge
 * result: thirty `copy` operations double a state to gigabytes, and a thousand short `add`s nest it deeper than a JSON
 * serialiser can go.
 *
 * Owns: a copy of each shared value, patched as every reader will patch it. Does not know: who reads.
 *
 * Invariants:
 * - What an event copies counts as if it had been sent.
 * - No shared value is nested deeper than an event may be, or larger than `maxStateBytes` plus an eighth.
 */
import {
  type ActivityDeltaEvent,
  type ActivitySnapshotEvent,
  type Event,
  EventType,
  type JsonPatchOperation,
  type Message,
  type MessagesSnapshotEvent,
  type StateDeltaEvent,
  type StateSnapshotEvent,
} from '@ag-ui/core'
import { applyPatch, MAX_COPIED, type Owned } from '../json/patch.ts'
import { weigh } from '../json/weigh.ts'
import { tooMuch } from './refusal.ts'

export interface StateLimits {
  /** UTF-8 bytes of one event. */
  readonly maxEventBytes: number
  readonly maxDepth: number
  /** Size of one shared value, in UTF-16 units of its JSON. */
  readonly maxStateBytes: number
}

/** Events that create or change a shared value. */
type SharedEvent =
  | StateSnapshotEvent
  | StateDeltaEvent
  | ActivitySnapshotEvent
  | ActivityDeltaEvent
  | MessagesSnapshotEvent

const CHANGES = new Set<EventType>([
  EventType.STATE_SNAPSHOT,
  EventType.STATE_DELTA,
  EventType.ACTIVITY_SNAPSHOT,
  EventType.ACTIVITY_DELTA,
  EventType.MESSAGES_SNAPSHOT,
] satisfies SharedEvent['type'][])

export function changesShared(event: Event): event is SharedEvent {
  return CHANGES.has(event.type)
}

export interface StateGuard {
  /** How many bytes an event, whose JSON has `size` bytes, copies. @throws Refusal over a limit */
  admit(event: SharedEvent, size: number): number
}

interface Shared {
  value: unknown
  /** At least its weight, except for the eighth. */
  weight: number
  readonly owned: Owned
}

/** Members of containers that one patch may copy or move. A short patch can shift a long list many times. */
const MAX_STEPS = 1_000_000

export function createStateGuard(
  given: { readonly state?: unknown; readonly messages: readonly Message[] },
  limits: StateLimits,
): StateGuard {
  const { maxEventBytes, maxDepth, maxStateBytes } = limits
  const activities = new Map<string, Shared>()
  let state = shared(given.state ?? null, maxStateBytes)

  /** A given activity is only read when it is patched. It was accepted before, whatever its size. */
  function activity(id: string): Shared | undefined {
    const known = activities.get(id)
    if (known) return known
    const message = given.messages.find((one) => one.role === 'activity' && one.id === id)
    if (!message) return undefined
    const first = shared(message.content, maxStateBytes)
    activities.set(id, first)
    return first
  }

  function patch(target: Shared, operations: readonly JsonPatchOperation[], size: number): number {
    for (const operation of operations) {
      const depth = depthOf(operation.path)
      const value = 'value' in operation ? operation.value : undefined
      if (depth > maxDepth || weigh(value, { size: maxEventBytes, depth: maxDepth - depth }) === undefined) tooDeep()
    }
    let copied = 0
    let steps = 0
    const patched = applyPatch(target.value, operations, target.owned, {
      copies(value, path) {
        const size = Math.min(maxEventBytes, MAX_COPIED) - copied
        const weight = weigh(value, { size, depth: Math.max(0, maxDepth - depthOf(path)) })
        if (weight === undefined) return tooMuch('The agent sent a patch that copies more than an event may contain.')
        copied += weight
      },
      touches(members) {
        steps += members
        if (steps > MAX_STEPS) tooMuch('The agent sent a patch that takes too much work to apply.')
      },
    })
    if (patched === undefined) return copied
    target.value = patched.value
    target.weight += size + copied
    if (target.weight > maxStateBytes) target.weight = weighAgain(target.value)
    return copied
  }

  /** At most seven eighths of the limit, so that a value at the limit is not weighed again with every event. */
  function weighAgain(value: unknown): number {
    const weight = weigh(value, { size: maxStateBytes, depth: maxDepth })
    if (weight === undefined) return tooMuch(`The agent made a shared state of more than ${maxStateBytes} bytes.`)
    return Math.min(weight, Math.floor((maxStateBytes * 7) / 8))
  }

  return {
    admit(event, size) {
      switch (event.type) {
        case EventType.STATE_SNAPSHOT:
          state = shared(event.snapshot, size)
          return 0
        case EventType.STATE_DELTA:
          return patch(state, event.delta, size)
        case EventType.ACTIVITY_SNAPSHOT:
          if (event.replace !== false || !activity(event.messageId)) {
            activities.set(event.messageId, shared(event.content, size))
          }
          return 0
        case EventType.ACTIVITY_DELTA: {
          const target = activity(event.messageId)
          return target ? patch(target, event.patch as readonly JsonPatchOperation[], size) : 0
        }
        case EventType.MESSAGES_SNAPSHOT:
          for (const message of event.messages) {
            if (message.role === 'activity') activities.set(message.id, shared(message.content, size))
          }
          return 0
      }
    },
  }
}

function shared(value: unknown, weight: number): Shared {
  return { value, weight, owned: new Set() }
}

function depthOf(path: string): number {
  let depth = 0
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) depth++
  return depth
}

function tooDeep(): never {
  tooMuch('The agent sent a patch that nests the shared state deeper than an event may be.')
}
