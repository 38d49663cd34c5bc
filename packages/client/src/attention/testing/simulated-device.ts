/**
 * One device of the simulated person: a browser profile with windows that share locks and a record, over a network that
 * loses requests and answers. Windows are frozen and crash at any moment.
 *
 * Owns: locks, the record, what a frozen window has still to do. Runs the real model of the ringer in each window.
 */
import { type NotificationSettings, sameKey, type ThreadKey } from '@holdfast/core'
import type { Notice } from '../notice.ts'
import { ringerStart, stepRinger } from '../ringer-model.ts'
import type { Around, RingerEffect, RingerEvent, RingerState } from '../ringer-state.ts'
import type { Agenda } from './agenda.ts'
import type { Random } from './random.ts'
import { createSimulatedLocks, type SimulatedLocks } from './simulated-locks.ts'
import type { SimulatedServer } from './simulated-server.ts'

/** What a lease of the server may last after the last report. */
const LEASE_MS = 30_000

export interface World {
  readonly agenda: Agenda
  readonly random: Random
  readonly server: SimulatedServer
  readonly settings: NotificationSettings
  isMuted(key: ThreadKey): boolean
  /** A share of requests and of answers that are lost. */
  lossy: number
  rang(id: string, by: SimulatedWindow): void
  /** It was decided here that nothing is to be shown. */
  settled(id: string): void
  /** The person has read it: everyone learns of it. */
  read(key: ThreadKey, seq: number): void
}

export interface SimulatedDevice {
  readonly id: string
  readonly windows: readonly SimulatedWindow[]
  readonly rung: ReadonlySet<string>
  readonly mayNotify: boolean
}

export interface SimulatedWindow {
  readonly device: SimulatedDevice
  readonly alive: boolean
  /** It reports that it is open, or has until a moment ago. */
  readonly isKnown: boolean
  readonly around: Around
  /** It would show it if it were its turn. */
  couldShow(id: string): boolean
  hear(notice: Notice): void
  heardRead(key: ThreadKey, seq: number): void
  /** What the person sees of it, and which thread it shows. */
  turn(window: Around['window'], shown: readonly ThreadKey[]): void
  freeze(): void
  thaw(): void
  crash(): void
}

export function createSimulatedDevice(id: string, windows: number, world: World): SimulatedDevice {
  const { random } = world
  const rung = new Set<string>()
  /** Its clock is wrong by up to a day. */
  const skew = random.between(-86_400_000, 86_400_000)
  const device = { id, rung, mayNotify: random.chance(0.7), windows: [] as SimulatedWindow[] }

  const profile = { device, rung, skew, ...createSimulatedLocks<SimulatedWindow>() }
  for (let n = 0; n < windows; n += 1) device.windows.push(createWindow(profile, world))
  return device
}

interface Profile extends SimulatedLocks<SimulatedWindow> {
  readonly device: SimulatedDevice
  readonly rung: Set<string>
  readonly skew: number
}

function createWindow({ device, rung, skew, lock, unlock, die }: Profile, world: World): SimulatedWindow {
  const { agenda, random, server, settings } = world
  const timers = new Map<string, () => void>()
  let around: Around = { window: 'hidden', shown: [], mayNotify: device.mayNotify, settings }
  let state: RingerState = ringerStart(around)
  let late: (() => void)[] | undefined
  let alive = true
  let knownUntil = Number.POSITIVE_INFINITY

  const at = () => agenda.now + skew

  /** As soon as it is awake. */
  function run(task: () => void): void {
    if (!alive) return
    if (late) late.push(task)
    else task()
  }

  function dispatch(event: RingerEvent): void {
    const step = stepRinger(state, event)
    state = step.state
    const shown = new Set(step.effects.flatMap((effect) => (effect.type === 'ring' ? effect.news : [])))
    for (const effect of step.effects) {
      if (effect.type === 'record') for (const id of effect.ids) if (!shown.has(id)) world.settled(id)
      carryOut(effect)
    }
  }

  function timer(name: string, ms: number, task: () => void): void {
    timers.get(name)?.()
    const undo = agenda.in(ms, () => {
      timers.delete(name)
      run(task)
    })
    timers.set(name, undo)
  }

  function carryOut(effect: RingerEffect): void {
    switch (effect.type) {
      case 'wait':
        timer(effect.id, effect.ms, () => dispatch({ type: 'due', id: effect.id, at: at() }))
        return
      case 'wait-no-more':
        timers.get(effect.id)?.()
        timers.delete(effect.id)
        return
      case 'be-patient':
        timer('patience', effect.ms, () => dispatch({ type: 'impatient', at: at() }))
        return
      case 'gather':
        if (!timers.has('gather')) timer('gather', effect.ms, () => dispatch({ type: 'gathered', at: at() }))
        return
      case 'lock': {
        const { id } = effect
        lock(id, self, () => agenda.in(random.below(5), () => run(() => got(id))))
        return
      }
      case 'unlock':
        agenda.in(random.below(5), () => unlock(effect.id, self))
        return
      case 'claim':
        claim(effect.id)
        return
      case 'record':
        for (const id of effect.ids) rung.add(id)
        return
      case 'ring':
        for (const id of effect.news) world.rang(id, self)
    }
  }

  const got = (id: string) => dispatch({ type: 'locked', id, rung: rung.has(id), at: at() })

  /** Repeated until it is answered, as in `claims.ts`. */
  function claim(id: string, pause = 500): void {
    const again = () => run(() => claim(id, Math.min(pause * 2, 15_000)))
    if (random.chance(world.lossy)) {
      agenda.in(pause, again)
      return
    }
    agenda.in(random.between(1, 400), () => {
      const type = server.claim(id, device.id)
      if (random.chance(world.lossy)) agenda.in(pause, again)
      else agenda.in(random.between(1, 400), () => run(() => dispatch({ type, id })))
    })
  }

  function isHere(key: ThreadKey): boolean {
    return around.window === 'focused' && around.shown.some((shown) => sameKey(shown, key))
  }

  function look(): void {
    if (around.window !== 'focused') return
    for (const key of around.shown) world.read(key, server.head(key))
  }

  const self: SimulatedWindow = {
    device,
    get alive() {
      return alive
    },
    get isKnown() {
      return agenda.now < knownUntil
    },
    get around() {
      return around
    },
    couldShow(id) {
      const phase = state.entries.get(id)?.phase.type
      // In the quiet hours a window that was behind when it heard of it shows nothing.
      return phase !== undefined && !(settings.quietHours && phase === 'over')
    },
    hear: (notice) =>
      run(() => {
        if (isHere(notice)) look()
        dispatch({ type: 'heard', notice, muted: world.isMuted(notice), at: at() })
      }),
    heardRead: (key, seq) => run(() => dispatch({ type: 'read', key, seq })),
    turn(window, shown) {
      run(() => {
        around = { ...around, window, shown }
        dispatch({ type: 'around', around, at: at() })
        look()
      })
    },
    freeze() {
      if (!alive || late) return
      late = []
      knownUntil = agenda.now + random.between(LEASE_MS - 12_000, LEASE_MS)
    },
    thaw() {
      const tasks = late ?? []
      if (!alive || !late) return
      late = undefined
      knownUntil = Number.POSITIVE_INFINITY
      for (const task of tasks) run(task)
    },
    crash() {
      if (!alive) return
      if (!late) knownUntil = agenda.now + random.between(LEASE_MS - 12_000, LEASE_MS)
      alive = false
      die(self)
    },
  }
  return self
}
