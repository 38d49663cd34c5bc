/**
 * One thread as a pure function: what follows from each event, as a new state and a list of effects.
 *
 * Total: each event has one entry in the table. Owns: which decision is made for which event, and what of the commands
 * is stored. Does not know: how effects are run, the conversation, observers.
 *
 * Invariants:
 * - Durable before visible: the effects that store a command come before the ones that send it.
 * - The state is complete before any effect is run, so that an effect may cause the next event.
 */
import type { ThreadKey } from '@holdfast/core'
import { cancelDelivered, cancelFailed, cancelRun, recallDecided } from './cancels.ts'
import { storedForm } from './command.ts'
import type { Effect, Emit, EventOf, ThreadEvent } from './event.ts'
import { changeQueue, queueChanged, queueChangeFailed } from './queue.ts'
import { deleted, missing, read } from './reading.ts'
import { takeShown } from './returned.ts'
import { givenUpElsewhere, restore, start, startAccepted, startFailed } from './starts.ts'
import { act, followLog, type ThreadModel } from './state.ts'

type Decide<T extends ThreadEvent['type']> = (model: ThreadModel, event: EventOf<T>, emit: Emit) => ThreadModel

const DECISIONS: { readonly [T in ThreadEvent['type']]: Decide<T> } = {
  start,
  cancel: cancelRun,
  'change-queue': changeQueue,
  dismiss: takeShown,
  restore,
  'given-up-elsewhere': givenUpElsewhere,
  'start-accepted': startAccepted,
  'start-failed': startFailed,
  'cancel-delivered': cancelDelivered,
  'cancel-failed': cancelFailed,
  'recall-decided': recallDecided,
  'live-cancelled': (model, { runId }) => act(model, { type: 'stopping', runId }),
  'queue-changed': queueChanged,
  'queue-change-failed': queueChangeFailed,
  read,
  'caught-up': followLog,
  deleted: (model, _, emit) => deleted(model, emit),
  missing: (model, _, emit) => missing(model, emit),
}

export interface Next {
  readonly state: ThreadModel
  readonly effects: readonly Effect[]
}

export function model(key: ThreadKey, before: ThreadModel, event: ThreadEvent): Next {
  const effects: Effect[] = []
  const decide = DECISIONS[event.type] as (model: ThreadModel, event: ThreadEvent, emit: Emit) => ThreadModel
  const state = decide(before, event, (effect) => void effects.push(effect))
  return { state, effects: [...storageEffects(key, before, state), ...effects] }
}

function storageEffects(key: ThreadKey, before: ThreadModel, after: ThreadModel): Effect[] {
  if (before.commands === after.commands) return []
  const runIds = new Set([...before.commands.keys(), ...after.commands.keys()])
  return [...runIds].flatMap((runId): Effect[] => {
    const command = storedForm(key, after.commands.get(runId))
    if (JSON.stringify(command) === JSON.stringify(storedForm(key, before.commands.get(runId)))) return []
    return [command ? { type: 'store', command } : { type: 'settle', runId }]
  })
}
