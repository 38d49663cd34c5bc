/**
 * Runs what the ringer's model asks for: timers, locks of the browser profile, the record of what it has shown, claims.
 *
 * Owns: all of these. Does not know: what is decided, what a toast or a notification looks like (it is passed in).
 */
import type { Locks } from '../environment/neighbours.ts'
import type { Environment } from '../environment/port.ts'
import type { RunTransport } from '../transport/port.ts'
import { createClaims } from './claims.ts'
import { createHeldLocks } from './held-locks.ts'
import type { Ring, RingerEffect, RingerEvent, RungAs } from './ringer-state.ts'
import { createRungRecord, type RungRecord } from './rung-record.ts'
import { createTimers } from './timers.ts'

/** Shows and closes. Nothing here throws, and nothing waits for it. */
export interface Ringing {
  show(ring: Ring): void
  /** `isGroup`: what is shown for several at once. */
  close(as: RungAs, ids: readonly string[], isGroup: boolean): void
}

export interface EffectsOptions {
  readonly transport: Pick<RunTransport, 'ask'>
  readonly environment: Pick<Environment, 'clock' | 'shared' | 'mintId' | 'random'>
  readonly locks: Locks | undefined
  readonly ringing: Ringing
  readonly closed: AbortSignal
  dispatch(event: RingerEvent): void
}

export interface Effects {
  readonly record: RungRecord
  run(effect: RingerEffect): void
  close(): void
}

/** No id of a notice has a space. */
const PATIENCE = 'the patience'
const GATHER = 'the gathering'

export function createRingerEffects(options: EffectsOptions): Effects {
  const { transport, environment, ringing, closed, dispatch } = options
  const record = createRungRecord(environment)
  const timers = createTimers(environment.clock)
  const locks = createHeldLocks(options.locks, closed)
  const { deviceId } = record
  const claim = createClaims({ transport, environment, deviceId, closed, answered: dispatch })
  const at = environment.clock.now

  function run(effect: RingerEffect): void {
    switch (effect.type) {
      case 'wait': {
        const { id, ms } = effect
        timers.set(id, ms, () => dispatch({ type: 'due', id, at: at() }))
        return
      }
      case 'wait-no-more':
        timers.undo(effect.id)
        return
      case 'be-patient':
        timers.set(PATIENCE, effect.ms, () => dispatch({ type: 'impatient', at: at() }))
        return
      case 'gather':
        if (!timers.has(GATHER)) timers.set(GATHER, effect.ms, () => dispatch({ type: 'gathered', at: at() }))
        return
      case 'lock': {
        const { id } = effect
        locks.hold(id, () => dispatch({ type: 'locked', id, rung: record.has(id), at: at() }))
        return
      }
      case 'unlock':
        locks.release(effect.id)
        return
      case 'claim':
        void claim(effect.id)
        return
      case 'record':
        if (!record.add(effect.ids)) for (const id of effect.ids) locks.keep(id)
        return
      case 'ring':
        ringing.show(effect)
        return
      case 'close':
        ringing.close(effect.as, effect.ids, effect.isGroup)
    }
  }

  return {
    record,
    run,
    close() {
      timers.close()
      locks.close()
    },
  }
}
